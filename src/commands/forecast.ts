import type { Daybatch } from '../db/daybatch.ts'
import type { ForecastRow } from '../db/rows.ts'
import { findCampaign } from './campaigns.ts'
import type { Output } from './output.ts'
import { count, describeTime, formatTable } from './words.ts'

/** Batches that are shown; --all shows every one. */
const SHOWN = 10

/** Prints the coming batches and the finish date; with a limit, what that would change. */
export async function forecastCampaign(
  db: Daybatch,
  given: string,
  { limit, all }: { limit?: number; all?: boolean },
  output: Output,
): Promise<void> {
  const { id: campaignId, name, status } = await findCampaign(db, given)
  const batches = await db.forecastCampaign({ campaignId, limit })
  output.tell({ campaign_id: campaignId, name, status, finish_at: batches.at(-1)?.due_at ?? null, batches }, [
    ...describeBatches(batches, all ? batches.length : SHOWN),
    `"${name}": ${describeFinish(status, batches)}${limit === undefined ? '' : `, with ${limit} a batch`}`,
  ])
}

/** The first of the coming batches as a table. */
export function describeBatches(batches: ForecastRow[], shown: number): string[] {
  if (batches.length === 0) return []
  const rows = batches
    .slice(0, shown)
    .map(({ batch_number, due_at, size, remaining_after, is_under_way }) => [
      String(batch_number),
      is_under_way ? 'under way' : describeTime(due_at),
      String(size),
      String(remaining_after),
    ])
  const table = formatTable([['batch', 'due', 'mails', 'remaining'], ...rows], { right: [0, 2, 3] })
  const rest = batches.length - rows.length
  return rest > 0 ? [...table, `and ${count(rest, 'more batch', 'more batches')}`] : table
}

/** `3 batches to come, the last one on 2026-12-01 09:00:00Z`. */
export function describeFinish(status: string, batches: ForecastRow[]): string {
  const last = batches.at(-1)
  if (!last) return status === 'draft' ? 'nobody is in its audience' : `${status}: no batch is to come`
  const condition = { draft: ' when it starts now', paused: ' when it resumes now' }[status] ?? ''
  if (last.is_under_way) return `the batch under way is the last one${condition}`
  const coming = count(batches.length, 'batch', 'batches')
  return `${coming} to come${condition}, the last one on ${describeTime(last.due_at)}`
}
