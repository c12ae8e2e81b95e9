import type pg from 'pg'
import { createPool } from '../../src/db/pool.ts'

export interface Volume {
  /** The campaign with `contacts` contacts: all batches but the last are closed, the last one is half sent. */
  large: string
  /** Small campaigns of ten contacts, one batch of five closed, the next one due. */
  small: string[]
}

const BEGIN = `timestamptz '2026-01-01 09:00:00+00'`
const contact = (campaign: string, n: string) => `md5(${campaign} || '/' || ${n})::uuid`
/** Every 50th is refused, every 1000th in doubt: `n` is the contact's number. */
const STATUS = (n: string) =>
  `case when ${n} % 1000 = 0 then 'in_doubt' when ${n} % 50 = 0 then 'failed' else 'sent' end`

/** Its statements may take their time: a million rows do. */
export const createPatientPool = (url: string): pg.Pool =>
  createPool(url, { applicationName: 'daybatch volume', max: 2, statementTimeoutMs: 10 * 60_000 })

/**
 * Writes campaigns of any size straight into the tables, without triggers and foreign keys: in the state, to the row,
 * in which the functions would have left them. The large one's last batch has its first half sent and the rest queued.
 */
export async function buildVolume(
  pool: pg.Pool,
  { contacts, limit, campaigns }: { contacts: number; limit: number; campaigns: number },
): Promise<Volume> {
  const client = await pool.connect()
  try {
    await client.query('set session_replication_role = replica')
    const large = await buildCampaigns(client, { kind: 'Large', campaigns: 1, contacts, limit, listed: 0 })
    const small = await buildCampaigns(client, { kind: 'Small', campaigns, contacts: 5, limit: 5, listed: 5 })
    await client.query('analyze')
    return { large: large[0]!, small }
  } finally {
    await client.query('reset session_replication_role').finally(() => client.release())
  }
}

/** `contacts` are selected into batches, `listed` more wait in remaining. */
async function buildCampaigns(
  db: pg.ClientBase,
  {
    kind,
    campaigns,
    contacts,
    limit,
    listed,
  }: { kind: string; campaigns: number; contacts: number; limit: number; listed: number },
): Promise<string[]> {
  const batches = Math.ceil(contacts / limit)
  // the last batch is under way where nothing waits behind it
  const open = listed === 0 ? batches : 0
  const values = [kind, campaigns, contacts, limit, listed, batches, open]
  await db.query(
    `create temporary table made on commit preserve rows as
     select md5($1 || i)::uuid as id, $1 || ' ' || i as name, i from generate_series(1, $2::integer) as i`,
    values.slice(0, 2),
  )
  await db.query(
    `insert into daybatch.deliveries (campaign_id, contact_id, batch_number, slot, send_limit, status, attempt_count, address_key,
       sending_at, settled_at, reason, claim_token)
     select m.id, ${contact('m.id', 'n')}, b.number, 1 + (n - 1) % $2, $2, s.status, (s.status <> 'queued')::integer,
       sha256(convert_to(m.id || '/' || n, 'UTF8')), b.at, case when s.status <> 'queued' then b.at end,
       case s.status when 'failed' then 'mailbox_unavailable' when 'in_doubt' then 'no_reply_after_354' end, null
     from made as m cross join generate_series(1, $1::integer) as n
     cross join lateral (select 1 + (n - 1) / $2 as number, ${BEGIN} + (n - 1) / $2 * interval '24 hours' + (n - 1) % $2 * interval '20 ms' as at) as b
     cross join lateral (select case when b.number = $3 and (n - 1) % $2 >= $2 / 2 then 'queued' else ${STATUS('n')} end as status) as s
     order by m.i, n`,
    [contacts, limit, open],
  )
  await db.query(
    `insert into daybatch.delivery_attempts (campaign_id, delivery_id, batch_number, slot, attempt_number, claim_token, worker_id,
       sending_at, ended_at, stage, reply_code, enhanced_code, reply_text, rule, outcome)
     select d.campaign_id, d.delivery_id, d.batch_number, d.slot, 1, md5(d.delivery_id / 10 || '')::uuid, 'worker',
       case when d.status <> 'failed' then d.sending_at end, d.settled_at + interval '90 ms', case d.status when 'failed' then 'rcpt' else 'message' end,
       case d.status when 'sent' then 250 when 'failed' then 550 end, case d.status when 'failed' then '5.1.1' end,
       case d.status when 'sent' then '2.0.0 Ok: queued as 4XyZ1234567' when 'failed' then '5.1.1 no such user here' end,
       coalesce(d.reason, 'accepted'), d.status
     from daybatch.deliveries as d join made as m on m.id = d.campaign_id
     where d.status <> 'queued' order by d.delivery_id`,
  )
  await insertBatches(db, { limit, batches, open, contacts, listed })
  await insertCampaigns(db, { limit, batches, open, contacts, listed })
  const { rows } = await db.query('select id from made order by i')
  await db.query('drop table made')
  return rows.map(({ id }) => id)
}

type Size = { limit: number; batches: number; open: number; contacts: number; listed: number }

