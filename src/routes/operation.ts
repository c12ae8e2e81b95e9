import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import {
  BounceLimitsAnswer,
  counted,
  describe,
  list,
  page,
  SmtpServerAnswer,
  said,
  told,
} from './describe.ts'
import type { ApiParts } from './index.ts'
import { pageQuery, readPageByKey } from './page.ts'

const share = Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1 }))
const count = Type.Optional(Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 }))

/** What is left out stays as it is. */
const BounceLimits = Type.Object(
  {
    /** Left out: for all campaigns without limits of their own. */
    campaign_id: Type.Optional(Type.String({ format: 'uuid' })),
    bounce_rate: share,
    bounce_minimum: count,
    complaint_rate: share,
    complaint_minimum: count,
  },
  { additionalProperties: false, minProperties: 1 },
)

const Purge = Type.Object(
  {
    /** As Postgres reads an interval: `8760 hours`. */
    older_than: Type.String({ maxLength: 50 }),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
  },
  { additionalProperties: false },
)

const Confirm = Type.Object({ confirm: Type.Optional(Type.Boolean()) }, { additionalProperties: false })
const Retire = Type.Object({ retire: Type.Optional(Type.Boolean()) }, { additionalProperties: false })
const ReportQuery = Type.Object({ campaign_id: Type.Optional(Type.String({ format: 'uuid' })) })

/** Rows that one call deletes, so that none takes long. */
const PURGED_AT_ONCE = 10_000

/** What operators do to the whole installation, by the names of the SQL functions. */
export const operationRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, { db, wake }) => {
  app.addHook('preValidation', async request => {
    request.body ??= {}
  })

  app.addHook('onRoute', route => {
    route.config = { ...route.config, scope: route.method === 'GET' ? 'read' : 'admin' }
  })

  /** Limits, what is under way, whether one refuses; never a password. */
  app.get(
    '/smtp-servers',
    {
      schema: {
        ...describe('List the SMTP servers and whether one refuses', { 200: list(SmtpServerAnswer) }),
      },
    },
    async () => ({ items: await db.listSmtpServerStates() }),
  )

  app.get(
    '/bounce-limits',
    {
      schema: {
        ...describe('List from which rates on campaigns pause', { 200: page(BounceLimitsAnswer) }),
        querystring: Type.Object(pageQuery),
      },
    },
    ({ query }) =>
      readPageByKey('bounce-limits', query, 'uuid', {
        read: (afterCampaignId, limit) => db.listBounceLimits({ afterCampaignId, limit }),
        keyOf: ({ campaign_id }) => campaign_id ?? '00000000-0000-0000-0000-000000000000',
      }),
  )

  app.patch(
    '/bounce-limits',
    {
      schema: {
        ...describe('Set from which rates on campaigns pause', { 200: said('set') }),
        body: BounceLimits,
      },
    },
    async ({ body }) => {
      await db.setBounceLimits({
        campaignId: body.campaign_id,
        bounceRate: body.bounce_rate,
        bounceMinimum: body.bounce_minimum,
        complaintRate: body.complaint_rate,
        complaintMinimum: body.complaint_minimum,
      })
      return { set: true }
    },
  )

  /** One bounded step; call it until `purged` is 0. */
  app.post(
    '/purge-deliveries',
    {
      schema: { ...describe('Delete old tries, one bounded step', { 200: counted('purged') }), body: Purge },
    },
    async ({ body }) => ({
      purged: await db.purgeDeliveries({ olderThan: body.older_than, limit: body.limit ?? PURGED_AT_ONCE }),
    }),
  )

  /** One bounded step; call it until `purged` is 0. */
  app.post(
    '/purge-history',
    {
      schema: {
        ...describe('Delete old events and sweeps, one bounded step', { 200: counted('purged') }),
        body: Purge,
      },
    },
    async ({ body }) => ({
      purged: await db.purgeHistory({ olderThan: body.older_than, limit: body.limit ?? PURGED_AT_ONCE }),
    }),
  )

  /** What is in order and what is not: workers, batches, sweeps, vacuum. */
  app.get(
    '/check-operation',
    {
      schema: {
        ...describe('Say what is in order and what is not', { 200: list(told('name', 'state', 'finding')) }),
      },
    },
    async () => ({ items: await db.checkOperation() }),
  )

  /** What an older application had done, campaign by campaign. */
  app.get(
    '/adopt-report',
    {
      schema: {
        ...describe('Report what an older application had done', {
          200: list(Type.Object({ name: Type.Any() })),
        }),
        querystring: ReportQuery,
      },
    },
    async ({ query }) => ({
      items: await db.adoptReport({ campaignId: query.campaign_id }),
    }),
  )

  /** Without `"confirm": true` it only says what would happen. */
  app.post(
    '/take-over',
    {
      schema: {
        ...describe('Wake the engine beside an older application', { 200: told('explanation') }),
        body: Confirm,
      },
    },
    async ({ body }) => {
      const explanation = await db.takeOver({ confirm: body.confirm ?? false })
      wake()
      return { explanation }
    },
  )

  /** Of a restored or copied database; without `"confirm": true` it only says what is the matter. */
  app.post(
    '/confirm-installation',
    {
      schema: {
        ...describe('Confirm a restored or copied database', { 200: told('installation_id', 'explanation') }),
        body: Confirm,
      },
    },
    ({ body }) => db.confirmInstallation({ confirm: body.confirm ?? false }),
  )

  /** A new key for return paths and unsubscribe links; `"retire": true` makes every one sent so far invalid. */
  app.post(
    '/rotate-token-key',
    {
      schema: {
        ...describe('Make a new key for unsubscribe links and return paths', { 200: counted('key_number') }),
        body: Retire,
      },
    },
    async ({ body }) => ({
      key_number: await db.rotateTokenKey({ retire: body.retire ?? false }),
    }),
  )
}
