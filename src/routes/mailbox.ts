import { join } from 'node:path'
import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import type { Config } from '../config.ts'
import { listMails, MAIL_FILE, readMail } from '../embedded/mails.ts'
import { ProblemError } from '../errors.ts'

const MailQuery = Type.Object({
  before: Type.Optional(Type.Integer({ minimum: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
})

const MailParams = Type.Object({ file: Type.String({ maxLength: 60 }) })

/** The mails of the embedded mailbox; a service that sends for real has no such routes. */
export const mailboxRoutes: FastifyPluginAsyncTypebox<{ config: Config }> = async (app, { config }) => {
  const folder = join(config.stateFolder, 'mailbox')

  /** The last first; `before` of the answer reads on. */
  app.get('/mailbox/mails', { schema: { querystring: MailQuery } }, ({ query: { before, limit = 50 } }) =>
    listMails(folder, { before, limit }),
  )

  /** One mail as it would look, and its source. */
  app.get('/mailbox/mails/:file', { schema: { params: MailParams } }, async ({ params: { file } }) => {
    const unknown = new ProblemError(
      404,
      'unknown-mail',
      'The mailbox has no such mail',
      'GET /api/mailbox/mails lists them.',
    )
    if (!MAIL_FILE.test(file)) throw unknown
    return readMail(folder, file).catch(error => {
      throw error.code === 'ENOENT' ? unknown : error
    })
  })
}
