import type pg from 'pg'
import { setClock } from '../../../test/helper/clock.ts'
import { makeCampaign, openBatch } from '../../../test/helper/make.ts'
import { connect } from '../databases.ts'

/** Statements that no guarded database takes, and the guard that each breaks. $1 is a campaign with batch 1 open. */
const IMPOSSIBLE: [refusedBy: string, statement: string][] = [
  [
    'a_contact_is_delivered_once_per_campaign',
    `insert into daybatch.deliveries (campaign_id, contact_id, batch_number, send_limit, status, reason, settled_at)
     select d.campaign_id, d.contact_id, 1, d.send_limit, 'skipped', 'deleted', now()
     from daybatch.deliveries as d where d.campaign_id = $1`,
  ],
  [
    'an_address_is_delivered_once_per_campaign',
    `update daybatch.deliveries set address_key = sha256('one') where campaign_id = $1`,
  ],
  ['a_slot_is_used_once', `update daybatch.deliveries set slot = 1 where campaign_id = $1`],
  [
    'slot_is_within_the_limit',
    `update daybatch.deliveries set slot = slot + 1 where campaign_id = $1 and slot = 3`,
  ],
  [
    'limit_is_the_limit_of_the_batch',
    `update daybatch.deliveries set send_limit = send_limit + 1 where campaign_id = $1 and slot = 1`,
  ],
  ['batches_only_one_open_per_campaign', nextBatch('24 hours')],
  ['batch_is_not_too_early', nextBatch('23 hours 59 minutes')],
  ['predecessor_is_as_the_chain_says', nextBatch('24 hours', `b.spaced_from - interval '1 hour'`, 't.at')],
  [
    'interval_is_given_in_hours',
    `update daybatch.batches set batch_interval = '1 day' where campaign_id = $1`,
  ],
  ['batch_interval_is_given_in_hours', `update public.campaigns set batch_interval = '1 day' where id = $1`],
  ['MB012', `update public.campaigns set contacts_remaining = '[]' where id = $1`],
]

/** Batch 2, counted so long after batch 1; open, or closed at once. */
function nextBatch(after: string, previous = 'b.spaced_from', closed = 'null'): string {
  const count = closed === 'null' ? 'null' : '0'
  return `
    insert into daybatch.batches (campaign_id, batch_number, send_limit, batch_interval, source, due_at, opened_at, counted_at,
      spaced_from, cut_off_at, previous_batch_number, previous_spaced_from, previous_interval,
      closed_at, sent_count, failed_count, skipped_count, in_doubt_count, returned_count, remaining_count)
    select b.campaign_id, 2, b.send_limit, b.batch_interval, 'manual', t.at, t.at, t.at, t.at, t.at + interval '23 hours',
      1, ${previous}, b.batch_interval, ${closed}${`, ${count}`.repeat(6)}
    from daybatch.batches as b, lateral (select b.counted_at + interval '${after}' as at) as t
    where b.campaign_id = $1`
}

/** Tries each of them, and takes it back; returns those that were not refused, or not by their guard. */
export async function findPossible(url: string): Promise<string | undefined> {
  const client = await connect(url)
  try {
    await setClock(client, '2026-03-02T09:00:00Z')
    const { id } = await makeCampaign(client, { contacts: 5, limit: 3 })
    await openBatch(client, id)
    for (const [guard, statement] of IMPOSSIBLE) {
      const refusal = await tryStatement(client, statement, id)
      // a row may break two rules; what counts is that it is refused by name
      if (refusal !== guard) return `${guard} let a row through (${refusal ?? 'not refused'})`
    }
    return undefined
  } finally {
    await client.end()
  }
}

async function tryStatement(client: pg.Client, statement: string, id: string): Promise<string | undefined> {
  await client.query('begin')
  try {
    await client.query(statement, [id])
    return undefined
  } catch (error) {
    const { constraint, code } = error as { constraint?: string; code?: string }
    return constraint ?? code
  } finally {
    await client.query('rollback')
  }
}
