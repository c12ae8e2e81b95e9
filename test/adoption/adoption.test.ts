// An application of another make (shop.sql) gets daybatch in place: nothing of its own breaks, nobody waits, and nobody whom
// its own sender mailed is mailed again.
import { readFile } from 'node:fs/promises'
import type pg from 'pg'
import t, { type Test } from 'tap'
import { migrate } from '../../src/db/migrate.ts'
import { createPool } from '../../src/db/pool.ts'
import { setClock } from '../helper/clock.ts'
import {
  accepted,
  begin,
  call,
  callOne,
  claim,
  closeBatch,
  processCampaign,
  type Row,
  readAudit,
  readCampaign,
  readOne,
  report,
} from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { after, DAY, HOUR, START } from '../helper/scenario.ts'
import { startServer } from '../helper/server.ts'
import { openSession, type Session } from '../helper/session.ts'

t.setTimeout(300_000)

const SHOP = new URL('shop.sql', import.meta.url)
/** What the application waits for a lock before it fails: it must not, while daybatch is installed. */
const LOCK_TIMEOUT_MS = 1000
const REFUSED = { stage: 'rcpt', reply_code: 550, enhanced_code: '5.1.1', reply_text: 'no such user' }

const server = await startServer(t)
const db = createPool(server.url, { applicationName: 'daybatch test', max: 4 })
t.teardown(() => db.end())
await db.query(await readFile(SHOP, 'utf8'))
const shopUrl = server.urlFor('daybatch_test_shop', 'daybatch')
const { rows: ids } = await db.query(
  'select name, id, (select md5($1)::uuid) as everybody from public.campaigns',
  ['everybody'],
)
const [autumn, winter, welcome, fresh] = ['Autumn', 'Winter', 'Welcome', 'Fresh'].map(
  name => ids.find(row => row.name === name)!.id as string,
) as [string, string, string, string]
const contact = async (n: number): Promise<string> =>
  (await readOne(db, `select md5('contact ' || $1::text)::uuid as id`, [String(n)])).id

/** All that the application made for itself, as the catalog has it; ours beside it left out. */
async function describeShop(): Promise<Row[]> {
  const { rows } = await db.query(`
    select 'view' as kind, c.oid::regclass::text as name, pg_get_viewdef(c.oid) as text from pg_class as c where c.relkind = 'v' and c.relnamespace = 'shop'::regnamespace
    union all
    select 'trigger', t.tgname, pg_get_triggerdef(t.oid) from pg_trigger as t where not t.tgisinternal and t.tgname not like 'daybatch%' and t.tgrelid::regclass::text not like 'pgboss.%'
    union all
    select 'policy', p.polname, concat(p.polrelid::regclass, p.polroles::text, pg_get_expr(p.polqual, p.polrelid)) from pg_policy as p
    union all
    select 'constraint', k.conname, pg_get_constraintdef(k.oid) from pg_constraint as k
    where k.connamespace in ('public'::regnamespace, 'shop'::regnamespace) and k.convalidated
    union all
    select 'column', a.attrelid::regclass || '.' || a.attname, format('%s %s %s', a.atttypid::regtype, a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
    from pg_attribute as a left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attnum > 0 and a.attrelid in ('public.email_tracking'::regclass, 'public.contact_list_members'::regclass, 'public.contact_lists'::regclass)
    union all
    -- the same file: not a row was rewritten
    select 'file', c.oid::regclass::text, pg_relation_filenode(c.oid)::text from pg_class as c
    where c.oid in ('public.email_tracking'::regclass, 'public.contact_list_members'::regclass, 'public.contacts'::regclass, 'public.campaigns'::regclass)
    order by 1, 2, 3`)
  return rows
}

const readOverview = async (): Promise<Row[]> =>
  (await db.query('select name, status, mailed::integer, failed::integer from shop.overview order by name'))
    .rows
const readReport = async (id: string): Promise<Row> => {
  const row = await callOne(db, 'adopt_report', id)
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value,
    ]),
  )
}
const readTracking = async (campaign: string, contactId: string): Promise<Row[]> =>
  (
    await db.query(
      'select status, recipient_email, sent_at::text, error_message from public.email_tracking where campaign_id = $1 and contact_id = $2',
      [campaign, contactId],
    )
  ).rows

/** The application's own login, with the policies of its tenant. */
async function openShop(t: Test): Promise<Session> {
  const shop = await openSession(shopUrl)
  t.teardown(() => shop.end())
  await shop.query(`set shop.tenant = '1'; set lock_timeout = ${LOCK_TIMEOUT_MS}`)
  return shop
}

