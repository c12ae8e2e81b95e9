import type pg from 'pg'

/** What the database says after a run, read from the tables (not from the engine's own summaries). */
export interface Facts {
  campaigns: CampaignFacts[]
  batches: BatchFacts[]
  deliveries: DeliveryFacts[]
  attempts: AttemptFacts[]
  /** daybatch.audit, in words. */
  audit: string[]
}

export interface CampaignFacts {
  id: string
  name: string
  status: string
  policy: string
  remaining: string[]
  processed: string[]
  failed: string[]
}

/** Times are ms since 1970. */
export interface BatchFacts {
  campaign_id: string
  batch_number: number
  send_limit: number
  interval_ms: number
  source: string
  opened_at: number
  counted_at: number
  spaced_from: number
}

export interface DeliveryFacts {
  delivery_id: string
  campaign_id: string
  contact_id: string
  batch_number: number
  status: string
  email: string
  /** The left part of its Message-ID. */
  message_key: string
}

export interface AttemptFacts {
  delivery_id: string
  batch_number: number
  worker_id: string | null
  claim_token: string
  outcome: string
  stage: string
  /** Null: its message data never left. */
  sending_at: number | null
  ended_at: number
}

const ms = (expression: string) => `(extract(epoch from ${expression}) * 1000)::float8`

export async function readFacts(pool: pg.Pool, campaignIds: string[]): Promise<Facts> {
  const read = async <Row extends pg.QueryResultRow>(text: string) =>
    (await pool.query<Row>(text, [campaignIds])).rows
  return {
    campaigns: await read(
      `select id, name, status, in_doubt_policy as policy, contacts_remaining as remaining,
         contacts_processed as processed, contacts_failed as failed
       from public.campaigns where id = any ($1)`,
    ),
    batches: await read(
      `select campaign_id, batch_number, send_limit, source, ${ms('batch_interval')} as interval_ms,
         ${ms('opened_at')} as opened_at, ${ms('counted_at')} as counted_at, ${ms('spaced_from')} as spaced_from
       from daybatch.batches where campaign_id = any ($1) order by campaign_id, batch_number`,
    ),
    deliveries: await read(
      `select d.delivery_id, d.campaign_id, d.contact_id, d.batch_number, d.status, c.email,
         left(encode(sha256(s.value || uuid_send(d.campaign_id) || uuid_send(d.contact_id)), 'hex'), 40) as message_key
       from daybatch.deliveries as d
       join public.contacts as c on c.id = d.contact_id
       join daybatch.secrets as s on s.name = 'message_key'
       where d.campaign_id = any ($1)`,
    ),
    attempts: await read(
      `select delivery_id, batch_number, worker_id, claim_token, outcome, stage,
         ${ms('sending_at')} as sending_at, ${ms('ended_at')} as ended_at
       from daybatch.delivery_attempts where campaign_id = any ($1) order by attempt_id`,
    ),
    audit: (
      await read<{ line: string }>(
        `select concat_ws(': ', rule, disagreement) as line from daybatch.audit where campaign_id = any ($1)`,
      )
    ).map(({ line }) => line),
  }
}
