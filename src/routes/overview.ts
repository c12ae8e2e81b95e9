import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { campaignStatuses } from '../db/rows.ts'
import { ContactAnswer, count, describe, list, maybe, page, said, text } from './describe.ts'
import type { ApiParts } from './index.ts'
import { IdParams, pageQuery, readPage } from './page.ts'

const ListQuery = Type.Object({
  ...pageQuery,
  search: Type.Optional(Type.String({ maxLength: 200 })),
  show: Type.Optional(Type.Enum([...campaignStatuses, 'needs'])),
})

const FinishQuery = Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 })) })

const ContactSearch = Type.Object(
  { email: Type.String({ minLength: 1, maxLength: 320 }) },
  { additionalProperties: false },
)

const ListIds = Type.Array(Type.String({ format: 'uuid' }), { minItems: 1, maxItems: 100 })

const AudienceQuery = Type.Object({ list: Type.Union([Type.String({ format: 'uuid' }), ListIds]) })

/** Contacts of a campaign that ended other than sent, by rule or reason, with the last server's words. */
const FailureAnswer = Type.Object({
  status: text,
  reason: maybe.text,
  contacts: count,
  last_at: maybe.time,
  stage: maybe.text,
  reply_code: maybe.count,
  enhanced_code: maybe.text,
  reply_text: maybe.text,
})

/** When the last batch is due, with this limit. */
const FinishAnswer = Type.Object({
  send_limit: count,
  batches_to_come: maybe.count,
  next_due_at: maybe.time,
  finish_at: maybe.time,
})

/** `reasons`: how many cannot be mailed, by why not. */
const AudienceSizeAnswer = Type.Object({
  contacts: count,
  eligible: count,
  reasons: Type.Record(text, count),
})

/** What the page asks beside the routes of campaigns: all of them at a glance, and answers in one figure. */
export const overviewRoutes: FastifyPluginAsyncTypebox<ApiParts & { hasMailbox: boolean }> = async (
  app,
  { db, hasMailbox },
) => {
  /** All campaigns in one object: where they stand, what went out, what leaves next, what needs somebody. */
  app.get(
    '/overview',
    { schema: describe('Tell where all campaigns stand, in one object', { 200: Type.Object({}) }) },
    () => db.describeOverview(),
  )

  /** Campaigns with their blockers and forecast end, newest first; `search` is part of the name. */
  app.get(
    '/overview/campaigns',
    {
      schema: {
        ...describe('List campaigns with their blockers and forecast end', { 200: page(Type.Object({})) }),
        querystring: ListQuery,
      },
    },
    ({ query }) => {
      const { search, show, ...start } = query
      return readPage('overview', start, from => db.listOverview({ ...from, search, show }))
    },
  )

  /** Ends other than sent, by rule or reason, with the last server's words. */
  app.get(
    '/campaigns/:id/failures',
    {
      schema: { ...describe('Group ends other than sent', { 200: list(FailureAnswer) }), params: IdParams },
    },
    async ({ params }) => ({
      items: await db.listFailures({ campaignId: params.id }),
    }),
  )

  /** When the last batch is due, and how many there are; `?limit=` asks what another limit would change. */
  app.get(
    '/campaigns/:id/finish',
    {
      schema: {
        ...describe('Tell when the last batch is due', { 200: FinishAnswer }),
        params: IdParams,
        querystring: FinishQuery,
      },
    },
    ({ params, query }) => db.forecastFinish({ campaignId: params.id, limit: query.limit }),
  )

  /** `?list=` once or more: how many contacts they name together, and why some cannot be mailed now. */
  app.get(
    '/audience',
    {
      schema: {
        ...describe('Count who would be in an audience, and who cannot be mailed', {
          200: AudienceSizeAnswer,
        }),
        querystring: AudienceQuery,
      },
    },
    ({ query }) => db.previewAudience({ listIds: [query.list].flat() }),
  )

  /** Which parts of the page this service has. */
  app.get(
    '/overview/parts',
    { schema: describe('Tell which parts of the page this service has', { 200: said('mailbox') }) },
    async () => ({ mailbox: hasMailbox }),
  )

  /** By address, which stands in the body and not in a URL: those are logged. */
  app.post(
    '/contacts/search',
    {
      config: { scope: 'read' },
      schema: { ...describe('Find a contact by address', { 200: ContactAnswer }), body: ContactSearch },
    },
    ({ body }) => db.findContact(body),
  )
}
