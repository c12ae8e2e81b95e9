// The mission's migration beside an older application: \i by psql, old rows, and whom email_tracking says was mailed.
import type pg from 'pg'
import t, { type Test } from 'tap'
import { describeCatalog } from '../../src/db/catalog.ts'
import { migrate } from '../../src/db/migrate.ts'
import { setClock } from '../helper/clock.ts'
import { createTestDatabase, type TestDatabase } from '../helper/database.ts'
import {
  begin,
  call,
  callOne,
  claim,
  closeBatch,
  openBatch,
  processCampaign,
  type Row,
  readAudit,
  readCampaign,
  readDeliveries,
  report,
} from '../helper/make.ts'
import { type Ended, PROJECT, startProgram } from '../helper/program.ts'
import { openSession } from '../helper/session.ts'
import { makeOldCampaign, OLDER_TABLES, type OldMail } from './older-application.ts'

const INCLUDE = '\\i lib/campaign-contact-tracking-migration.sql'

/** Runs psql in sql/, where the mission's path leads to our file. */
function runPsql(url: string, input: string): Promise<Ended> {
  const options = ['--no-psqlrc', '--quiet', '--variable=ON_ERROR_STOP=1']
  return startProgram(['psql', ...options, url], { cwd: `${PROJECT}/sql`, input }).ended
}

const hasPsql = await startProgram(['psql', '--version'], { cwd: PROJECT }).ended.then(
  ({ code }) => code === 0,
  () => false,
)
if (!hasPsql) t.comment('psql is not here: the mission’s \\i is not tested')

async function makeOlderDatabase(t: Test): Promise<TestDatabase> {
  const database = await createTestDatabase(t, { empty: true })
  await database.pool.query(OLDER_TABLES)
  return database
}

async function include(t: Test, { url }: TestDatabase): Promise<void> {
  const { code, stdout, stderr } = await runPsql(url, INCLUDE)
  t.equal(code, 0, `${stdout}${stderr}`)
  t.match(stdout, /campaigns has its contact tracking columns\. Next: npx daybatch migrate/)
}

async function catalogOf({ url }: TestDatabase): Promise<string> {
  const session = await openSession(url)
  try {
    return await describeCatalog(session.client)
  } finally {
    await session.end()
  }
}

const NEW_FIELDS = [
  'contacts_remaining',
  'contacts_processed',
  'contacts_failed',
  'batch_history',
  'first_batch_sent_at',
  'next_batch_send_time',
  'current_batch_number',
  'daily_send_limit',
  'total_contacts',
  'tracking_initialised_at',
]

const newFields = (row: Row) => NEW_FIELDS.map(name => row[name])
const allNull = NEW_FIELDS.map(() => null)

/** What anybody may look at: the mission's types, as the catalog says. */
const TYPES = `
  select a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') as field
  from pg_attribute as a left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = 'public.campaigns'::regclass and a.attname = any ($1) order by a.attname`

async function checkFields(t: Test, pool: pg.Pool): Promise<void> {
  t.same(
    (await pool.query(TYPES, [NEW_FIELDS])).rows.map(({ field }) => field),
    [
      `batch_history jsonb default '[]'::jsonb`,
      `contacts_failed jsonb default '[]'::jsonb`,
      `contacts_processed jsonb default '[]'::jsonb`,
      `contacts_remaining jsonb default '[]'::jsonb`,
      'current_batch_number integer default 1',
      'daily_send_limit integer default 5',
      // the one deviation from the mission's TIMESTAMP: without a zone it would move with the session's
      'first_batch_sent_at timestamp with time zone',
      'next_batch_send_time timestamp with time zone',
      'total_contacts integer',
      'tracking_initialised_at timestamp with time zone',
    ],
  )
}

