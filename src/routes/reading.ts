import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { deliveryStatuses } from '../db/rows.ts'
import { ProblemError } from '../errors.ts'
import { sendingRules } from './campaigns.ts'
import {
  AnswerGroup,
  BatchAnswer,
  DeliveryAnswer,
  describe,
  HistoryAnswer,
  list,
  page,
  WhatIfAnswer,
} from './describe.ts'
import type { ApiParts } from './index.ts'
import { IdParams, pageQuery, readPageByKey } from './page.ts'

const BatchQuery = Type.Object({
  ...pageQuery,
  /** Begins with this batch instead of the first one. */
  from: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 })),
})

const DeliveryQuery = Type.Object({
  ...pageQuery,
  status: Type.Optional(Type.Enum([...deliveryStatuses])),
  /** The rule that ended it (`reason`). */
  rule: Type.Optional(Type.String({ maxLength: 100 })),
  /** The batch whose contacts they are. */
  batch: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 })),
})

const AnswerQuery = Type.Object({ limit: pageQuery.limit })

const WhatIf = Type.Object({
  contacts: Type.Integer({ minimum: 0, maximum: 5_000_000 }),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 })),
  /** As Postgres reads an interval, in hours or less. */
  interval: Type.Optional(Type.String({ maxLength: 50 })),
  start_at: Type.Optional(Type.String({ format: 'date-time' })),
  /** JSON, under the names of a campaign's fields: `{"ramp_up_by": 5, "ramp_up_to": 50}`. */
  rules: Type.Optional(Type.String({ maxLength: 2000 })),
})

/** Batches of a what-if that the answer shows. */
const SHOWN = 200

/** What became of a campaign: batches, contacts, answers, history; and the forecast without one. */
export const readingRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, { db }) => {
  /** Past batches (`state` closed), the one under way (open, counts so far) and the coming ones (forecast). */
  app.get(
    '/campaigns/:id/batches',
    {
      schema: {
        ...describe('List past, open and forecast batches', { 200: page(BatchAnswer) }),
        params: IdParams,
        querystring: BatchQuery,
      },
    },
    ({ params, query: { from, ...page } }) =>
      readPageByKey(`batches ${params.id}`, page, 'number', {
        read: (after, limit) =>
          db.listBatches({
            campaignId: params.id,
            afterNumber: after === undefined ? (from ?? 0) - 1 : Math.min(Number(after), 2 ** 31 - 1),
            limit,
          }),
        keyOf: ({ batch_number }) => String(batch_number),
      }),
  )

  /** One row per contact that was ever selected, with the last try and the server's words. */
  app.get(
    '/campaigns/:id/deliveries',
    {
      schema: {
        ...describe("List what became of each contact, with the server's words", {
          200: page(DeliveryAnswer),
        }),
        params: IdParams,
        querystring: DeliveryQuery,
      },
    },
    ({ params, query: { status, rule, batch, ...page } }) =>
      readPageByKey(`deliveries ${params.id} ${status} ${rule} ${batch}`, page, 'uuid', {
        read: (afterContactId, limit) =>
          db.listDeliveries({
            campaignId: params.id,
            status,
            rule,
            batchNumber: batch,
            afterContactId,
            limit,
          }),
        keyOf: ({ contact_id }) => contact_id,
      }),
  )

  /** Who did what, from which program, the last first. */
  app.get(
    '/campaigns/:id/history',
    {
      schema: {
        ...describe('List who did what', { 200: page(HistoryAnswer) }),
        params: IdParams,
        querystring: Type.Object(pageQuery),
      },
    },
    ({ params, query }) =>
      readPageByKey(`history ${params.id}`, query, 'number', {
        read: (beforeId, limit) => db.listCampaignHistory({ campaignId: params.id, beforeId, limit }),
        keyOf: ({ event_id }) => event_id,
      }),
  )

  /** What servers answered when they did not accept, grouped; `is_complete` false: of the last 20,000 tries only. */
  app.get(
    '/campaigns/:id/answers',
    {
      schema: {
        ...describe('Group what servers answered when they did not accept', {
          200: list(AnswerGroup, { is_complete: Type.Boolean() }),
        }),
        params: IdParams,
        querystring: AnswerQuery,
      },
    },
    async ({ params, query: { limit = 50 } }) => {
      const answers = await db.listAnswers({ campaignId: params.id, limit })
      return {
        items: answers.map(({ is_complete: _same, ...answer }) => answer),
        is_complete: answers[0]?.is_complete ?? true,
      }
    },
  )

  /** What-if without a campaign: how many batches, when the last one is due, and the first 200 of them. */
  app.get(
    '/forecast',
    { schema: { ...describe('Ask what-if without a campaign', { 200: WhatIfAnswer }), querystring: WhatIf } },
    async ({ query }) => {
      const whatIf = {
        contacts: query.contacts,
        limit: query.limit ?? 5,
        interval: query.interval ?? '24 hours',
        startAt: query.start_at,
        rules: readRules(query.rules),
      }
      const [summary, items] = await Promise.all([
        db.summarizeSimulation(whatIf),
        db.simulateCampaign({ ...whatIf, count: SHOWN }),
      ])
      return { ...summary, items }
    },
  )
}

/** Sending rules as a campaign has them; SQL says what is possible. */
function readRules(text: string | undefined): object | undefined {
  if (text === undefined) return undefined
  try {
    const rules: unknown = JSON.parse(text)
    if (isObject(rules) && Object.keys(rules).every(name => Object.hasOwn(sendingRules, name))) return rules
  } catch {
    // said below
  }
  throw new ProblemError(
    400,
    'invalid-rules',
    'rules is not a JSON object of sending rules',
    `Example, encoded for a URL: rules={"ramp_up_by": 5, "ramp_up_to": 50}. Names: ${Object.keys(sendingRules).join(', ')}.`,
  )
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
