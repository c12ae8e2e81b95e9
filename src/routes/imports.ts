import type { Readable } from 'node:stream'
import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { openCsv, writeRejections } from '../contacts/export.ts'
import type { Mapping } from '../contacts/header.ts'
import { importContacts } from '../contacts/import.ts'
import { previewImport } from '../contacts/preview.ts'
import type { Daybatch } from '../db/daybatch.ts'
import type { ImportSummary } from '../db/rows.ts'
import { ProblemError } from '../errors.ts'
import { CSV, describe, list, page } from './describe.ts'
import { sendCsv } from './export.ts'
import { ImportAnswer, ImportedAnswer, ImportPreviewAnswer, RejectionAnswer } from './import-answers.ts'
import type { ApiParts } from './index.ts'
import { IdParams, pageQuery, readPage } from './page.ts'

/** Rejected rows that the answer shows itself; the others are on `/api/imports/{id}/rejections`. */
const SHOWN = 100

const fileQuery = {
  file_name: Type.Optional(Type.String({ maxLength: 255 })),
  /** JSON: `{"E-Mail": "email", "Town": "city", "Notes": ""}`. */
  map: Type.Optional(Type.String({ maxLength: 8000 })),
}

const ImportQuery = Type.Object({
  ...fileQuery,
  /** `atomic`: all or nothing; `resumable`: what was read stays, and the same file sent again with `import_id` goes on. */
  mode: Type.Optional(Type.Enum(['atomic', 'resumable'])),
  import_id: Type.Optional(Type.String({ format: 'uuid' })),
})

const PreviewQuery = Type.Object(fileQuery)

const RejectionQuery = Type.Object({
  after_line: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
})

const HOW_TO_SEND =
  'Send the file as it is, as text/csv or application/x-ndjson: curl --data-binary @contacts.csv -H "content-type: text/csv" <address>/api/lists/<id>/imports'
const NDJSON = ['application/x-ndjson', 'application/ndjson']