if (hasPsql) {
  t.test('\\i before or after migrate, once or twice: the catalog is the same', async t => {
    const orders: Record<string, ('\\i' | 'migrate')[]> = {
      'migrate alone': ['migrate'],
      'once before': ['\\i', 'migrate'],
      'twice before, once after': ['\\i', '\\i', 'migrate', '\\i'],
      'after, and migrate again': ['migrate', '\\i', 'migrate'],
    }
    const catalogs: Record<string, string> = {}
    for (const [name, steps] of Object.entries(orders)) {
      const database = await makeOlderDatabase(t)
      const { id } = await makeOldCampaign(database.pool, 'Running', { contacts: 3 })
      for (const step of steps) {
        if (step === 'migrate') await migrate({ url: database.url })
        else await include(t, database)
        t.same(
          newFields(await readCampaign(database.pool, id)),
          allNull,
          `${name}, ${step}: old rows show NULL`,
        )
        await checkFields(t, database.pool)
      }
      t.match((await database.pool.query('select * from daybatch.settings')).rows, [
        { found_application: true, taken_over_at: null },
      ])
      catalogs[name] = await catalogOf(database)
    }
    for (const [name, catalog] of Object.entries(catalogs)) t.equal(catalog, catalogs['migrate alone'], name)
  })

  t.test('\\i alone: the columns, nothing else; the older application goes on', async t => {
    const database = await makeOlderDatabase(t)
    const { id } = await makeOldCampaign(database.pool, 'Running', { contacts: 1 })
    await include(t, database)
    t.same(newFields(await readCampaign(database.pool, id)), allNull)
    const { rows } = await database.pool.query(`insert into campaigns (name) values ('New') returning *`)
    t.match(rows[0], {
      contacts_remaining: [],
      contacts_processed: [],
      contacts_failed: [],
      batch_history: [],
    })
    t.match(rows[0], { daily_send_limit: 5, current_batch_number: 1, tracking_initialised_at: null })
    await database.pool.query(
      `update campaigns set status = 'completed', contacts_remaining = '["x"]' where id = $1`,
      [id],
    )
    t.same(
      (await database.pool.query(`select nspname from pg_namespace where nspname in ('daybatch', 'pgboss')`))
        .rows,
      [],
    )
  })

  t.test('\\i in a database without campaigns changes nothing and says what to do', async t => {
    const database = await createTestDatabase(t, { empty: true })
    const { code, stdout } = await runPsql(database.url, INCLUDE)
    t.equal(code, 0)
    t.match(
      stdout,
      /There is no table public\.campaigns to extend\. For a new database: npx daybatch migrate/,
    )
    t.same(
      (await database.pool.query(`select from pg_class where relnamespace = 'public'::regnamespace`)).rows,
      [],
    )
  })

  t.test('\\i that fails leaves nothing, and names the view in its way', async t => {
    const database = await makeOlderDatabase(t)
    const { pool, url } = database
    await pool.query('create view planned as select id, scheduled_at from campaigns')
    const before = await pool.query(
      `select attname from pg_attribute where attrelid = 'public.campaigns'::regclass`,
    )
    const { code, stderr } = await runPsql(url, INCLUDE)
    t.equal(code, 3)
    t.match(stderr, /public\.campaigns\.scheduled_at is timestamp without time zone.*view planned uses it/)
    t.match(stderr, /Drop planned, run this again, and create it anew/)
    t.same(
      (await pool.query(`select attname from pg_attribute where attrelid = 'public.campaigns'::regclass`))
        .rows,
      before.rows,
    )
    await pool.query('drop view planned')
    await include(t, database)
  })
}

const NOW = '2025-09-24T09:00:00Z'

const OLD_MAILS: OldMail[] = [
  [1, 'sent', '2025-09-22 09:00:00'],
  [2, 'opened', '2025-09-22 09:00:01'],
  [3, 'bounced', '2025-09-22 09:00:02'],
  [4, 'pending', null],
  [5, 'failed', '2025-09-23 15:00:00'],
  // a second mail to the first contact, the last one of all
  [1, 'sent', '2025-09-23 14:00:00'],
]

/** Sends a whole batch and returns the addresses that it reached. */
async function deliver(db: pg.Pool, id: string): Promise<string[]> {
  const claimed = await claim(db, id)
  await begin(db, id, claimed)
  await report(db, id, claimed)
  await closeBatch(db, id)
  return claimed.map(row => row.email)
}

