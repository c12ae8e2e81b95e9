import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { counted, describe, said } from './describe.ts'
import type { ApiParts } from './index.ts'

const Body = Type.Object({ campaignId: Type.String({ format: 'uuid' }) }, { additionalProperties: false })

/** `/api/debug/test-batch-campaign`: the batching system tests itself. */
export const debugRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, { db }) => {
  /**
   * Runs a simulated campaign through the production functions, rolled back, and compares every active campaign's
   * arrays with the ledger. `ok` is false when there is any disagreement, and the disagreements say which.
   */
  app.get(
    '/debug/test-batch-campaign',
    { schema: { ...describe('Test the batching with a simulated campaign', { 200: said('ok') }) } },
    async () => {
      const simulation = await db.testBatchCampaign()
      const campaigns = await db.listBatchingStates()
      const agree = campaigns.every(({ disagreements }) => disagreements.length === 0)
      return { ok: simulation.ok && agree, simulation, campaigns }
    },
  )

  /** Initialises contact tracking of one campaign and returns the counts; repeating changes nothing. */
  app.post(
    '/debug/test-batch-campaign',
    {
      schema: {
        ...describe('Initialise the tracking of one campaign', {
          200: counted('total_contacts', 'remaining_count'),
        }),
        body: Body,
      },
    },
    ({ body }) => db.initializeContactTracking({ campaignId: body.campaignId }),
  )
}