/** The application at work: reads and writes its big tables until it is stopped. */
async function useShop(t: Test) {
  const shop = await openShop(t)
  const statements = [
    `insert into public.email_tracking (id, campaign_id, contact_id, recipient_email, status) select gen_random_uuid(), '${winter}', id, email, 'clicked' from public.contacts limit 1`,
    `update public.campaigns set subject = subject || '.' where id = '${winter}'`,
    `select count(*) from public.contacts where email like 'reader-1%'`,
    `update public.contacts set first_name = 'Reader' where email = 'reader-5@example.org'`,
  ]
  const work = { calls: 0, longestMs: 0, failures: [] as string[] }
  let isRunning = true
  const loop = (async () => {
    while (isRunning) {
      for (const statement of statements) {
        const start = performance.now()
        await shop.query(statement).catch(error => work.failures.push(`${statement}: ${error.message}`))
        work.longestMs = Math.max(work.longestMs, performance.now() - start)
        work.calls++
      }
    }
  })()
  return {
    work,
    async stop() {
      isRunning = false
      await loop
    },
  }
}

t.test(
  'installed in place while the application works: nobody waits, nothing of its own changes',
  async t => {
    const [before, overview] = [await describeShop(), await readOverview()]
    t.equal((await readOne(db, 'select count(*)::integer as n from public.email_tracking')).n, 100_000)
    const shop = await useShop(t)
    const start = performance.now()
    await migrate({ url: server.url })
    const tookMs = performance.now() - start
    await shop.stop()
    t.comment(
      `migrated in ${Math.round(tookMs)} ms; ${shop.work.calls} statements beside it, the longest ${Math.round(shop.work.longestMs)} ms`,
    )
    t.same(shop.work.failures, [])
    t.ok(shop.work.calls > 20)
    await db.query(`delete from public.email_tracking where status = 'clicked'`)
    t.same(await describeShop(), before)
    t.same(await readOverview(), overview)
    await setClock(db, START)
    t.match(await readCampaign(db, autumn), { contacts_remaining: null, tracking_initialised_at: null })
  },
)

t.test('asleep: its own words and its own sender go on', async t => {
  const shop = await openShop(t)
  await shop.query(`update public.campaigns set status = 'archived' where id = $1`, [fresh])
  await shop.query(`update public.campaigns set status = 'approved' where id = $1`, [fresh])
  t.same((await call(db, 'process_campaigns')).map(({ name, action }) => [name, action]).sort(), [
    ['Autumn', 'asleep'],
    ['Welcome', 'asleep'],
  ])
  t.equal((await readOne(db, 'select count(*)::integer as n from daybatch.deliveries')).n, 0)
})

const AUTUMN = {
  audience: 40_000,
  already_mailed: 30_000,
  failed: 500,
  ambiguous: 40,
  remaining: 9_460,
  duplicates: 60,
  sums_agree: true,
}
const WELCOME = {
  audience: 40_000,
  already_mailed: 29_400,
  failed: 0,
  ambiguous: 0,
  remaining: 10_600,
  duplicates: 0,
  sums_agree: true,
}

t.test('the report before: what the older method did, campaign by campaign', async t => {
  const start = performance.now()
  const rows = await call(db, 'adopt_report')
  t.comment(`adopt_report of 100,000 rows in ${Math.round(performance.now() - start)} ms`)
  t.same(
    rows.map(({ name }) => name),
    ['Autumn', 'Fresh', 'Welcome', 'Winter'],
  )
  t.match(await readReport(autumn), {
    ...AUTUMN,
    is_initialised: false,
    last_mail_at: new Date('2026-03-02T07:00:00Z'),
  })
  t.match(await readReport(welcome), WELCOME)
  t.match(await readReport(fresh), { audience: 300, already_mailed: 0, remaining: 300, last_mail_at: null })
  t.match(await readReport(winter), { status: 'archived', already_mailed: 40_000, remaining: 0 })
})