t.test('an older application is taken over', async t => {
  const database = await makeOlderDatabase(t)
  const { pool } = database
  const running = await makeOldCampaign(pool, 'Running', { contacts: 12, mails: OLD_MAILS })
  const fresh = await makeOldCampaign(pool, 'Fresh', { contacts: 6 })
  const done = await makeOldCampaign(pool, 'Done', {
    contacts: 2,
    mails: [
      [1, 'sent', '2025-09-20 09:00:00'],
      [2, 'sent', '2025-09-20 09:00:00'],
    ],
  })
  await migrate({ url: database.url })
  await setClock(pool, NOW)

  await t.test('before take_over(true) nothing is sent and nothing is touched', async t => {
    const rows = await call(pool, 'process_campaigns')
    t.equal(rows.length, 3)
    for (const row of rows) t.match(row, { action: 'asleep', error_code: 'MB009' })
    t.match(await callOne(pool, 'take_over'), {
      take_over: /asleep: 3 campaigns are sending.*take_over\(true\)/,
    })
    for (const row of await call(pool, 'process_campaigns')) t.match(row, { action: 'asleep' })
    for (const { id } of [running, fresh, done]) t.same(newFields(await readCampaign(pool, id)), allNull)
    t.match(await callOne(pool, 'take_over', true), { take_over: 'daybatch is awake: 3 campaigns go on' })
    for (const { id } of [running, fresh, done]) t.same(newFields(await readCampaign(pool, id)), allNull)
  })

  await t.test('whom email_tracking names is never mailed again, and everybody else once', async t => {
    const { id, contacts } = running
    t.match(await processCampaign(pool, id), {
      action: 'waiting',
      reason: /not due until 2025-09-24T14:00:00Z/,
    })
    const initialised = await readCampaign(pool, id)
    t.same(initialised.contacts_remaining, contacts.slice(5), 'initialised at the first processing')
    t.same([...initialised.contacts_processed].sort(), contacts.slice(0, 3).sort())
    t.same([...initialised.contacts_failed].sort(), contacts.slice(3, 5).sort(), 'failed, and in doubt')
    const ledger = new Map((await readDeliveries(pool, id)).map(line => [line.contact_id, line.status]))
    t.same(
      contacts.map(contact => ledger.get(contact)).slice(0, 6),
      ['sent', 'sent', 'sent', 'in_doubt', 'failed', undefined],
      'pending may have gone out: a doubt, not a failure',
    )
    t.match(initialised, {
      total_contacts: 12,
      daily_send_limit: 5,
      current_batch_number: 1,
      batch_history: [],
    })

    const reached: string[] = []
    for (const [at, size] of [
      ['2025-09-24T14:00:00Z', 5],
      ['2025-09-25T14:00:00Z', 2],
    ] as const) {
      await setClock(pool, at)
      t.match(await processCampaign(pool, id), { action: 'opened', delivery_count: size })
      reached.push(...(await deliver(pool, id)))
    }
    t.same(
      reached,
      [6, 7, 8, 9, 10, 11, 12].map(n => `running-${n}@example.org`),
    )
    t.match(await readCampaign(pool, id), {
      status: 'completed',
      batch_history: [
        { timestamp: '2025-09-24T14:00:00Z', sent_count: 5, failed_count: 0, remaining_count: 2 },
        { timestamp: '2025-09-25T14:00:00Z', sent_count: 2, failed_count: 0, remaining_count: 0 },
      ],
    })
    t.equal((await readDeliveries(pool, id)).length, 12, 'one row of the ledger each')
  })

  await t.test('gradually: the others stay as they are until they are processed', async t => {
    const query = `select name, total_contacts, jsonb_array_length(contacts_remaining) as remaining_count,
        jsonb_array_length(contacts_processed) as processed_count, current_batch_number, batch_history
      from campaigns where status in ('sending', 'scheduled') order by name`
    const untouched = {
      total_contacts: null,
      remaining_count: null,
      processed_count: null,
      current_batch_number: null,
      batch_history: null,
    }
    t.same((await pool.query(query)).rows, [
      { name: 'Done', ...untouched },
      { name: 'Fresh', ...untouched },
    ])
    t.match(await processCampaign(pool, fresh.id), { action: 'opened', delivery_count: 5 })
    t.same((await pool.query(query)).rows, [
      { name: 'Done', ...untouched },
      {
        name: 'Fresh',
        total_contacts: 6,
        remaining_count: 6,
        processed_count: 0,
        current_batch_number: 1,
        batch_history: [],
      },
    ])
    t.equal((await deliver(pool, fresh.id)).length, 5)
    t.same((await readCampaign(pool, fresh.id)).contacts_remaining, fresh.contacts.slice(5))
    t.match(await processCampaign(pool, done.id), { action: 'completed' })
    t.match(await readCampaign(pool, done.id), { status: 'completed', contacts_failed: [] })
    await t.rejects(openBatch(pool, done.id), { code: 'MB002' })
  })
  t.same(await readAudit(pool), [])
})