async function insertBatches(db: pg.ClientBase, { limit, batches, open, contacts, listed }: Size) {
  await db.query(
    `insert into daybatch.batches (campaign_id, batch_number, send_limit, batch_interval, source, due_at, opened_at, counted_at, spaced_from,
       cut_off_at, previous_batch_number, previous_spaced_from, previous_interval, message_version, head_length, slot_count, next_slot,
       last_begun_at, closed_at, sent_count, failed_count, skipped_count, in_doubt_count, returned_count, remaining_count)
     select m.id, n, $1, interval '24 hours', 'job', t.at, t.at, t.at, t.at, t.at + interval '23 hours 45 minutes',
       case when n > 1 then n - 1 end, case when n > 1 then t.at - interval '24 hours' end, case when n > 1 then interval '24 hours' end, 1,
       e.size, e.size, case when n = $3 then $1 / 2 + 1 else e.size + 1 end, t.at + interval '20 minutes',
       case when n <> $3 then t.at + interval '20 minutes' end,
       case when n <> $3 then e.sent end, case when n <> $3 then e.size - e.sent end, case when n <> $3 then 0 end,
       case when n <> $3 then e.in_doubt end, case when n <> $3 then 0 end,
       case when n <> $3 then $4 + $5 - (n - 1) * $1 - e.size end
     from made as m cross join generate_series(1, $2::integer) as n
     cross join lateral (select ${BEGIN} + (n - 1) * interval '24 hours' as at) as t
     cross join lateral (
       select count(*) as size, count(*) filter (where ${STATUS('k')} = 'sent') as sent, count(*) filter (where k % 1000 = 0) as in_doubt
       from generate_series((n - 1) * $1 + 1, least(n * $1, $4::integer)) as k) as e`,
    [limit, batches, open, contacts, listed],
  )
  await db.query(
    `insert into daybatch.batch_counts (campaign_id, batch_number, sent_count, failed_count, in_doubt_count, skipped_count, deferred_count)
     select b.campaign_id, b.batch_number, count(*) filter (where d.status = 'sent'), count(*) filter (where d.status = 'failed'),
       count(*) filter (where d.status = 'in_doubt'), 0, 0
     from daybatch.batches as b join made as m on m.id = b.campaign_id
     join daybatch.deliveries as d on d.campaign_id = b.campaign_id and d.batch_number = b.batch_number
     where b.closed_at is null group by b.campaign_id, b.batch_number`,
  )
  await db.query(
    `insert into daybatch.campaign_messages (campaign_id, message_version, subject, text_body, created_at) select id, 1, name, 'Hello', ${BEGIN} from made`,
  )
}

async function insertCampaigns(db: pg.ClientBase, { limit, batches, open, contacts, listed }: Size) {
  // contacts of closed batches stand by their outcome, those of the open one in remaining
  await db.query(
    `insert into public.campaigns (id, name, status, text_body, daily_send_limit, contact_list_ids, total_contacts, contacts_remaining,
       contacts_processed, contacts_failed, batch_history, first_batch_sent_at, next_batch_send_time, current_batch_number,
       tracking_initialised_at, created_at)
     select m.id, m.name, 'sending', 'Hello', $1, array[md5('list')::uuid], $4 + $5, a.remaining, a.processed, a.failed, h.entries,
       ${BEGIN}, ${BEGIN} + $2 * interval '24 hours', $2 + ($3 = 0)::integer, ${BEGIN}, ${BEGIN} + m.i * interval '1 second'
     from made as m
     cross join lateral (
       select coalesce(jsonb_agg(${contact('m.id', 'n')} order by n) filter (where k.number = $3 or n > $4), '[]') as remaining,
         coalesce(jsonb_agg(${contact('m.id', 'n')} order by n) filter (where k.number <> $3 and n <= $4 and k.status = 'sent'), '[]') as processed,
         coalesce(jsonb_agg(${contact('m.id', 'n')} order by n) filter (where k.number <> $3 and n <= $4 and k.status <> 'sent'), '[]') as failed
       from generate_series(1, $4::integer + $5) as n
       cross join lateral (select 1 + (n - 1) / $1 as number, ${STATUS('n')} as status) as k) as a
     cross join lateral (
       select coalesce(jsonb_agg(jsonb_build_object('batch_number', b.batch_number, 'timestamp',
         to_char(b.opened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'sent_count', b.sent_count, 'failed_count', b.failed_count,
         'remaining_count', b.remaining_count) order by b.batch_number), '[]') as entries
       from daybatch.batches as b where b.campaign_id = m.id and b.closed_at is not null) as h`,
    [limit, batches, open, contacts, listed],
  )
  await db.query(
    `insert into daybatch.contact_counts (campaign_id, remaining_count, processed_count, failed_count)
     select c.id, jsonb_array_length(c.contacts_remaining), jsonb_array_length(c.contacts_processed), jsonb_array_length(c.contacts_failed)
     from public.campaigns as c join made as m on m.id = c.id`,
  )
  await db.query('select daybatch.count_batch(m.id), daybatch.count_failures(m.id) from made as m')
  await db.query(
    `select daybatch.enqueue_batch(c.id, c.current_batch_number, c.next_batch_send_time)
     from public.campaigns as c join made as m on m.id = c.id where $1 = 0`,
    [open],
  )
}
