import type pg from 'pg'
import type { Reply, Row } from '../../../test/helper/make.ts'
import { connect } from '../databases.ts'
import { SavedState } from '../saved-state.ts'
import type { Claim, Delivery } from './batch.ts'
import { DEFERRAL_LIMIT } from './campaign.ts'
import type { Mail, Setting, World } from './world.ts'

/** The session's own clock: a history needs no second session. */
const SESSION_CLOCK = `
create or replace function daybatch.current_moment() returns timestamptz
language sql volatile security definer set search_path = ''
as $$ select current_setting('faults.moment')::timestamptz $$`

const STATE = `
select c.id, c.status, c.current_batch_number as number, extract(epoch from c.next_batch_send_time) * 1000 as next_due,
  c.contacts_remaining as remaining, c.contacts_processed as processed, c.contacts_failed as failed,
  c.total_contacts as total,
  (select jsonb_agg(jsonb_build_array(b.batch_number, extract(epoch from b.spaced_from) * 1000, b.sent_count, b.failed_count,
    b.remaining_count) order by b.batch_number) from daybatch.batches as b where b.campaign_id = c.id) as batches,
  (select jsonb_agg(jsonb_build_array(d.contact_id, d.batch_number, d.slot, d.status, d.deferral_count,
    extract(epoch from d.retry_at) * 1000, (select count(*) from daybatch.delivery_attempts as a
      where a.campaign_id = c.id and a.delivery_id = d.delivery_id)) order by d.delivery_id)
    from daybatch.deliveries as d where d.campaign_id = c.id) as deliveries,
  (select to_jsonb(n) from daybatch.read_batch_counts(c.id) as n) as open_counts,
  (select jsonb_object_agg(f.status, f.contacts) from (
    select l.status, sum(l.contacts) as contacts from daybatch.list_failures(c.id) as l group by l.status) as f) as failures
from public.campaigns as c where c.id = any ($1) order by c.id`

/** The database that a history is played on: numbers of the model here, ids and tokens there. */
export class Engine {
  readonly #client: pg.Client
  readonly #saved: SavedState
  readonly #tokens = new Map<Claim, string>()
  readonly #deliveryIds = new Map<Delivery, string>()
  #history = 0
  #world!: World

  private constructor(client: pg.Client, saved: SavedState) {
    this.#client = client
    this.#saved = saved
  }

  static async open(url: string): Promise<Engine> {
    const client = await connect(url)
    await client.query(SESSION_CLOCK)
    // the model knows no breaker
    await client.query(
      `update daybatch.settings set deferral_limit = $1, refusals_in_a_row = null, refusals_in_200 = null`,
      [DEFERRAL_LIMIT],
    )
    return new Engine(client, await SavedState.open(client))
  }

  async close(): Promise<void> {
    await this.#client.end()
  }

  /** An empty database with the setting's contacts, lists and campaigns. */
  async start(world: World, { addresses, campaigns }: Setting): Promise<void> {
    this.#world = world
    this.#history += 1
    this.#tokens.clear()
    this.#deliveryIds.clear()
    await this.#saved.clear()
    await this.#setClock()
    const contacts = addresses.map((address, index) => ({
      id: this.contactId(index),
      email: emailOf(address),
    }))
    await this.query(
      'contacts',
      `insert into public.contacts (id, email) select * from json_to_recordset($1) as c (id uuid, email text)`,
      JSON.stringify(contacts),
    )
    for (const [index, { limit, policy, isHourly, audience }] of campaigns.entries()) {
      await this.query(
        'campaign',
        `with list as (insert into public.contact_lists (name) values ('list') returning id),
         members as (
           insert into public.contact_list_members (list_id, contact_id, position)
           select l.id, m.id, m.rank from list as l, unnest($2::uuid[]) with ordinality as m (id, rank))
         insert into public.campaigns (id, name, text_body, daily_send_limit, in_doubt_policy, batch_interval, contact_list_ids, status)
         select $1, 'history', 'Hello', $3, $4, $5, array[l.id], 'sending' from list as l`,
        this.campaignId(index),
        audience.map(contact => this.contactId(contact)),
        limit,
        policy,
        isHourly ? '1 hour' : '24 hours',
      )
    }
  }

