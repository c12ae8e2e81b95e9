import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { keyScopes } from '../db/rows.ts'
import { describe, KeyAnswer, list, NOTHING, told } from './describe.ts'
import type { ApiParts } from './index.ts'

const NewKey = Type.Object(
  {
    /** Who uses it. */
    name: Type.String({ minLength: 1, maxLength: 100 }),
    scope: Type.Optional(Type.Enum([...keyScopes])),
    expires_at: Type.Optional(Type.String({ format: 'date-time' })),
  },
  { additionalProperties: false },
)

const KeyParams = Type.Object({ key_id: Type.String({ pattern: '^[0-9a-f]{8}$' }) })

/** Keys of the API: made, looked at and revoked by a key of scope admin. */
export const apiKeyRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, { db }) => {
  app.addHook('onRoute', route => {
    route.config = { ...route.config, scope: 'admin' }
  })

  /** Answers `{key_id, api_key}`: the key itself, this once; with the same Idempotency-Key again only its id. */
  app.post(
    '/keys',
    {
      schema: { ...describe('Make an API key, shown this once', { 201: told('key_id') }), body: NewKey },
      config: { keptBody: withoutKey },
    },
    async ({ body }, reply) => {
      const { name, scope = 'read', expires_at: expiresAt } = body
      const key = await db.createApiKey({ name, scope, expiresAt })
      return reply.code(201).header('cache-control', 'no-store').send(key)
    },
  )

  app.get(
    '/keys',
    { schema: { ...describe('List the API keys, without the keys', { 200: list(KeyAnswer) }) } },
    async () => ({ items: await db.listApiKeys() }),
  )

  /** Refused here at once, by other services within ten seconds; repeating is harmless. */
  app.delete(
    '/keys/:key_id',
    { schema: { ...describe('Revoke an API key', { 204: NOTHING }), params: KeyParams } },
    async ({ params }, reply) => {
      await db.revokeApiKey({ keyId: params.key_id })
      app.keyRing.forget()
      return reply.code(204).send()
    },
  )
}

const withoutKey = (body: string) => JSON.stringify({ key_id: JSON.parse(body).key_id })
