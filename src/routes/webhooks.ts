import { type FastifyPluginAsyncTypebox, type TSchema, Type } from '@fastify/type-provider-typebox'
import type { Config } from '../config.ts'
import { ProblemError } from '../errors.ts'
import { makeSealedSecret, makeWebhook } from '../webhooks/making.ts'
import { counted, describe, NOTHING, page, told } from './describe.ts'
import type { ApiParts } from './index.ts'
import { IdParams, pageQuery, readPage } from './page.ts'

const NewWebhook = Type.Object(
  {
    url: Type.String({ maxLength: 2000 }),
    /** Names of events; `*` is every line of the history, `delivery_outcomes` what became of each try. */
    event_types: Type.Array(Type.String({ maxLength: 50 }), { minItems: 1, maxItems: 50 }),
    campaign_id: Type.Optional(Type.String({ format: 'uuid' })),
  },
  { additionalProperties: false },
)

const Replay = Type.Object(
  {
    since_event_id: Type.Optional(Type.Integer({ minimum: 0 })),
    since: Type.Optional(Type.String({ format: 'date-time' })),
    message_id: Type.Optional(Type.String({ format: 'uuid' })),
  },
  { additionalProperties: false, minProperties: 1, maxProperties: 1 },
)

const text = Type.String()
const orNull = (schema: TSchema) => Type.Union([schema, Type.Null()])

const state = {
  id: Type.String({ format: 'uuid' }),
  url: text,
  event_types: Type.Array(text),
  campaign_id: orNull(text),
  is_enabled: Type.Boolean(),
  disabled_reason: orNull(text),
  failing_since: orNull(text),
  waiting_count: Type.Integer(),
  dead_count: Type.Integer(),
  next_try_at: orNull(text),
  last_delivered_at: orNull(text),
  created_at: text,
}
const WebhookAnswer = Type.Object(state)
const WebhookWithSecret = Type.Object({ ...state, secret: text })

const MessageAnswer = Type.Object({
  id: Type.String({ format: 'uuid' }),
  webhook_message_id: text,
  event_type: text,
  status: Type.Enum(['waiting', 'delivered', 'dead']),
  attempt_count: Type.Integer(),
  due_at: orNull(text),
  last_status_code: orNull(Type.Integer()),
  last_answer: orNull(text),
  created_at: text,
})

/** Of an answer with a secret in it the rest is kept for its Idempotency-Key. */
const withoutSecret = (body: string) => JSON.stringify({ ...JSON.parse(body), secret: undefined })

const MessageQuery = Type.Object({
  ...pageQuery,
  status: Type.Optional(Type.Enum(['waiting', 'delivered', 'dead'])),
})

/**
 * Out-going webhooks by the Standard Webhooks convention: `{"type", "timestamp", "data"}`, signed in `webhook-signature`, at
 * least once and in no promised order, each message with one `webhook-id` for ever. A secret is answered once, when it is made.
 */
export const webhookRoutes: FastifyPluginAsyncTypebox<
  ApiParts & { config: Pick<Config, 'encryptionKeys' | 'webhookPrivateAddresses'> }
> = async (app, { db, config }) => {
  // a URL may hold a token, and where events go is no campaign's affair
  app.addHook('onRoute', route => {
    route.config = { ...route.config, scope: 'admin' }
  })

  app.post(
    '/webhooks',
    {
      schema: {
        ...describe('Make a webhook; its secret is shown this once', { 201: WebhookWithSecret }),
        body: NewWebhook,
      },
      config: { keptBody: withoutSecret },
    },
    async ({ body }, reply) => {
      const { url, event_types: eventTypes, campaign_id: campaignId } = body
      const { webhookId, secret } = await makeWebhook(db, config, { url, eventTypes, campaignId })
      return reply
        .code(201)
        .header('location', `/api/webhooks/${webhookId}`)
        .send({ ...(await find(webhookId)), secret })
    },
  )

  app.get(
    '/webhooks',
    {
      schema: {
        ...describe('List webhooks with their state', { 200: page(WebhookAnswer) }),
        querystring: Type.Object(pageQuery),
      },
    },
    ({ query }) => readPage('webhooks', query, start => db.listWebhooks(start)),
  )

  app.get(
    '/webhooks/:id',
    { schema: { ...describe('Read a webhook', { 200: WebhookAnswer }), params: IdParams } },
    ({ params }) => find(params.id),
  )

  app.delete(
    '/webhooks/:id',
    { schema: { ...describe('Remove a webhook with its messages', { 204: NOTHING }), params: IdParams } },
    async ({ params }, reply) => {
      if (!(await db.removeWebhook({ webhookId: params.id }))) throw unknown(params.id)
      return reply.code(204).send()
    },
  )

  for (const [verb, isEnabled] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    app.post(
      `/webhooks/:id/${verb}`,
      {
        schema: {
          ...describe(isEnabled ? 'Switch a webhook on' : 'Switch a webhook off', { 200: WebhookAnswer }),
          params: IdParams,
        },
      },
      async ({ params }) => {
        await db.switchWebhook({ webhookId: params.id, isEnabled })
        return find(params.id)
      },
    )
  }

  /** For 24 hours messages have both signatures. */
  app.post(
    '/webhooks/:id/rotate',
    {
      schema: {
        ...describe('Give a webhook another secret, shown this once', { 200: WebhookWithSecret }),
        params: IdParams,
      },
      config: { keptBody: withoutSecret },
    },
    async ({ params }) => {
      const webhookId = params.id.toLowerCase()
      const { secret, sealedSecret } = makeSealedSecret(webhookId, config)
      await db.rotateWebhookSecret({ webhookId, sealedSecret })
      return { ...(await find(params.id)), secret }
    },
  )

  /** What the receiver said stands under `deliveries`. */
  app.post(
    '/webhooks/:id/test',
    {
      schema: { ...describe('Send a webhook a test message', { 202: told('message_id') }), params: IdParams },
    },
    async ({ params }, reply) => {
      const messageId = await db.testWebhook({ webhookId: params.id })
      return reply
        .code(202)
        .header('location', `/api/webhooks/${params.id}/deliveries`)
        .send({ message_id: messageId })
    },
  )

  app.post(
    '/webhooks/:id/replay',
    {
      schema: {
        ...describe('Tell a webhook again', { 202: counted('replayed') }),
        params: IdParams,
        body: Replay,
      },
    },
    async ({ params, body }, reply) => {
      const replayed = await db.replayWebhook({
        webhookId: params.id,
        sinceEventId: body.since_event_id,
        since: body.since,
        messageId: body.message_id,
      })
      return reply.code(202).header('location', `/api/webhooks/${params.id}/deliveries`).send({ replayed })
    },
  )

  /** The messages with their last answers, newest first; `?status=dead`: what was given up. */
  app.get(
    '/webhooks/:id/deliveries',
    {
      schema: {
        ...describe('List what a webhook was told, with the last answers', { 200: page(MessageAnswer) }),
        params: IdParams,
        querystring: MessageQuery,
      },
    },
    ({ params, query: { status, ...page } }) =>
      readPage('webhook-messages', page, start =>
        db.listWebhookMessages({ ...start, webhookId: params.id, status }),
      ),
  )

  async function find(webhookId: string) {
    const [webhook] = await db.listWebhooks({ webhookId })
    if (!webhook) throw unknown(webhookId)
    return webhook
  }
}

const unknown = (id: string) =>
  new ProblemError(404, 'unknown-webhook', `Webhook ${id} does not exist`, 'Look it up: GET /api/webhooks.')
