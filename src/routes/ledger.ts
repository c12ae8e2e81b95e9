import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import {
  AudienceAnswer,
  counted,
  describe,
  ForecastBatch,
  list,
  PromiseAnswer,
  page,
  StoryAnswer,
} from './describe.ts'
import type { ApiParts } from './index.ts'
import { IdParams, pageQuery, readPageByKey } from './page.ts'
import { changeCampaign } from './version.ts'

const contacts = Type.Array(Type.String({ format: 'uuid' }), { minItems: 1, maxItems: 10_000 })

const Resolution = Type.Object(
  { contacts: Type.Union([Type.Literal('all'), contacts]), as: Type.Enum(['sent', 'not_sent']) },
  { additionalProperties: false },
)

const Retry = Type.Object({ contacts: Type.Optional(contacts) }, { additionalProperties: false })

const AudienceChange = Type.Object(
  { add: Type.Optional(contacts), remove: Type.Optional(contacts) },
  { additionalProperties: false, minProperties: 1 },
)

const ForecastQuery = Type.Object({ cursor: pageQuery.cursor, limit: Type.Optional(Type.Integer()) })

/** Batches of a page of the forecast; its `limit` is the what-if. */
const FORECAST_PAGE = 200

const ContactParams = Type.Object({
  id: Type.String({ format: 'uuid' }),
  contact_id: Type.String({ format: 'uuid' }),
})

/** What became of a campaign's mails: settle doubts, retry refusals, forecast, proof, the story of one contact. */
export const ledgerRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, { db, wake }) => {
  /** Answers how many were settled; contacts that are not in doubt are left alone. */
  app.post(
    '/campaigns/:id/in-doubt',
    {
      schema: {
        ...describe('Settle mails in doubt', { 200: counted('settled') }),
        params: IdParams,
        body: Resolution,
      },
    },
    async ({ params, body }) => {
      const contactIds = body.contacts === 'all' ? undefined : body.contacts
      const settled = await db.resolveAllInDoubt({ campaignId: params.id, as: body.as, contactIds })
      wake()
      return { settled }
    },
  )

  /** Answers how many went back to remaining: refused ones only, never mails in doubt. */
  app.post(
    '/campaigns/:id/retry-failed',
    {
      schema: {
        ...describe('Put refused contacts back to remaining', { 200: counted('returned') }),
        params: IdParams,
        body: Retry,
      },
      preValidation: async request => {
        request.body ??= {}
      },
    },
    async ({ params, body }) => {
      const returned = await db.retryFailed({ campaignId: params.id, contactIds: body.contacts })
      wake()
      return { returned }
    },
  )

  /**
   * Changes the audience of a campaign that was started, all or nothing: new contacts go to the end. Answers how many were
   * added or are back, and who was taken out before its turn; who is being mailed or has an end already is not among them.
   */
  app.post(
    '/campaigns/:id/contacts',
    {
      schema: {
        ...describe('Add contacts to a running campaign, or take them out before their turn', {
          200: AudienceAnswer,
        }),
        params: IdParams,
        body: AudienceChange,
      },
    },
    async (request, reply) => {
      const campaignId = request.params.id
      const { add, remove } = request.body
      const answer = await changeCampaign(
        db,
        request,
        campaignId,
        async db => ({
          removed: remove ? await db.removeContacts({ campaignId, contactIds: remove }) : [],
          added: add ? await db.addContacts({ campaignId, contactIds: add }) : 0,
        }),
        { isWhole: true },
      )
      wake()
      return reply.send(answer)
    },
  )

  /** The coming batches, 200 a page; `?limit=` asks what another limit would change. */
  app.get(
    '/campaigns/:id/forecast',
    {
      schema: {
        ...describe('Forecast the coming batches, also with another limit', { 200: page(ForecastBatch) }),
        params: IdParams,
        querystring: ForecastQuery,
      },
    },
    ({ params, query: { cursor, limit } }) =>
      readPageByKey(`forecast ${params.id} ${limit}`, { cursor, limit: FORECAST_PAGE }, 'number', {
        read: (after, count) =>
          db.forecastCampaign({
            campaignId: params.id,
            limit,
            afterNumber: after === undefined ? undefined : Math.min(Number(after), 2 ** 31 - 1),
            count,
          }),
        keyOf: ({ batch_number }) => String(batch_number),
      }),
  )

  app.get(
    '/campaigns/:id/proof',
    {
      schema: {
        ...describe('Prove the promises of one campaign', { 200: list(PromiseAnswer) }),
        params: IdParams,
      },
    },
    async ({ params }) => ({
      items: await db.verifyCampaign({ campaignId: params.id }),
    }),
  )

  app.get(
    '/campaigns/:id/contacts/:contact_id',
    {
      schema: {
        ...describe('Tell the story of one contact', { 200: list(StoryAnswer) }),
        params: ContactParams,
      },
    },
    async ({ params }) => ({
      items: await db.explainContact({ campaignId: params.id, contactId: params.contact_id }),
    }),
  )
}
