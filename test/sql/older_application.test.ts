// Shapes that an older application's tables may have, and what becomes of them: extended in place, nothing else changed.
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import t, { type Test } from 'tap'
import { migrate } from '../../src/db/migrate.ts'
import { explain } from '../../src/errors.ts'
import { setClock } from '../helper/clock.ts'
import { createTestDatabase } from '../helper/database.ts'
import {
  call,
  callOne,
  claim,
  closeBatch,
  insertRow,
  openBatch,
  processCampaign,
  type Row,
  readAudit,
  readCampaign,
  readOne,
  report,
  runBatch,
} from '../helper/make.ts'
import { catchRefusal } from '../helper/refusal.ts'
import { after, DAY, START } from '../helper/scenario.ts'

t.setTimeout(120_000)

interface OldTables {
  campaigns?: string
  lists?: string
  members?: string
  contacts?: string
  tracking?: string
}

/** A database with an older application's tables, migrated; `rows` fills them before the migration. */
async function openOld(
  t: Test,
  tables: OldTables,
  rows: (db: pg.Pool) => Promise<void> = async () => {},
  { awake = true } = {},
) {
  const database = await createTestDatabase(t, { empty: true })
  const { pool: db, url } = database
  const {
    campaigns = 'id uuid primary key default gen_random_uuid(), name text, status text, contact_list_ids uuid[]',
    lists = 'id uuid primary key default gen_random_uuid(), name text',
    members = 'list_id uuid, contact_id uuid',
    contacts = 'id uuid primary key default gen_random_uuid(), email text',
    tracking,
  } = tables
  await db.query(`create table public.campaigns (${campaigns});
    create table public.contact_lists (${lists});
    create table public.contacts (${contacts});
    create table public.contact_list_members (${members})`)
  if (tracking) await db.query(`create table public.email_tracking (${tracking})`)
  await rows(db)
  await migrate({ url })
  await setClock(db, START)
  if (awake) await call(db, 'take_over', true)
  return database
}

/** Three contacts on a list, as an older application has them; answers list and contacts in order of joining. */
async function fill(db: pg.Pool, members = '') {
  const { id: list } = await insertRow(db, 'public.contact_lists', { name: 'Readers' })
  const contacts: string[] = []
  for (const email of ['a@example.org', 'b@example.org', 'c@example.org']) {
    const { id } = await insertRow(db, 'public.contacts', { email })
    contacts.push(id)
    await db.query(
      `insert into public.contact_list_members (list_id, contact_id ${members && `, ${members.split('=')[0]}`})
       values ($1, $2 ${members && `, ${members.split('=')[1]!.replaceAll('$n', String(contacts.length))}`})`,
      [list, id],
    )
  }
  return { list, contacts }
}

t.test('defaults that the application chose stay; missing ones are set', async t => {
  const { pool: db } = await openOld(
    t,
    {
      campaigns: `id uuid primary key default gen_random_uuid(), name text, status text default 'queued', contact_list_ids uuid[],
        daily_send_limit integer default 50, created_at timestamptz default '2020-01-01Z', current_batch_number integer`,
      contacts: `id uuid primary key default gen_random_uuid(), email text, attributes jsonb default '{"vip": false}'`,
    },
    async db => {
      await db.query(`insert into public.campaigns (name) values ('Old')`)
    },
  )
  t.match(await readOne(db, 'select * from public.campaigns'), {
    status: 'queued',
    daily_send_limit: 50,
    contacts_remaining: null,
    contacts_processed: null,
    batch_history: null,
    current_batch_number: null,
    tracking_initialised_at: null,
    batch_interval: null,
  })
  t.match(await insertRow(db, 'public.campaigns', { name: 'New' }), {
    status: 'queued',
    daily_send_limit: 50,
    created_at: new Date('2020-01-01Z'),
    contacts_remaining: [],
    batch_history: [],
    current_batch_number: 1,
    in_doubt_policy: 'never',
  })
  t.same((await insertRow(db, 'public.contacts', { email: 'a@example.org' })).attributes, { vip: false })
})