  campaignId = (index: number) => makeId('c', this.#history, index)
  contactId = (index: number) => makeId('a', this.#history, index)
  token = ({ ticket }: Mail) => this.#tokens.get(ticket.claim)
  deliveryId = ({ ticket }: Mail) => this.#deliveryIds.get(ticket.delivery)

  /** Calls a function of the engine at the model's time. */
  async call(name: string, ...values: unknown[]): Promise<Row[]> {
    await this.#setClock()
    const places = values.map((_, index) => `$${index + 1}`).join(', ')
    return this.query(`${name} ${values.length}`, `select * from daybatch.${name}(${places})`, ...values)
  }

  async query(name: string, text: string, ...values: unknown[]): Promise<Row[]> {
    return (await this.#client.query({ name, text, values })).rows
  }

  /** Claims, and keeps the ids for the model's mails; returns contact and address of each. */
  async claim(campaign: number, limit: number, mails: Mail[]): Promise<unknown[]> {
    const rows = await this.call('claim_deliveries', this.campaignId(campaign), 'worker', limit)
    for (const [index, { ticket }] of mails.entries()) {
      if (!rows[index]) break
      this.#tokens.set(ticket.claim, rows[index].claim_token)
      this.#deliveryIds.set(ticket.delivery, rows[index].delivery_id)
    }
    return rows.map(row => [indexOf(row.contact_id), row.email])
  }

  async begin(campaign: number, mails: Mail[]): Promise<boolean[]> {
    const ids = mails.map(this.deliveryId)
    const rows = await this.call('begin_sending', this.campaignId(campaign), mails.map(this.token), ids)
    return ids.map(id => rows.find(({ delivery_id }) => delivery_id === id)!.may_send)
  }

  async changeAddress(contact: number, address: string | null): Promise<void> {
    const text = 'update public.contacts set email = $2 where id = $1'
    await this.query('change address', text, this.contactId(contact), emailOf(address))
  }

  report(campaign: number, mail: Mail, reply: Reply): Promise<Row[]> {
    const report = { delivery_id: this.deliveryId(mail), claim_token: this.token(mail), ...reply }
    return this.call('report_outcomes', this.campaignId(campaign), JSON.stringify([report]))
  }

  /** The same picture of every campaign from the database and from the model. */
  async compare(): Promise<[unknown, unknown]> {
    const ids = this.#world.campaigns.map((_, index) => this.campaignId(index))
    const rows = await this.query('state', STATE, ids)
    return [rows.map(readRow), this.#world.campaigns.map(describeCampaign)]
  }

  async audit(): Promise<string[]> {
    await this.#setClock()
    const rows = await this.query('audit', `select rule || ': ' || disagreement as line from daybatch.audit`)
    return rows.map(({ line }) => line)
  }

  async #setClock(): Promise<void> {
    const moment = new Date(this.#world.contacts.now).toISOString()
    await this.query('clock', `select set_config('faults.moment', $1, false)`, moment)
  }
}

const makeId = (kind: string, history: number, index: number) =>
  `00000000-0000-4000-8000-${kind}${history.toString(16).padStart(7, '0')}${index.toString(16).padStart(4, '0')}`
const indexOf = (id: string) => Number.parseInt(id.slice(-4), 16)

export const emailOf = (address: string | null) => (address === null ? 'nobody' : `${address}@example.org`)

// pairs in place of an object: jsonb has an order of its own
const STATUSES = ['queued', 'claimed', 'sending', 'sent', 'failed', 'in_doubt', 'skipped', 'deferred']

/** How many of its mails stand where (read_batch_counts); null: none is open. */
function describeOpenBatch({ batches, deliveries }: World['campaigns'][number]): unknown {
  const open = batches.find(({ closed }) => !closed)
  const ofOpen = deliveries.filter(({ batch }) => batch === open)
  return open
    ? STATUSES.map(status => [status, ofOpen.filter(delivery => delivery.status === status).length])
    : null
}

/** What list_failures counts, in open batches and closed ones. */
const FAILURES = ['failed', 'skipped', 'in_doubt']

const number = (value: unknown) => (value === null ? null : Number(value))
const sorted = (contacts: number[]) => [...contacts].sort((a, b) => a - b)
const indexes = (ids: string[]) => ids.map(indexOf)

function readRow(row: Row): unknown {
  const isInitialised = row.total !== null
  return {
    status: row.status,
    number: row.number,
    nextDue: number(row.next_due),
    // the order decides who is next
    remaining: isInitialised ? indexes(row.remaining) : [],
    processed: sorted(indexes(row.processed)),
    failed: sorted(indexes(row.failed)),
    total: row.total ?? 0,
    openCounts: row.open_counts && STATUSES.map(status => [status, row.open_counts[`${status}_count`]]),
    failures: FAILURES.map(status => [status, row.failures?.[status] ?? 0]),
    batches: (row.batches ?? []).map(([n, spaced, ...counts]: unknown[]) => [n, Number(spaced), ...counts]),
    deliveries: (row.deliveries ?? []).map(
      ([contact, batch, slot, status, deferrals, retryAt, tries]: unknown[]) => [
        indexOf(contact as string),
        batch,
        slot,
        status,
        deferrals,
        number(retryAt),
        tries,
      ],
    ),
  }
}

function describeCampaign(campaign: World['campaigns'][number]): unknown {
  const { status, number, nextDue, remaining, processed, failed, batches, deliveries } = campaign
  return {
    status,
    number,
    nextDue,
    remaining,
    processed: sorted(processed),
    failed: sorted(failed),
    total: remaining.length + processed.length + failed.length,
    openCounts: describeOpenBatch(campaign),
    failures: FAILURES.map(status => [
      status,
      deliveries.filter(delivery => delivery.status === status).length,
    ]),
    batches: batches.map(({ number, spacedFrom, closed }) => [
      number,
      spacedFrom,
      closed?.sent ?? null,
      closed?.failed ?? null,
      closed?.remaining ?? null,
    ]),
    deliveries: deliveries.map(({ contact, batch, slot, status, deferrals, retryAt, attempts }) => [
      contact,
      batch.number,
      slot,
      status,
      deferrals,
      retryAt,
      attempts.length,
    ]),
  }
}
