import type pg from 'pg'

export interface DemoCampaign {
  listId: string
  limit: number
  intervalSeconds: number
}

/** A batch that is over, as daybatch.batch_history has it. */
export interface PastBatch {
  batch_number: number
  opened_at: Date
  sent_count: number
  failed_count: number
  remaining_count: number
}

/** Where the campaign stands, as daybatch.campaign_status has it. */
export interface Standing {
  status: string
  waits_for: string
}

/** What the database says at the end; every figure is counted by PostgreSQL. */
export interface Counts {
  sent: number
  largest_batch: number
  /** null with a single batch */
  smallest_distance: number | null
  /** batches of daily_limit_proof, and those of them that keep limit and distance by the times of hand-over */
  proved_batches: number
  batches_in_order: number
  /** of no_duplicates_proof, from the server's replies */
  accepted: number
  accepted_contacts: number
  accepted_addresses: number
  audit_rows: number
}

const SUBJECT = 'Good morning, {{first_name | dear reader}}'
const TEXT = 'Hello {{first_name | dear reader}}, this is the mail of your day.'
const HTML = '<p>Hello <b>{{first_name | dear reader}}</b>, this is the mail of your day.</p>'

/** What an application does to start a campaign: one insert, with nothing of ours in it. */
export function writeInsert({ listId, limit, intervalSeconds }: DemoCampaign): string {
  return `insert into campaigns (name, subject, text_body, html_body,
  daily_send_limit, contact_list_ids, batch_interval, status)
values ('Demo', '${SUBJECT}',
  '${TEXT}',
  '${HTML}',
  ${limit}, array['${listId}']::uuid[],
  interval '${intervalSeconds} seconds', -- in place of the default, interval '24 hours'
  'sending')
returning id`
}

export async function insertCampaign(db: pg.Pool, statement: string): Promise<string> {
  return (await db.query(statement)).rows[0].id
}

export async function readStanding(db: pg.Pool, id: string): Promise<Standing> {
  const { rows } = await db.query('select status, waits_for from daybatch.campaign_status where id = $1', [
    id,
  ])
  return rows[0]
}

/** Batches that were closed after the one with this number. */
export async function readBatchesAfter(db: pg.Pool, id: string, batchNumber: number): Promise<PastBatch[]> {
  const { rows } = await db.query(
    `select batch_number, opened_at, sent_count, failed_count, remaining_count
     from daybatch.batch_history
     where campaign_id = $1 and batch_number > $2 and closed_at is not null
     order by batch_number`,
    [id, batchNumber],
  )
  return rows
}

export async function readCounts(db: pg.Pool, id: string): Promise<Counts> {
  const { rows } = await db.query(
    `select sum(b.sent_count)::integer as sent, max(b.sent_count) as largest_batch,
       min(extract(epoch from b.distance))::float8 as smallest_distance,
       (select count(*) from daybatch.audit)::integer as audit_rows,
       (select count(*) from daybatch.daily_limit_proof as p where p.campaign_id = $1)::integer as proved_batches,
       (select count(*) from daybatch.daily_limit_proof as p
         where p.campaign_id = $1 and p.limit_holds and p.intervals_are_disjoint)::integer as batches_in_order,
       (select coalesce(sum(n.mails), 0) from daybatch.no_duplicates_proof as n where n.campaign_id = $1)::integer as accepted,
       (select coalesce(sum(n.contacts), 0) from daybatch.no_duplicates_proof as n where n.campaign_id = $1)::integer as accepted_contacts,
       (select coalesce(sum(n.addresses), 0) from daybatch.no_duplicates_proof as n where n.campaign_id = $1)::integer as accepted_addresses
     from (
       select h.sent_count, h.counted_at - lag(h.counted_at) over (order by h.batch_number) as distance
       from daybatch.batch_history as h where h.campaign_id = $1
     ) as b`,
    [id],
  )
  return rows[0]
}
