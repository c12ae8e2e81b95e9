import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Daybatch } from '../db/daybatch.ts'
import type { Campaign } from '../db/rows.ts'
import { ProblemError } from '../errors.ts'

/**
 * Answers a campaign with its version as `ETag`: of name, message, limit, lists, status and files, which callers change;
 * counts move without it. Nothing may be kept by a cache.
 */
export const sendCampaign = (reply: FastifyReply, campaign: Campaign) =>
  reply.header('etag', `"${campaign.version}"`).header('cache-control', 'no-store').send(campaign)

/**
 * Runs a change of a campaign. With `If-Match` only if the campaign is in one of those versions, checked under its lock
 * in the transaction of the change; 412 otherwise. `*` is any version. `isWhole`: several calls, all or nothing.
 */
export async function changeCampaign<Result>(
  db: Daybatch,
  request: FastifyRequest,
  campaignId: string,
  change: (db: Daybatch) => Promise<Result>,
  { isWhole = false } = {},
): Promise<Result> {
  const versions = readIfMatch(request.headers['if-match'])
  if (versions === undefined && !isWhole) return change(db)
  return db.transaction(async transaction => {
    if (versions !== undefined) await transaction.checkVersion({ campaignId, versions })
    return change(transaction)
  })
}

/** A list of strong entity tags (RFC 9110, 13.1.1); weak ones never match. */
function readIfMatch(header: string | undefined): string[] | undefined {
  if (header === undefined || header.trim() === '*') return undefined
  const tags = header.split(',').map(tag => /^(?:W\/)?"([\x21\x23-\x7e]{0,100})"$/.exec(tag.trim()))
  if (tags.some(tag => tag === null) || tags.length > 10) {
    throw new ProblemError(
      400,
      'invalid-request',
      'If-Match is not a list of entity tags',
      'Send the ETag of GET /api/campaigns/{id} as it came, with its quotation marks.',
    )
  }
  return tags.filter(tag => !tag![0].startsWith('W/')).map(tag => tag![1]!)
}
