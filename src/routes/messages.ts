import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { AddressError } from '../delivery/address.ts'
import { MessageError, type MessageOptions } from '../delivery/message.ts'
import { previewMail } from '../delivery/preview.ts'
import { ProblemError } from '../errors.ts'
import { describe, said, told } from './describe.ts'
import type { ApiParts } from './index.ts'
import { IdParams } from './page.ts'

const contactId = Type.Optional(Type.String({ format: 'uuid' }))

const Preview = Type.Object({ contact_id: contactId }, { additionalProperties: false })

const TestMail = Type.Object(
  { to: Type.String({ minLength: 3, maxLength: 320 }), contact_id: contactId },
  { additionalProperties: false },
)

/** A look at a campaign's message before it goes out; neither route changes anything. */
export const messageRoutes: FastifyPluginAsyncTypebox<ApiParts & { messages: MessageOptions }> = async (
  app,
  { db, sendTest, messages },
) => {
  app.addHook('preValidation', async request => {
    request.body ??= {}
  })

  /** Answers from, to, subject, text and html as this contact would get them, and what is wrong with the message. */
  app.post(
    '/campaigns/:id/preview',
    {
      schema: {
        ...describe('Show the mail of a contact as it would be', { 200: told('from', 'to', 'subject') }),
        params: IdParams,
        body: Preview,
      },
    },
    async ({ params, body }) =>
      explain(previewMail(db, { campaignId: params.id, contactId: body.contact_id }, messages)),
  )

  /** Sends one mail to an address; answers 200 with the server's words, or 502 when it did not take the mail. */
  app.post(
    '/campaigns/:id/test',
    {
      schema: {
        ...describe('Send one mail to an address', { 200: said('accepted') }),
        params: IdParams,
        body: TestMail,
      },
    },
    async ({ params, body }) => {
      const request = { campaignId: params.id, contactId: body.contact_id, to: body.to }
      const sending = sendTest(request)
      if (sending === undefined) {
        throw new ProblemError(
          503,
          'sends-nothing',
          'This service sends nothing',
          'Set SMTP_URL and MAIL_FROM, or ask a service that has them.',
        )
      }
      const { stage, reply_code: code, reply_text: text } = await explain(sending)
      if (stage === 'message' && code !== null && code < 300) return { accepted: true, reply: text }
      throw new ProblemError(
        502,
        'not-accepted',
        'The SMTP server did not take the test mail',
        `${stage}: ${text ?? 'no answer'}`,
      )
    },
  )
}

/** A message that cannot be made is the request's fault. */
async function explain<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof MessageError || error instanceof AddressError)) throw error
    throw new ProblemError(422, 'message-not-usable', `The message cannot be made: ${error.message}`)
  }
}
