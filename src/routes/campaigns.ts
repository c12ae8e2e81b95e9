import { type FastifyPluginAsyncTypebox, type TSchema, Type } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Daybatch } from '../db/daybatch.ts'
import { campaignStatuses } from '../db/rows.ts'
import { CampaignAnswer, CampaignLine, describe, page } from './describe.ts'
import type { ApiParts } from './index.ts'
import { IdParams, pageQuery, readPage } from './page.ts'
import { changeCampaign, sendCampaign } from './version.ts'

const text = (maxLength: number) => Type.Optional(Type.Union([Type.String({ maxLength }), Type.Null()]))

/** What a mail is made of; lengths in characters (a header line has at most 998: RFC 5322, 2.1.1). */
const message = {
  subject: text(998),
  sender: text(998),
  reply_to: text(998),
  html_body: text(1e6),
  text_body: text(1e6),
}

const orNull = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]))
const timeOfDay = orNull(Type.String({ maxLength: 20 }))

/** Each off while null; SQL says what is possible, and in which words (sql/README.md, Sending rules). */
export const sendingRules = {
  /** `09:00`, in `send_time_zone` */
  daily_send_time: timeOfDay,
  send_window_from: timeOfDay,
  /** `24:00` is the end of the day; before `send_window_from`: on the next day */
  send_window_to: timeOfDay,
  /** 1 is Monday, 7 is Sunday */
  send_window_days: orNull(Type.Array(Type.Integer(), { maxItems: 7 })),
  /** IANA name, as `Europe/Berlin` */
  send_time_zone: orNull(Type.String({ maxLength: 64 })),
  ramp_up_by: orNull(Type.Integer()),
  ramp_up_percent: orNull(Type.Integer()),
  ramp_up_to: orNull(Type.Integer()),
  /** as Postgres reads an interval, in hours or less: `8 hours` */
  spread_over: orNull(Type.String({ maxLength: 50 })),
  /** `rolling`: no 24 hours anywhere hold more than the limit */
  limit_policy: orNull(Type.Enum(['per_batch', 'rolling'])),
}

/** Both for a new campaign and for changes; SQL says what may still be changed. */
const fields = {
  ...message,
  // below 1: SQL refuses with MB004
  daily_send_limit: Type.Optional(Type.Integer()),
  contact_list_ids: Type.Optional(Type.Array(Type.String({ format: 'uuid' }), { maxItems: 1000 })),
  /** as Postgres reads an interval, in hours or less: `24 hours` */
  batch_interval: Type.Optional(Type.String({ maxLength: 50 })),
  in_doubt_policy: Type.Optional(Type.Enum(['never', 'resend', 'ask'])),
  /** A name in daybatch.smtp_servers. */
  smtp_server: orNull(Type.String({ maxLength: 63 })),
  ...sendingRules,
}

const name = Type.String({ minLength: 1, maxLength: 500 })

const NewCampaign = Type.Object(
  {
    name,
    ...fields,
    status: Type.Optional(Type.Enum(['draft', 'scheduled', 'sending'])),
    scheduled_at: Type.Optional(Type.String({ format: 'date-time' })),
  },
  { additionalProperties: false },
)

const CampaignChanges = Type.Object(
  { name: Type.Optional(name), ...fields },
  { additionalProperties: false, minProperties: 1 },
)

const Schedule = Type.Object(
  { scheduled_at: Type.String({ format: 'date-time' }) },
  { additionalProperties: false },
)

const Reason = Type.Object(
  { reason: Type.Optional(Type.String({ maxLength: 500 })) },
  { additionalProperties: false },
)

const ListQuery = Type.Object({
  ...pageQuery,
  status: Type.Optional(Type.Enum([...campaignStatuses])),
  /** Part of the name, in any case. */
  q: Type.Optional(Type.String({ maxLength: 100 })),
})

/**
 * Campaigns: make, list, read, change, steer. A list answers rows of `daybatch.campaign_status`; one campaign is the same
 * with its message, `version`, `batch_history`, `blockers` ({blocker, reason, since, ends_at, needs_somebody}: why it
 * sends nothing now), `next_batch` ({batch_number, due_at, size} or null), `batches_to_come` and `finish_at` (forecast of
 * the last batch; null before the start). Refusals keep SQL's words.
 */
