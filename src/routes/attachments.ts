import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { ProblemError } from '../errors.ts'
import { AttachmentAnswer, describe, list, NOTHING, told } from './describe.ts'
import type { ApiParts } from './index.ts'
import { IdParams } from './page.ts'

/** SQL has the limit for all files of a campaign together; this much is read (bytes). */
const BODY_LIMIT = 10 * 1024 * 1024

const UploadQuery = Type.Object({
  file_name: Type.String({ minLength: 1, maxLength: 200 }),
  content_id: Type.Optional(Type.String({ maxLength: 64 })),
})

const AttachmentParams = Type.Object({
  id: Type.String({ format: 'uuid' }),
  attachment_id: Type.String({ pattern: '^[0-9]{1,18}$' }),
})

const HOW_TO_SEND =
  'Send the file as it is: curl --data-binary @logo.png -H "content-type: image/png" "<address>/api/campaigns/<id>/attachments?file_name=logo.png&content_id=logo"'

/** Files of a campaign's message: attached, or with a content id shown by its html. */
export const attachmentRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, { db }) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (_request, body, done) =>
    done(null, body),
  )

  app.setErrorHandler(error => {
    if ((error as { code?: string }).code !== 'FST_ERR_CTP_BODY_TOO_LARGE') throw error
    throw new ProblemError(
      413,
      'body-too-large',
      'The file is too large',
      'The files of a campaign may have 10 MiB together: put a link into the message.',
    )
  })

  /** The next batch has the file; one of the same name takes the place of the one before. */
  app.post(
    '/campaigns/:id/attachments',
    {
      schema: {
        ...describe('Add a file to the message', { 201: told('attachment_id') }),
        consumes: ['application/octet-stream', 'image/png'],
        params: IdParams,
        querystring: UploadQuery,
      },
      bodyLimit: BODY_LIMIT,
    },
    async ({ params, query, headers, body }, reply) => {
      const mediaType = headers['content-type']?.split(';')[0]?.trim()
      if (!Buffer.isBuffer(body) || body.length === 0 || !mediaType)
        throw new ProblemError(400, 'no-file', 'No file was sent', HOW_TO_SEND)
      const attachmentId = await db.addAttachment({
        campaignId: params.id,
        fileName: query.file_name,
        mediaType,
        content: body,
        contentId: query.content_id,
      })
      return reply
        .code(201)
        .header('location', `/api/campaigns/${params.id}/attachments/${attachmentId}`)
        .send({ attachment_id: attachmentId })
    },
  )

  app.get(
    '/campaigns/:id/attachments',
    {
      schema: {
        ...describe('List the files of the message', { 200: list(AttachmentAnswer) }),
        params: IdParams,
      },
    },
    async ({ params }) => ({
      items: await db.listAttachments({ campaignId: params.id }),
    }),
  )

  /** Repeating is harmless; a batch under way keeps the file. */
  app.delete(
    '/campaigns/:id/attachments/:attachment_id',
    { schema: { ...describe('Take a file away', { 204: NOTHING }), params: AttachmentParams } },
    async ({ params }, reply) => {
      await db.removeAttachment({ campaignId: params.id, attachmentId: params.attachment_id })
      return reply.code(204).send()
    },
  )
}
