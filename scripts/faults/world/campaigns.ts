import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { isDatabaseAway } from '../../../src/errors.ts'

export type Policy = 'never' | 'resend' | 'ask'

export interface CampaignOptions {
  name: string
  /** Contacts of its list, which is made for it. */
  contacts: number
  limit: number
  /** Time between two batches, as SQL reads it. */
  interval: string
  policy?: Policy
}

/** What the programme itself knows of a campaign, independent of what the engine writes. */
export interface Campaign {
  id: string
  name: string
  contactIds: string[]
}

/** Inserts contacts, a list and a started campaign, as an application would. */
export async function createCampaign(
  pool: pg.Pool,
  { name, contacts, limit, interval, policy = 'never' }: CampaignOptions,
): Promise<Campaign> {
  const { rows } = await pool.query(
    `with list as (insert into public.contact_lists (name) values ($1) returning id),
     people as (
       insert into public.contacts (email, first_name)
       select format('contact-%s-%s@example.org', n, substr(list.id::text, 1, 8)), 'Contact ' || n
       from list, generate_series(1, $2::integer) as n
       returning id),
     members as (insert into public.contact_list_members (list_id, contact_id) select list.id, people.id from list, people)
     select list.id as list_id, people.id as contact_id from list, people`,
    [name, contacts],
  )
  const { rows: campaigns } = await pool.query(
    `insert into public.campaigns (name, daily_send_limit, contact_list_ids, batch_interval, in_doubt_policy, text_body, status)
     values ($1, $2, array[$3::uuid], $4::interval, $5, E'Dear {{first_name}},\\nthis is a mail of the fault programme.\\n', 'sending') returning id`,
    [name, limit, rows[0].list_id, interval, policy],
  )
  return { id: campaigns[0].id, name, contactIds: rows.map(({ contact_id }) => contact_id) }
}

export interface WaitOptions {
  /** How long at most without any progress. */
  ms: number
  /** Called at every look, with what is not complete yet. */
  onLook?: (open: { id: string; status: string }[]) => unknown
}

const LOOK_MS = 100

/**
 * Waits until the campaigns are complete; returns those that are not, in words, when nothing has happened for too
 * long. A database that is away is waited for.
 */
export async function waitUntilComplete(
  pool: pg.Pool,
  campaigns: { id: string }[],
  { ms, onLook }: WaitOptions,
): Promise<string[]> {
  const ids = campaigns.map(({ id }) => id)
  let end = performance.now() + ms
  let last = ''
  for (;;) {
    const open = await retryWhileAway(() => listOpen(pool, ids))
    if (open.length === 0) return []
    const progress = open.map(({ id, batches, attempts }) => `${id} ${batches} ${attempts}`).join()
    if (progress !== last) end = performance.now() + ms
    last = progress
    if (performance.now() > end) {
      const since = `nothing has happened for ${Math.round(ms / 1000)} s`
      return open.map(({ name, status, reason }) => `campaign ${name} is ${status} (${reason}); ${since}`)
    }
    await onLook?.(open)
    await delay(LOOK_MS)
  }
}

async function listOpen(pool: pg.Pool, ids: string[]) {
  const { rows } = await pool.query<{
    id: string
    name: string
    status: string
    reason: string | null
    batches: number
    attempts: string
  }>(
    `select c.id, c.name, c.status, c.current_batch_number as batches,
       coalesce(c.pause_reason, daybatch.explain_open_batch(c.id, c.current_batch_number)) as reason,
       (select max(a.attempt_id) from daybatch.delivery_attempts as a) as attempts
     from public.campaigns as c where c.id = any ($1) and c.status <> 'completed'`,
    [ids],
  )
  return rows
}

/** Repeats a reading call until the database answers it; at most a minute. */
export async function retryWhileAway<Result>(work: () => Promise<Result>): Promise<Result> {
  const end = performance.now() + 60_000
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isDatabaseAway(error) || performance.now() > end) throw error
      await delay(LOOK_MS)
    }
  }
}