t.test('a trigger that trusts the path of whoever writes is found before anything is taken over', async t => {
  t.match(
    (await callOne(db, 'take_over')).take_over,
    /First mend: public\.campaigns does not take status .*alter function shop\.log_status\(\) security definer set search_path = shop, public/,
  )
  await checkRefusal(t, 'MB024', /relation "campaign_log" does not exist/, () => call(db, 'take_over', true))
  t.equal((await readOne(db, 'select count(*)::integer as n from shop.campaign_log')).n, 2, 'rolled back')
  await db.query('alter function shop.log_status() security definer set search_path = shop, public')
  t.same(await call(db, 'check_application'), [])
  await db.query(`alter table public.campaigns drop constraint campaigns_status_check`)
  await db.query(
    `alter table public.campaigns add constraint campaigns_status_check check (status in ('draft', 'approved', 'scheduled', 'sending', 'completed', 'archived')) not valid`,
  )
  const findings = (await call(db, 'check_application')).map(({ finding }) => finding)
  t.match(findings, [/status paused.*campaigns_status_check.*23514/, /status cancelled/])
  t.notMatch(findings.join(), /alter function/, 'no trigger is to blame')
  await db.query(`alter table public.campaigns drop constraint campaigns_status_check`)
  t.match((await callOne(db, 'take_over')).take_over, /asleep: 2 campaigns .*See daybatch\.adopt_report/)
  t.match((await callOne(db, 'take_over', true)).take_over, /daybatch is awake: 2 campaigns go on/)
})

t.test('the campaigns go on: due not before the last old mail + 24 hours', async t => {
  const start = performance.now()
  t.match(await callOne(db, 'initialize_contact_tracking', autumn), {
    total_contacts: 40_000,
    remaining_count: 9_460,
    processed_count: 30_000,
    failed_count: 540,
    initialised_now: true,
  })
  t.comment(`initialised beside 100,000 rows in ${Math.round(performance.now() - start)} ms`)
  t.same((await readCampaign(db, autumn)).next_batch_send_time, new Date('2026-03-03T07:00:00Z'))
  t.match(await processCampaign(db, autumn), { action: 'waiting' })
  t.match(await processCampaign(db, welcome), { action: 'opened', delivery_count: 200 })
})

async function sendAll(db: pg.Pool, id: string, size: number): Promise<string[]> {
  const contacts: string[] = []
  for (;;) {
    const claimed = await claim(db, id, size)
    if (claimed.length === 0) return contacts
    await begin(db, id, claimed)
    await report(
      db,
      id,
      claimed,
      claimed.map((_, index) => (index === 7 ? REFUSED : accepted)),
    )
    contacts.push(...claimed.map(({ contact_id }) => contact_id))
  }
}

t.test('nobody is mailed again, and the application’s own screens tell the outcomes', async t => {
  const before = (await readOverview()).find(({ name }) => name === 'Welcome')!
  const start = performance.now()
  const mailed = await sendAll(db, welcome, 50)
  t.comment(
    `claimed, begun and reported with email_tracking in ${((performance.now() - start) / 200).toFixed(2)} ms a mail`,
  )
  t.equal(new Set(mailed).size, 200)
  const again = await db.query(
    `select from public.email_tracking where campaign_id = $1 and contact_id = any ($2) group by contact_id having count(*) > 1`,
    [welcome, mailed],
  )
  t.equal(again.rowCount, 0)
  t.match(await closeBatch(db, welcome), { closed: true, sent_count: 196, failed_count: 4 })
  const now = (await readOverview()).find(({ name }) => name === 'Welcome')!
  t.same([now.mailed - before.mailed, now.failed - before.failed], [196, 4])
  const { email } = await readOne(db, 'select email from public.contacts where id = $1', [mailed[0]])
  t.match(await readTracking(welcome, mailed[0]!), [
    { status: 'sent', recipient_email: email, sent_at: '2026-03-02 09:00:00', error_message: null },
  ])
  t.match(await readTracking(welcome, mailed[7]!), [
    { status: 'failed', sent_at: null, error_message: 'mailbox_unavailable' },
  ])
  t.equal(
    Number(
      (await readOne(db, 'select rows_written from shop.tracking_counters where campaign_id = $1', [welcome]))
        .rows_written,
    ),
    200,
    'its triggers saw each row',
  )
  t.same(await readAudit(db), [])
})

t.test('nor when added later, nor by another contact of the same address', async t => {
  const gone = await contact(17)
  await call(db, 'add_contacts', welcome, [gone])
  const { id: twin } = await readOne(
    db,
    `insert into public.contacts (id, tenant_id, email) values (gen_random_uuid(), 2, 'Reader-18@example.org') returning id`,
  )
  await call(db, 'add_contacts', welcome, [twin])
  await db.query('update public.campaigns set daily_send_limit = 20000 where id = $1', [welcome])
  await setClock(db, after(DAY))
  t.match(await processCampaign(db, welcome), { action: 'opened', delivery_count: 10_400 })
  const mailed = await sendAll(db, welcome, 500)
  t.notOk(mailed.includes(gone))
  t.notOk(mailed.includes(twin))
  t.match(await closeBatch(db, welcome), { closed: true, completed: true })
  t.match(
    (
      await readOne(db, 'select reason from daybatch.deliveries where campaign_id = $1 and contact_id = $2', [
        welcome,
        twin,
      ])
    ).reason,
    'duplicate_address',
  )
  t.same(await readAudit(db), [])
})

