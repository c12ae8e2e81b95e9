import { randomUUID } from 'node:crypto'
import type pg from 'pg'

type Database = pg.Pool | pg.ClientBase
// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever the database answers
export type Row = Record<string, any>

/** Columns of public.contacts; a missing e-mail becomes a unique valid one. */
export type ContactFields = Row | string

export interface Campaign {
  id: string
  lists: string[]
  /** Ids in the order of the audience. */
  contacts: string[]
}

/** A server's answer as the service reports it. */
export interface Reply {
  stage: string
  reply_code?: number | null
  enhanced_code?: string
  reply_text?: string
}

export const accepted: Reply = { stage: 'message', reply_code: 250, reply_text: '2.0.0 Ok: queued' }
export const noReply: Reply = { stage: 'message', reply_code: null, reply_text: 'socket closed' }
export const noSuchUser: Reply = { stage: 'rcpt', reply_code: 550, enhanced_code: '5.1.1' }
export const greylisted: Reply = { stage: 'rcpt', reply_code: 450, enhanced_code: '4.7.1' }
export const serverGone: Reply = { stage: 'connect', reply_code: null, reply_text: 'connection refused' }
export const loginRefused: Reply = { stage: 'auth', reply_code: 535, enhanced_code: '5.7.8' }

let count = 0

/** Inserts columns and values of one row as PostgREST does, and returns the whole row. */
export async function insertRow(db: Database, table: string, fields: Row): Promise<Row> {
  const columns = Object.keys(fields)
    .map(column => `"${column}"`)
    .join(', ')
  const { rows } = await db.query(
    `insert into ${table} (${columns}) select ${columns} from json_populate_record(null::${table}, $1) returning *`,
    [JSON.stringify(fields)],
  )
  return rows[0]
}

/** Contacts (a number of them, addresses, or columns); returns their ids in the same order. */
export async function makeContacts(db: Database, contacts: number | ContactFields[]): Promise<string[]> {
  const given = typeof contacts === 'number' ? Array.from({ length: contacts }, () => ({})) : contacts
  const rows = given.map(fields => ({
    id: randomUUID(),
    email: `contact-${++count}@example.org`,
    attributes: {},
    ...(typeof fields === 'string' ? { email: fields } : fields),
  }))
  await db.query(
    `insert into public.contacts (id, email, first_name, last_name, attributes, unsubscribed_at)
     select id, email, first_name, last_name, attributes, unsubscribed_at
     from json_populate_recordset(null::public.contacts, $1)`,
    [JSON.stringify(rows)],
  )
  return rows.map(({ id }) => id)
}

/** A list of these contacts, positions in this order. */
export async function makeList(db: Database, contacts: string[], name = 'Readers'): Promise<string> {
  const { id } = await insertRow(db, 'public.contact_lists', { name })
  await db.query(
    `insert into public.contact_list_members (list_id, contact_id)
     select $1, c.id from unnest($2::uuid[]) with ordinality as c (id, rank) order by c.rank`,
    [id, contacts],
  )
  return id
}

/**
 * A campaign in status `sending` with a text, for new contacts on one list (`contacts`: how many, or which), or for
 * `lists`. Everything else is a column.
 */
export async function makeCampaign(
  db: Database,
  {
    contacts = 3,
    limit = 5,
    lists,
    ...fields
  }: Row & { contacts?: number | ContactFields[]; limit?: number; lists?: string[] } = {},
): Promise<Campaign> {
  const ids = lists ? [] : await makeContacts(db, contacts)
  const listIds = lists ?? [await makeList(db, ids)]
  const { id } = await insertRow(db, 'public.campaigns', {
    name: `Campaign ${++count}`,
    text_body: 'Hello',
    daily_send_limit: limit,
    contact_list_ids: listIds,
    status: 'sending',
    ...fields,
  })
  return { id, lists: listIds, contacts: ids }
}

/** Calls a function of schema daybatch with positional arguments and returns its rows. */
export async function call(db: Database, name: string, ...values: unknown[]): Promise<Row[]> {
  const places = values.map((_, index) => `$${index + 1}`).join(', ')
  const { rows } = await db.query(`select * from daybatch.${name}(${places})`, values)
  return rows
}

/** The same for a function that answers one row. */
export async function callOne(db: Database, name: string, ...values: unknown[]): Promise<Row> {
  const rows = await call(db, name, ...values)
  if (rows.length !== 1) throw new Error(`${name} answered ${rows.length} rows`)
  return rows[0]!
}

export const openBatch = (db: Database, id: string, source = 'manual') =>
  callOne(db, 'open_batch', id, source)
export const closeBatch = (db: Database, id: string) => callOne(db, 'close_batch', id)
export const processCampaign = (db: Database, id: string, source = 'manual') =>
  callOne(db, 'process_campaigns', id, source)

export const claim = (db: Database, id: string, limit = 100, worker = 'worker') =>
  call(db, 'claim_deliveries', id, worker, limit)