for (const [what, type, write] of [
  ['uuid[]', 'uuid[]', (list: string) => [list]],
  ['text[]', 'text[]', (list: string) => [list]],
  ['jsonb', 'jsonb', (list: string) => JSON.stringify([list])],
] as const) {
  t.test(`contact_list_ids as ${what}: a whole campaign`, async t => {
    const { pool: db } = await openOld(t, {
      campaigns: `id uuid primary key default gen_random_uuid(), name text, status text, contact_list_ids ${type}, body text`,
    })
    const { list, contacts } = await fill(db)
    const { rows } = await db.query(
      `insert into public.campaigns (name, status, contact_list_ids, text_body, daily_send_limit) values ('x', 'sending', $1, 'Hello', 2) returning id`,
      [write(list)],
    )
    const { id } = rows[0]
    t.match(await processCampaign(db, id), { action: 'opened', delivery_count: 2 })
    await report(db, id, await claim(db, id))
    await closeBatch(db, id)
    await setClock(db, after(DAY))
    t.match(await runBatch(db, id), { completed: true })
    t.same([...(await readCampaign(db, id)).contacts_processed].sort(), [...contacts].sort())
    t.same(await readAudit(db), [])
    const started = await callOne(
      db,
      'create_campaign',
      JSON.stringify({ name: 'y', text_body: 'x', contact_list_ids: [list] }),
    )
    t.equal((await callOne(db, 'start_campaign', started.create_campaign)).start_campaign, 'sending')
  })
}

t.test('a status of its own type', async t => {
  const database = await createTestDatabase(t, { empty: true })
  const { pool: db, url } = database
  await db.query(`create type public.campaign_status as enum ('draft', 'scheduled', 'sending', 'paused', 'completed', 'cancelled', 'archived');
    create table public.campaigns (id uuid primary key default gen_random_uuid(), name text, status public.campaign_status, contact_list_ids uuid[]);
    insert into public.campaigns (name, status) values ('Old', 'archived')`)
  await migrate({ url })
  await setClock(db, START)
  await call(db, 'take_over', true)
  const { list } = await fill(db)
  const { id } = await insertRow(db, 'public.campaigns', {
    name: 'x',
    status: 'sending',
    text_body: 'Hello',
    contact_list_ids: [list],
    daily_send_limit: 1,
  })
  t.match((await call(db, 'process_campaigns', null, 'sweep'))[0], { action: 'opened', delivery_count: 1 })
  await call(db, 'pause_campaign', id)
  await call(db, 'resume_campaign', id)
  await report(db, id, await claim(db, id))
  await closeBatch(db, id)
  await call(db, 'cancel_campaign', id)
  t.match(await readCampaign(db, id), { status: 'cancelled' })
  t.equal((await call(db, 'list_campaigns', 'archived')).length, 1)
  t.same(await readAudit(db), [])
})

for (const [what, column, value] of [
  [
    'without a position, by the time of joining',
    'created_at timestamptz',
    `created_at=timestamptz '2026-01-01Z' - interval '1 hour' * $n`,
  ],
  ['with a position that is a real number', 'position real', 'position=10.5 - $n'],
] as const) {
  t.test(`members ${what}`, async t => {
    const { pool: db } = await openOld(t, { members: `list_id uuid, contact_id uuid, ${column}` })
    const { list, contacts } = await fill(db, value)
    const { id } = await insertRow(db, 'public.campaigns', { name: 'x', contact_list_ids: [list] })
    await call(db, 'initialize_contact_tracking', id)
    t.same((await readCampaign(db, id)).contacts_remaining, contacts.reverse())
  })
}

t.test('members with neither: by id; a member listed twice counts once', async t => {
  const { pool: db } = await openOld(t, {})
  const { list, contacts } = await fill(db)
  await db.query('insert into public.contact_list_members select * from public.contact_list_members')
  const { id } = await insertRow(db, 'public.campaigns', { name: 'x', contact_list_ids: [list] })
  await call(db, 'initialize_contact_tracking', id)
  t.same((await readCampaign(db, id)).contacts_remaining, contacts.sort())
})