t.test('a doubt of the old sender is settled in its own row', async t => {
  const doubtful = await contact(30_501)
  t.match(await readTracking(autumn, doubtful), [{ status: 'pending' }])
  await call(db, 'resolve_in_doubt', autumn, doubtful, 'sent')
  t.match(await readTracking(autumn, doubtful), [{ status: 'sent', sent_at: '2026-03-03 09:00:00' }])
  const failed = await contact(30_001)
  await call(db, 'retry_failed', autumn, [failed])
  t.match(await readTracking(autumn, failed), [{ status: 'failed' }], 'until it is mailed')
})

t.test(
  'a write that email_tracking refuses fails no report, shows in audit, and is mended by a sweep',
  async t => {
    t.match(await processCampaign(db, autumn), { action: 'opened', delivery_count: 500 })
    await db.query(
      `alter table public.email_tracking add constraint nobody_at_noon check (recipient_email not like '%1@example.org') not valid`,
    )
    const claimed = await claim(db, autumn, 100)
    const atNoon = claimed.filter(({ email }) => email.endsWith('1@example.org')).length
    t.ok(atNoon >= 10, 'some of them are refused')
    await begin(db, autumn, claimed)
    const answers = await report(db, autumn, claimed)
    t.ok(answers.every(({ recorded, status }) => recorded && status === 'sent'))
    const refused = await readAudit(db)
    t.equal(refused.length, atNoon)
    t.match(
      refused[0],
      /^outcome_is_not_tracked: delivery \d+ is not in public\.email_tracking: .*nobody_at_noon/,
    )
    const told = await readOne(
      db,
      'select count(*)::integer as n from public.email_tracking where campaign_id = $1 and contact_id = any ($2)',
      [autumn, claimed.map(({ contact_id }) => contact_id)],
    )
    t.equal(told.n, 100 - atNoon, 'the others are there')

    await db.query('alter table public.email_tracking drop constraint nobody_at_noon')
    const holder = await openSession(server.url)
    t.teardown(() => holder.end())
    await holder.query('begin; lock table public.email_tracking in share mode')
    const others = await claim(db, autumn, 100)
    await begin(db, autumn, others)
    t.ok((await report(db, autumn, others)).every(({ recorded }) => recorded))
    t.equal((await readAudit(db)).length, atNoon + 100, 'locked for longer than a second')
    await holder.query('commit')
    await call(db, 'process_campaigns', null, 'sweep')
    t.same(await readAudit(db), [])
  },
)

t.test('the report after: the same figures, out of the ledger', async t => {
  t.match(await readReport(autumn), {
    ...AUTUMN,
    is_initialised: true,
    already_mailed: 30_001,
    ambiguous: 39,
    remaining: 9_461,
  })
  t.match(await readReport(welcome), { ...WELCOME, is_initialised: true, audience: 40_001, remaining: 0 })
  await checkRefusal(t, 'MB001', /does not exist/, () =>
    call(db, 'adopt_report', '00000000-0000-0000-0000-000000000000'),
  )
})

t.test(
  'its own login still works, on its own rows alone, and starts a campaign by a plain insert',
  async t => {
    const shop = await openShop(t)
    const { rows } = await shop.query(
      `insert into public.campaigns (id, name, text_body, status, contact_list_ids, daily_send_limit)
     values (gen_random_uuid(), 'Spring', 'Hello', 'sending', jsonb_build_array(md5('few')::uuid), 50) returning id`,
    )
    await shop.query(`update public.campaigns set status = 'archived' where id = $1`, [winter])
    t.match(await processCampaign(db, rows[0].id), { action: 'opened', delivery_count: 50 })
    await setClock(db, after(DAY + HOUR))
    t.equal((await sendAll(db, rows[0].id, 25)).length, 50)
    await shop.query(`set shop.tenant = '2'`)
    t.equal((await shop.query('select from public.campaigns')).rowCount, 0)
    t.same(await readAudit(db), [])
  },
)