export const begin = (db: Database, id: string, claimed: Row[]) =>
  call(
    db,
    'begin_sending',
    id,
    claimed.map(row => row.claim_token),
    claimed.map(row => row.delivery_id),
  )

/** Reports one reply for all of `claimed`, or one for each. */
export const report = (db: Database, id: string, claimed: Row[], reply: Reply | Reply[] = accepted) =>
  reportJson(
    db,
    id,
    claimed.map(({ delivery_id, claim_token }, index) => ({
      delivery_id,
      claim_token,
      ...(Array.isArray(reply) ? reply[index] : reply),
    })),
  )

export const reportJson = (db: Database, id: string, reports: unknown) =>
  call(db, 'report_outcomes', id, JSON.stringify(reports))

/** Claims, begins and reports what can be claimed now; returns the claimed rows. */
export async function send(db: Database, id: string, reply: Reply | Reply[] = accepted): Promise<Row[]> {
  const claimed = await claim(db, id)
  if (claimed.length > 0) {
    await begin(db, id, claimed)
    await report(db, id, claimed, reply)
  }
  return claimed
}

/** A whole batch: opened, sent with one reply and closed; returns the answer of close_batch. */
export async function runBatch(db: Database, id: string, reply: Reply | Reply[] = accepted): Promise<Row> {
  await openBatch(db, id)
  await send(db, id, reply)
  return closeBatch(db, id)
}

export async function readOne(db: Database, query: string, values: unknown[] = []): Promise<Row> {
  const { rows } = await db.query(query, values)
  if (rows.length !== 1) throw new Error(`${rows.length} rows: ${query}`)
  return rows[0]
}

export const readCampaign = (db: Database, id: string) =>
  readOne(db, 'select * from public.campaigns where id = $1', [id])
export const readBatch = (db: Database, id: string, number: number) =>
  readOne(db, 'select * from daybatch.batches where campaign_id = $1 and batch_number = $2', [id, number])

/** The campaign's ledger in the order in which contacts were selected. */
export async function readDeliveries(db: Database, id: string): Promise<Row[]> {
  const { rows } = await db.query(
    'select * from daybatch.deliveries where campaign_id = $1 order by delivery_id',
    [id],
  )
  return rows
}

export const readDelivery = (db: Database, id: string, contact: string) =>
  readOne(db, 'select * from daybatch.deliveries where campaign_id = $1 and contact_id = $2', [id, contact])

export async function readAttempts(db: Database, id: string): Promise<Row[]> {
  const { rows } = await db.query(
    'select * from daybatch.delivery_attempts where campaign_id = $1 order by attempt_id',
    [id],
  )
  return rows
}

export async function readClaims(db: Database, id: string): Promise<Row[]> {
  const { rows } = await db.query(
    'select * from daybatch.claims where campaign_id = $1 order by claimed_at, claim_token',
    [id],
  )
  return rows
}

export async function readEvents(db: Database, id: string): Promise<Row[]> {
  const { rows } = await db.query(
    'select event, detail from daybatch.events where campaign_id = $1 order by event_id',
    [id],
  )
  return rows
}

/** pg-boss's jobs of a campaign, by the order of their due times. */
export async function readJobs(db: Database, id: string): Promise<Row[]> {
  const { rows } = await db.query(
    `select * from pgboss.job where data ->> 'campaign_id' = $1 order by start_after, created_on, data ->> 'batch_number'`,
    [id],
  )
  return rows
}

/** Every disagreement that daybatch.audit finds, as "rule: words". */
export async function readAudit(db: Database): Promise<string[]> {
  const { rows } = await db.query(
    `select rule || ': ' || disagreement as line from daybatch.audit order by 1`,
  )
  return rows.map(({ line }) => line)
}

/** Everything the database knows of a campaign, for a comparison before and after. */
export async function readState(db: Database, id: string): Promise<Row> {
  const tables = [
    'batches',
    'deliveries',
    'claims',
    'delivery_attempts',
    'campaign_messages',
    'resend_copies',
    'events',
  ]
  const state: Row = {}
  for (const table of tables) {
    const { rows } = await db.query(
      `select to_jsonb(t) as row from daybatch.${table} as t where t.campaign_id = $1 order by to_jsonb(t)`,
      [id],
    )
    state[table] = rows.map(({ row }) => row)
  }
  const campaigns = await db.query('select to_jsonb(c) as row from public.campaigns as c where c.id = $1', [
    id,
  ])
  state.campaigns = campaigns.rows.map(({ row }) => row)
  state.jobs = (await readJobs(db, id)).map(({ id: job, state: standing }) => ({ job, standing }))
  return state
}

/** Runs `work` without our triggers and foreign keys, as a hand that goes round them would. */
export async function byHand(pool: pg.Pool, query: string, values: unknown[] = []): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('set session_replication_role = replica')
    await client.query(query, values)
  } finally {
    await client.query('reset session_replication_role')
    client.release()
  }
}
