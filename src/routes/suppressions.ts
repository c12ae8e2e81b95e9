import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { importSuppressions } from '../contacts/suppressions.ts'
import { ProblemError } from '../errors.ts'
import { CSV, counted, describe, page, SuppressionAnswer, said } from './describe.ts'
import type { ApiParts } from './index.ts'

const Email = Type.String({ minLength: 1, maxLength: 320 })

/** The address is not kept, only its keyed hash. */
const Suppression = Type.Object(
  {
    email: Email,
    reason: Type.Optional(Type.Enum(['unsubscribed', 'bounced', 'complained', 'manual'])),
    list_id: Type.Optional(Type.String({ format: 'uuid' })),
  },
  { additionalProperties: false },
)

const Lift = Type.Object(
  {
    email: Email,
    list_id: Type.Optional(Type.String({ format: 'uuid' })),
    /** Its owner asked for the suppression, and now for its end. */
    confirmed: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

const SuppressionQuery = Type.Object({
  email: Type.Optional(Email),
  cursor: Type.Optional(Type.String({ pattern: '^[0-9]{1,18}$' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
})

/** Addresses never to be mailed again: everywhere, or by list. */
export const suppressionRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, { db }) => {
  app.post(
    '/suppressions',
    {
      schema: {
        ...describe('Never mail an address again', {
          200: said('suppressed', 'is_new'),
          201: said('suppressed', 'is_new'),
        }),
        body: Suppression,
      },
    },
    async ({ body }, reply) => {
      const isNew = await db.suppressAddress({ ...body, listId: body.list_id, source: 'api' })
      return reply.code(isNew ? 201 : 200).send({ suppressed: true, is_new: isNew })
    },
  )

  /** By page, or with `email` those of one address; no address is known, so none is shown. */
  app.get(
    '/suppressions',
    {
      schema: {
        ...describe('List suppressions by keyed hash, or those of one address', {
          200: page(SuppressionAnswer),
        }),
        querystring: SuppressionQuery,
      },
    },
    async ({ query }) => {
      const { email, cursor, limit = 50 } = query
      const items = await db.listSuppressions({ afterId: cursor, limit, email })
      return { items, next_cursor: items.length === limit ? String(items.at(-1)?.id) : null }
    },
  )

  /** Repeating is harmless. One that its owner asked for needs `"confirmed": true` (409 without). */
  app.delete(
    '/suppressions',
    {
      schema: { ...describe('Take a suppression back', { 200: said('lifted') }), body: Lift },
      config: { scope: 'admin' },
    },
    async ({ body }) => {
      const { email, list_id: listId, confirmed } = body
      return { lifted: await db.liftSuppression({ email, listId, confirmed }) }
    },
  )

  /** Everything as CSV, with the address where a contact has it. */
  app.get(
    '/suppressions/export',
    { schema: { ...describe('Export all suppressions as CSV', { 200: CSV }) } },
    async (_request, reply) => {
      reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="suppressions.csv"')
      // one that ends early is cut off, so that nobody takes it for the whole
      await db.exportSuppressions(csv => {
        reply.send(csv)
        return finished(csv)
      })
      return reply
    },
  )

  await app.register(importRoutes, { db })
}

/** Takes CSV by stream. */
const importRoutes: FastifyPluginAsyncTypebox<Pick<ApiParts, 'db'>> = async (app, { db }) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload))

  app.post(
    '/suppressions/imports',
    {
      schema: {
        ...describe('Import suppressions from CSV by stream', { 201: counted('added', 'existing') }),
      },
    },
    async ({ body }, reply) => {
      if (body === undefined) {
        throw new ProblemError(
          400,
          'no-file',
          'No file was sent',
          'Send it as it is: curl --data-binary @suppressions.csv -H "content-type: text/csv" <address>/api/suppressions/imports',
        )
      }
      return reply.code(201).send(await importSuppressions(db, body as Readable, 'import'))
    },
  )
}