/** Imports of files, by stream, and how far they are. */
export const importRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, { db }) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(['text/csv', ...NDJSON], (_request, payload, done) => done(null, payload))

  app.setErrorHandler(error => {
    if ((error as { code?: string }).code !== 'FST_ERR_CTP_INVALID_MEDIA_TYPE') throw error
    throw new ProblemError(
      415,
      'unsupported-media-type',
      'An import takes text/csv or application/x-ndjson only',
      HOW_TO_SEND,
    )
  })

  // what is refused, or previewed, is not read to its end: the rest is thrown away, and the sender hears the answer
  app.addHook('onResponse', async request => {
    request.raw.resume()
  })

  /** Merges that nobody waits for: they end before the service does. */
  const underWay = new Set<Promise<unknown>>()
  app.addHook('onClose', async () => {
    await Promise.all(underWay)
  })

  /**
   * Answers 201 with the counts, the first rejected rows with line and reason, and where all of them are. With `Prefer:
   * respond-async` 202 as soon as the file is read; GET /api/imports/{id} tells the rest. While the file is sent, the
   * import is found by the `import_id` that the caller chose.
   */
  app.post(
    '/lists/:id/imports',
    {
      schema: {
        ...describe('Import contacts from CSV or NDJSON by stream', {
          201: ImportedAnswer,
          202: ImportAnswer,
        }),
        consumes: ['text/csv', 'application/x-ndjson'],
        params: IdParams,
        querystring: ImportQuery,
      },
    },
    async ({ params, query, body, headers, log }, reply) => {
      const file = readFile(body, headers)
      let importId = query.import_id
      let isStaged = () => {}
      const staged = new Promise<void>(resolve => {
        isStaged = resolve
      })
      const work = importContacts({
        db,
        listId: params.id,
        ...file,
        fileName: query.file_name,
        mapping: readMapping(query.map),
        importId,
        isAtomic: query.mode !== 'resumable',
        onBegin: id => {
          importId = id
        },
        onStaged: isStaged,
      })
      if (!/(^|,) *respond-async *(,|;|$)/i.test(String(headers.prefer ?? ''))) {
        const answer = await showImport(db, await work)
        return reply.code(201).header('location', answer.location).send(answer)
      }
      await Promise.race([staged, work])
      const rest = work
        .catch(error => log.error({ err: error, importId }, 'an import did not end'))
        .finally(() => underWay.delete(rest))
      underWay.add(rest)
      const found = await db.getImport({ importId: importId! })
      return reply
        .code(202)
        .header('location', `/api/imports/${importId}`)
        .header('preference-applied', 'respond-async')
        .send(found)
    },
  )

  /** The first rows as an import would read them, from the first 64 KiB; nothing is written. */
  app.post(
    '/imports/preview',
    {
      schema: {
        ...describe('Show the first rows of a file as an import would read them', {
          200: ImportPreviewAnswer,
        }),
        consumes: ['text/csv', 'application/x-ndjson'],
        querystring: PreviewQuery,
      },
    },
    ({ query, body, headers }) => {
      const { stream, isNdjson } = readFile(body, headers)
      return previewImport(stream, { isNdjson, fileName: query.file_name, mapping: readMapping(query.map) })
    },
  )

  app.get(
    '/imports',
    {
      schema: {
        ...describe('List imports, the last first', { 200: page(ImportAnswer) }),
        querystring: Type.Object(pageQuery),
      },
    },
    ({ query }) => readPage('imports', query, start => db.listImports(start)),
  )

  app.get(
    '/imports/:id',
    { schema: { ...describe('Tell how far an import is', { 200: ImportAnswer }), params: IdParams } },
    ({ params }) => db.getImport({ importId: params.id }),
  )

  /** As JSON by page, or with `Accept: text/csv` all of them. */
  app.get(
    '/imports/:id/rejections',
    {
      schema: {
        ...describe('List the rejected rows of an import', {
          200: list(RejectionAnswer, { next_after_line: Type.Union([Type.Integer(), Type.Null()]) }),
        }),
        params: IdParams,
        querystring: RejectionQuery,
      },
    },
    async ({ params, query, headers }, reply) => {
      if (/^text\/csv\b/.test(headers.accept ?? '')) return sendRejections(params.id, reply)
      const { after_line: afterLine, limit = 200 } = query
      const items = await db.listImportRejections({ importId: params.id, afterLine, limit })
      return { items, next_after_line: items.length === limit ? items.at(-1)?.line_number : null }
    },
  )

  app.get(
    '/imports/:id/rejections.csv',
    {
      schema: { ...describe('Export the rejected rows of an import as CSV', { 200: CSV }), params: IdParams },
    },
    ({ params }, reply) => sendRejections(params.id, reply),
  )

  const sendRejections = async (id: string, reply: Parameters<typeof sendCsv>[0]) =>
    sendCsv(reply, 'rejected.csv', await openCsv(writeRejections(db, id)))
}

async function showImport(db: Daybatch, summary: ImportSummary) {
  const location = `/api/imports/${summary.import_id}`
  const rejected = await db.listImportRejections({ importId: summary.import_id, limit: SHOWN })
  return { ...summary, rejected, rejections: `${location}/rejections`, location }
}

function readFile(body: unknown, headers: Record<string, unknown>) {
  if (body === undefined) throw new ProblemError(400, 'no-file', 'No file was sent', HOW_TO_SEND)
  const type = String(headers['content-type'] ?? '')
    .split(';')[0]!
    .trim()
    .toLowerCase()
  const length = Number(headers['content-length'] ?? Number.NaN)
  return {
    stream: body as Readable,
    isNdjson: NDJSON.includes(type),
    byteCount: Number.isSafeInteger(length) ? length : undefined,
  }
}

function readMapping(text: string | undefined): Mapping | undefined {
  if (text === undefined) return undefined
  try {
    const mapping: unknown = JSON.parse(text)
    if (isMapping(mapping)) return mapping
  } catch {
    // said below
  }
  throw new ProblemError(
    400,
    'invalid-mapping',
    'map is not a JSON object of texts',
    'Example, encoded for a URL: map={"E-Mail": "email", "Town": "city", "Notes": ""}',
  )
}

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every(target => typeof target === 'string')