t.test('times without a zone are UTC, whatever zone the database has', async t => {
  const id = randomUUID()
  const { pool: db } = await openOld(
    t,
    {
      campaigns: `id uuid primary key, name text, status text, contact_list_ids uuid[], next_batch_send_time timestamp,
        first_batch_sent_at timestamp, scheduled_at timestamp, created_at timestamp default now()`,
      tracking: 'campaign_id uuid, contact_id uuid, status text, sent_at timestamp',
    },
    async db => {
      await db.query(
        `do $$ begin execute format('alter database %I set timezone = ''America/New_York''', current_database()); end $$`,
      )
      const { list, contacts } = await fill(db)
      await db.query(
        `insert into public.campaigns (id, name, status, contact_list_ids, next_batch_send_time, first_batch_sent_at)
         values ($1, 'Old', 'sending', $2, '2026-03-02 09:00', '2026-03-01 09:00')`,
        [id, [list]],
      )
      await db.query(`insert into public.email_tracking values ($1, $2, 'sent', '2026-03-01 09:00')`, [
        id,
        contacts[0],
      ])
    },
  )
  const row = await readCampaign(db, id)
  t.same(row.next_batch_send_time, new Date(START))
  t.same(row.first_batch_sent_at, new Date('2026-03-01T09:00:00Z'))
  t.match(await callOne(db, 'initialize_contact_tracking', id), { remaining_count: 2, processed_count: 1 })
  t.same((await readCampaign(db, id)).next_batch_send_time, new Date(START), 'the last old mail + 24 hours')
  t.same(
    (await readOne(db, 'select counted_at from daybatch.batches')).counted_at,
    new Date('2026-03-01T09:00:00Z'),
  )
})

t.test('email_tracking: columns by their usual names, states by their usual words', async t => {
  const [id, ids] = [randomUUID(), [] as string[]]
  const { pool: db } = await openOld(
    t,
    {
      tracking:
        'campaign_id text, contact_id text, status varchar(20), created_at timestamptz, delivered_at timestamptz',
    },
    async db => {
      const { list } = await fill(db)
      await insertRow(db, 'public.campaigns', {
        id,
        name: 'Old',
        status: 'sending',
        contact_list_ids: [list],
      })
      for (const status of [
        'SENT',
        'opened',
        'Bounced',
        null,
        'Pending',
        'queued',
        'FAILED',
        'rejected',
        'error',
      ]) {
        ids.push(randomUUID())
        await db.query(
          'insert into public.email_tracking (campaign_id, contact_id, status, created_at) values ($1, $2, $3, $4)',
          [id, ids.at(-1), status, after(-DAY)],
        )
      }
      await db.query(
        `insert into public.email_tracking (campaign_id, contact_id) values (null, '${randomUUID()}'), ('${id}', null)`,
      )
    },
  )
  const { rows } = await db.query('select contact_id, state, mailed_at from daybatch.legacy_mailed')
  const states = new Map(rows.map(row => [row.contact_id, row.state]))
  t.same(
    ids.map(contact => states.get(contact)),
    ['mailed', 'mailed', 'mailed', 'mailed', 'in_doubt', 'in_doubt', 'failed', 'failed', 'failed'],
  )
  t.equal(rows.length, 9)
  t.same(rows[0].mailed_at, after(-DAY))
  t.match(await callOne(db, 'initialize_contact_tracking', id), {
    remaining_count: 3,
    processed_count: 4,
    failed_count: 5,
  })
})

t.test('a DBA’s own legacy_mailed is read, and a deploy leaves it alone', async t => {
  const database = await openOld(t, { tracking: 'campaign_id uuid, contact_id uuid' })
  const { pool: db, url } = database
  const { list, contacts } = await fill(db)
  const { id } = await insertRow(db, 'public.campaigns', {
    name: 'x',
    contact_list_ids: [list],
    status: 'draft',
  })
  await db.query(`create or replace view daybatch.legacy_mailed as
    select '${id}'::uuid as campaign_id, '${contacts[1]}'::uuid as contact_id, timestamptz '2026-03-01Z' as mailed_at, 'mailed'::text as state`)
  await migrate({ url })
  await setClock(db, START)
  await call(db, 'initialize_contact_tracking', id)
  t.same((await readCampaign(db, id)).contacts_processed, [contacts[1]])
})