export const campaignRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, { db, wake }) => {
  // pausing and cancelling need no body
  app.addHook('preValidation', async request => {
    request.body ??= {}
  })

  app.post(
    '/campaigns',
    {
      schema: {
        ...describe('Make a campaign; with status sending or scheduled it starts', { 201: CampaignAnswer }),
        body: NewCampaign,
      },
    },
    async (request, reply) => {
      const campaignId = await db.createCampaign({ campaign: request.body })
      wake()
      reply.code(201).header('location', `/api/campaigns/${campaignId}`)
      return sendCampaign(reply, await db.getCampaign({ campaignId }))
    },
  )

  app.get(
    '/campaigns',
    {
      schema: {
        ...describe('List campaigns with their live counts, newest first', { 200: page(CampaignLine) }),
        querystring: ListQuery,
      },
    },
    ({ query: { status, q, ...page } }) =>
      readPage('campaigns', page, start => db.listCampaigns({ ...start, status, name: q })),
  )

  app.get(
    '/campaigns/:id',
    {
      schema: {
        ...describe('Read a campaign: message, counts, what it waits for, forecast', { 200: CampaignAnswer }),
        params: IdParams,
      },
    },
    async ({ params }, reply) => sendCampaign(reply, await db.getCampaign({ campaignId: params.id })),
  )

  app.patch(
    '/campaigns/:id',
    {
      schema: {
        ...describe('Change name, message or limit', { 200: CampaignAnswer }),
        params: IdParams,
        body: CampaignChanges,
      },
    },
    async (request, reply) => {
      const { params, body } = request
      await changeCampaign(db, request, params.id, db =>
        db.updateCampaign({ campaignId: params.id, changes: body }),
      )
      return sendCampaign(reply, await db.getCampaign({ campaignId: params.id }))
    },
  )

  app.post(
    '/campaigns/:id/start',
    { schema: { ...describe('Start now', { 200: CampaignAnswer }), params: IdParams } },
    (request, reply) => steer(request, reply, (db, campaignId) => db.startCampaign({ campaignId })),
  )

  app.post(
    '/campaigns/:id/schedule',
    {
      schema: {
        ...describe('Start at a time to come', { 200: CampaignAnswer }),
        params: IdParams,
        body: Schedule,
      },
    },
    (request, reply) =>
      steer(request, reply, (db, campaignId) =>
        db.scheduleCampaign({ campaignId, scheduledAt: request.body.scheduled_at }),
      ),
  )

  app.post(
    '/campaigns/:id/pause',
    {
      schema: {
        ...describe('Pause; mails under way are finished', { 200: CampaignAnswer }),
        params: IdParams,
        body: Reason,
      },
    },
    (request, reply) =>
      steer(request, reply, (db, campaignId) =>
        db.pauseCampaign({ campaignId, reason: request.body.reason }),
      ),
  )

  app.post(
    '/campaigns/:id/resume',
    { schema: { ...describe('Resume', { 200: CampaignAnswer }), params: IdParams } },
    (request, reply) => steer(request, reply, (db, campaignId) => db.resumeCampaign({ campaignId })),
  )

  app.post(
    '/campaigns/:id/cancel',
    { schema: { ...describe('Cancel for good', { 200: CampaignAnswer }), params: IdParams, body: Reason } },
    (request, reply) =>
      steer(request, reply, (db, campaignId) =>
        db.cancelCampaign({ campaignId, reason: request.body.reason }),
      ),
  )

  async function steer(
    request: FastifyRequest<{ Params: { id: string } }>,
    reply: FastifyReply,
    change: (db: Daybatch, campaignId: string) => Promise<unknown>,
  ) {
    const { id } = request.params
    await changeCampaign(db, request, id, db => change(db, id))
    wake()
    return sendCampaign(reply, await db.getCampaign({ campaignId: id }))
  }
}
