import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { ProblemError } from '../errors.ts'
import { sweepCampaigns } from '../schedule/sweep.ts'
import { describe, ProcessedAnswer } from './describe.ts'
import type { ApiParts } from './index.ts'

const CronQuery = Type.Object({ campaignId: Type.Optional(Type.String({ format: 'uuid' })) })

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * `GET` or `POST /api/cron/process-campaigns`, with API_KEY or CRON_SECRET: does what is due for every campaign, or for
 * the one in `campaignId` (query or JSON body), and answers per campaign what was done or why not. Whatever calls it -
 * Vercel Cron by GET, curl, a timer - needs no body and no content type. It may open a batch up to one window early.
 */
export const cronRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, { db, wake }) => {
  // whatever the caller says about its body, even what is no content type at all
  app.addHook('onRequest', async request => {
    request.headers['content-type'] = 'text/plain'
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) => done(null, body))

  app.route({
    method: ['GET', 'POST'],
    url: '/cron/process-campaigns',
    config: { acceptsCronSecret: true, scope: 'write' },
    schema: {
      ...describe('Do what is due, for an outside cron', { 200: ProcessedAnswer }),
      querystring: CronQuery,
    },
    async handler({ query, body }) {
      const campaignId = query.campaignId ?? readCampaignId(body)
      const source = 'cron'
      const campaigns = campaignId
        ? await db.processCampaigns({ campaignId, source })
        : await sweepCampaigns(db, source)
      wake()
      return { ok: campaigns.every(({ action }) => action !== 'failed'), campaigns }
    },
  })
}

/** The body is read as JSON whatever its content type says; one that is not JSON is nothing of ours. */
function readCampaignId(body: unknown): string | undefined {
  if (typeof body !== 'string' || !body.trim().startsWith('{')) return undefined
  const campaignId = parseObject(body).campaignId
  if (campaignId === undefined || (typeof campaignId === 'string' && UUID.test(campaignId))) return campaignId
  throw new ProblemError(
    400,
    'invalid-request',
    'The request does not have the expected form',
    'campaignId must be a uuid',
  )
}

function parseObject(body: string): { campaignId?: unknown } {
  try {
    return JSON.parse(body)
  } catch (error) {
    throw new ProblemError(400, 'malformed-json', 'The body is not valid JSON', (error as Error).message)
  }
}
