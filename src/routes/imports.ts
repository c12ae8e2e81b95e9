import type { Readable } from 'node:stream'
import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { importContacts } from '../contacts/import.ts'
import { ProblemError } from '../errors.ts'
import type { ApiParts } from './index.ts'
import { IdParams } from './page.ts'

/** Rejected rows that the answer shows itself; the others are on `/api/imports/{id}/rejections`. */
const SHOWN = 100

const ImportQuery = Type.Object({ file_name: Type.Optional(Type.String({ maxLength: 255 })) })

const RejectionQuery = Type.Object({
  after_line: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
})

const HOW_TO_SEND =
  'Send the file as it is: curl --data-binary @contacts.csv -H "content-type: text/csv" <address>/api/lists/<id>/imports'

/** Imports of CSV files, by stream. */
export const importRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, { db }) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload))

  app.setErrorHandler(error => {
    if ((error as { code?: string }).code !== 'FST_ERR_CTP_INVALID_MEDIA_TYPE') throw error
    throw new ProblemError(415, 'unsupported-media-type', 'An import takes text/csv only', HOW_TO_SEND)
  })

  /** Answers 201 with the counts, the first rejected rows with line and reason, and where all of them are. */
  app.post(
    '/lists/:id/imports',
    { schema: { params: IdParams, querystring: ImportQuery } },
    async ({ params, query, body }, reply) => {
      if (body === undefined) throw new ProblemError(400, 'no-file', 'No file was sent', HOW_TO_SEND)
      const stream = body as Readable
      const summary = await db.withClient(client =>
        importContacts({ client, listId: params.id, stream, fileName: query.file_name }),
      )
      const location = `/api/imports/${summary.import_id}/rejections`
      const rejected = await db.listImportRejections({ importId: summary.import_id, limit: SHOWN })
      return reply
        .code(201)
        .header('location', location)
        .send({ ...summary, rejected, rejections: location })
    },
  )

  app.get(
    '/imports/:id/rejections',
    { schema: { params: IdParams, querystring: RejectionQuery } },
    async ({ params, query }) => {
      const { after_line: afterLine, limit = 200 } = query
      const items = await db.listImportRejections({ importId: params.id, afterLine, limit })
      return { items, next_after_line: items.length === limit ? items.at(-1)?.line_number : null }
    },
  )
}
