import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import type { ApiParts } from './index.ts'
import { IdParams } from './page.ts'

const contacts = Type.Array(Type.String({ format: 'uuid' }), { minItems: 1, maxItems: 10_000 })

const Resolution = Type.Object(
  { contacts: Type.Union([Type.Literal('all'), contacts]), as: Type.Enum(['sent', 'not_sent']) },
  { additionalProperties: false },
)

const Retry = Type.Object({ contacts: Type.Optional(contacts) }, { additionalProperties: false })

const ForecastQuery = Type.Object({ limit: Type.Optional(Type.Integer()) })

const ContactParams = Type.Object({
  id: Type.String({ format: 'uuid' }),
  contact_id: Type.String({ format: 'uuid' }),
})

/** What became of a campaign's mails: settle doubts, retry refusals, forecast, proof, the story of one contact. */
export const ledgerRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, { db, wake }) => {
  /** Answers how many were settled; contacts that are not in doubt are left alone. */
  app.post(
    '/campaigns/:id/in-doubt',
    { schema: { params: IdParams, body: Resolution } },
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
      schema: { params: IdParams, body: Retry },
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

  /** The coming batches; `?limit=` asks what another limit would change. */
  app.get(
    '/campaigns/:id/forecast',
    { schema: { params: IdParams, querystring: ForecastQuery } },
    async ({ params, query }) => ({
      items: await db.forecastCampaign({ campaignId: params.id, limit: query.limit }),
    }),
  )

  app.get('/campaigns/:id/proof', { schema: { params: IdParams } }, async ({ params }) => ({
    items: await db.verifyCampaign({ campaignId: params.id }),
  }))

  app.get(
    '/campaigns/:id/contacts/:contact_id',
    { schema: { params: ContactParams } },
    async ({ params }) => ({
      items: await db.explainContact({ campaignId: params.id, contactId: params.contact_id }),
    }),
  )
}