t.test('tables of another shape: refused by name, and read through views that a DBA makes first', async t => {
  const database = await createTestDatabase(t, { empty: true })
  const { pool: db, url } = database
  await db.query(`create table public.campaigns (id uuid primary key default gen_random_uuid(), name text, status text, contact_list_ids uuid[]);
    create table public.contact_lists (id uuid primary key default gen_random_uuid(), name text);
    create table public.contacts (id uuid primary key default gen_random_uuid(), email text);
    create table public.contact_list_members (audience uuid, person uuid, left_at timestamptz);
    create table public.email_tracking (person uuid, mailing uuid, sent_at timestamptz)`)
  const refuse = async (words: RegExp) =>
    t.match(explain(await catchRefusal(t, () => migrate({ url }))), words)
  await refuse(
    /contact_list_members has no columns list_id and contact_id.*create schema if not exists daybatch; create view daybatch\.list_members/,
  )
  await db.query(`create view daybatch.list_members as
    select audience as list_id, person as contact_id, null::numeric as position from public.contact_list_members where left_at is null`)
  await refuse(
    /email_tracking has no columns campaign_id and contact_id.*create view daybatch\.legacy_mailed/,
  )
  await db.query(`create view daybatch.legacy_mailed as
    select mailing as campaign_id, person as contact_id, sent_at as mailed_at, 'mailed'::text as state from public.email_tracking where person is not null`)
  await migrate({ url })
  await migrate({ url })
  await setClock(db, START)
  await call(db, 'take_over', true)
  const { id: list } = await insertRow(db, 'public.contact_lists', { name: 'Readers' })
  const people: string[] = []
  for (const email of ['a@example.org', 'b@example.org', 'c@example.org'])
    people.push((await insertRow(db, 'public.contacts', { email })).id)
  await db.query(
    `insert into public.contact_list_members (audience, person, left_at) select $1, p.id, case when p.email like 'c%' then now() end from public.contacts as p`,
    [list],
  )
  const { id } = await insertRow(db, 'public.campaigns', {
    name: 'x',
    status: 'sending',
    text_body: 'Hello',
    contact_list_ids: [list],
  })
  await db.query('insert into public.email_tracking values ($1, $2, $3), (null, $2, $3), ($1, $2, $3)', [
    people[0],
    id,
    after(-2 * DAY),
  ])
  t.match(await callOne(db, 'adopt_report', id), {
    audience: '2',
    already_mailed: '1',
    remaining: '1',
    duplicates: '1',
  })
  t.match(await processCampaign(db, id), { action: 'opened', delivery_count: 1 })
  t.match((await claim(db, id))[0], { contact_id: people[1] })
})

t.test('what cannot be extended is refused, by name and with what to do', async t => {
  const refused = async (message: RegExp, hint: RegExp, statements: string) => {
    const { pool: db, url } = await createTestDatabase(t, { empty: true })
    await db.query(statements)
    const columns = async () =>
      (
        await db.query(
          `select table_name, column_name, data_type from information_schema.columns where table_schema = 'public' order by 1, 2`,
        )
      ).rows
    const before = await columns()
    const refusal = await catchRefusal(t, () => migrate({ url }))
    const text = [refusal.message, refusal.hint, ...findCauses(refusal)].join(' ')
    t.match(text, message)
    t.match(text, hint)
    t.same(await columns(), before, 'nothing of the application changed')
  }
  await refused(
    /public.campaigns.id is bigint, not uuid/,
    /uuid column named id/,
    'create table public.campaigns (id bigint primary key, name text)',
  )
  await refused(
    /public.contacts.id is integer, not uuid/,
    /uuid column named id/,
    'create table public.contacts (id serial primary key, email text)',
  )
  await refused(
    /public.contact_lists.id is missing, not uuid/,
    /uuid column named id/,
    'create table public.contact_lists (name text)',
  )
  await refused(
    /next_batch_send_time is timestamp without time zone and cannot be converted: view (public\.)?due uses it/,
    /Drop (public\.)?due/,
    `create table public.campaigns (id uuid primary key, name text, next_batch_send_time timestamp);
     create view public.due as select id, next_batch_send_time from public.campaigns`,
  )
})

function findCauses(error: unknown): string[] {
  const texts: string[] = []
  for (let cause = error as Row | undefined; cause; cause = cause.cause)
    texts.push(cause.message ?? '', cause.hint ?? '')
  return texts
}

t.test('asleep: the older application goes on as if nothing were there', async t => {
  const { pool: db } = await openOld(t, {}, undefined, { awake: false })
  const { list, contacts } = await fill(db)
  const { id } = await insertRow(db, 'public.campaigns', {
    name: 'x',
    status: 'sending',
    contact_list_ids: [list],
  })
  await db.query(
    `update public.campaigns set contacts_remaining = $2, status = 'whatever', next_batch_send_time = now() where id = $1`,
    [id, JSON.stringify(contacts)],
  )
  t.same((await readCampaign(db, id)).contacts_remaining, contacts)
  t.equal((await db.query('select from pgboss.job')).rowCount, 0)
  t.match(await call(db, 'process_campaigns', null, 'cron'), [])
  t.equal((await catchRefusal(t, () => openBatch(db, id))).code, 'MB009')
})
