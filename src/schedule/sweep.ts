import type { Daybatch } from '../db/daybatch.ts'
import type { ProcessedCampaignRow, Source } from '../db/rows.ts'
import { isDatabaseAway } from '../errors.ts'

export type SweepDatabase = Pick<
  Daybatch,
  'currentMoment' | 'listDueCampaigns' | 'processCampaigns' | 'recordSweep'
>

/**
 * Does what is due for every campaign, each in a transaction of its own: a bad one stops nobody, and no lock outlasts
 * one campaign (`process_campaigns()` without an id does the same in one transaction, for psql).
 * @returns per campaign what was done, or why not
 */
export async function sweepCampaigns(db: SweepDatabase, source: Source): Promise<ProcessedCampaignRow[]> {
  const startedAt = await db.currentMoment()
  const rows: ProcessedCampaignRow[] = []
  for (const campaignId of await db.listDueCampaigns({ source })) {
    rows.push(...(await processCampaign(db, source, campaignId)))
  }
  const count = (...actions: string[]) => rows.filter(({ action }) => actions.includes(action)).length
  const counts = {
    lookedAt: rows.length,
    opened: count('opened'),
    closed: count('closed', 'completed'),
    failed: count('failed'),
  }
  await db.recordSweep({ source, startedAt, counts })
  return rows
}

async function processCampaign(
  db: SweepDatabase,
  source: Source,
  campaignId: string,
): Promise<ProcessedCampaignRow[]> {
  try {
    return await db.processCampaigns({ campaignId, source })
  } catch (error) {
    if (isDatabaseAway(error)) throw error
    const { message, code } = error as Error & { code?: string }
    return [
      {
        campaign_id: campaignId,
        name: null,
        action: 'failed',
        batch_number: null,
        delivery_count: null,
        next_batch_send_time: null,
        reason: message,
        error_code: code ?? null,
      },
    ]
  }
}
