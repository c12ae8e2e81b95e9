import { appendFile, cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { SQL_FOLDER } from '../../src/db/contract.ts'
import { migrate } from '../../src/db/migrate.ts'
import { createTestDatabase } from '../helper/database.ts'
import {
  accepted,
  begin,
  call,
  claim,
  makeCampaign,
  makeContacts,
  makeList,
  readAudit,
  report,
} from '../helper/make.ts'
import { openSession, type Session } from '../helper/session.ts'
import { until } from '../helper/until.ts'

const DEPLOYS = 3

interface Load {
  calls: number
  failures: string[]
}

/** Repeats `work` until it is told to stop, and keeps what fails. */
async function repeat(
  load: Load,
  goesOn: () => boolean,
  work: () => Promise<unknown>,
  pauseMs = 5,
): Promise<void> {
  while (goesOn()) {
    try {
      await work()
      load.calls++
      await delay(pauseMs)
    } catch (error) {
      load.failures.push(String(error))
      if (load.failures.length > 10) return
    }
  }
}

/** A copy of sql/ in which every view is another text, so that a deploy replaces all of them. */
async function changeViews(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'daybatch-deploy-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await cp(SQL_FOLDER, join(folder, 'sql'), { recursive: true })
  const views = join(folder, 'sql', 'views')
  for (const file of await readdir(views)) await appendFile(join(views, file), '-- changed\n')
  return join(folder, 'sql')
}

t.setTimeout(120_000)

t.test('deploys under load fail no call', async t => {
  const { url, serviceUrl, pool } = await createTestDatabase(t)
  const changed = await changeViews(t)
  const sessions: Session[] = []
  const open = async (address: string) => {
    const session = await openSession(address)
    sessions.push(session)
    return session
  }
  t.teardown(() => Promise.all(sessions.map(session => session.end())).then(() => {}))
  const list = await makeList(pool, await makeContacts(pool, 200))
  const campaign = await makeCampaign(pool, { lists: [list], limit: 200 })
  const [worker, sweeper, application, dba, other] = await Promise.all(
    [serviceUrl, serviceUrl, url, url, url].map(open),
  )
  const load: Load = { calls: 0, failures: [] }
  let isRunning = true
  const goesOn = () => isRunning
  const clients = [
    repeat(load, goesOn, async () => {
      const claimed = await claim(worker!.client, campaign.id, 5)
      if (claimed.length === 0) return call(worker!.client, 'list_work')
      await begin(worker!.client, campaign.id, claimed)
      await report(worker!.client, campaign.id, claimed, accepted)
    }),
    repeat(load, goesOn, () => call(sweeper!.client, 'process_campaigns')),
    repeat(load, goesOn, () =>
      makeCampaign(application!.client, { lists: [list], limit: 5, status: 'draft' }),
    ),
    // views stay locked until the end of a transaction: the deploy gives way to these and tries again
    repeat(
      load,
      goesOn,
      () =>
        dba!.query(
          'begin; select from daybatch.worker_status; select from daybatch.batch_history limit 5; commit',
        ),
      200,
    ),
    repeat(
      load,
      goesOn,
      () =>
        other!.query(
          'begin; select from daybatch.campaign_status limit 5; select from daybatch.due_batches limit 5; commit',
        ),
      200,
    ),
  ]
  try {
    for (let deploy = 0; deploy < DEPLOYS; deploy++)
      await migrate({ url, sqlFolder: deploy % 2 === 0 ? changed : SQL_FOLDER })
  } finally {
    isRunning = false
    await Promise.all(clients)
  }
  t.same(load.failures, [])
  t.ok(load.calls > 100, `${load.calls} calls beside ${DEPLOYS} deploys`)
  t.same(await readAudit(pool), [])
})

t.test('a table that somebody holds: the deploy waits in instants, nobody waits behind it', async t => {
  const { url, pool } = await createTestDatabase(t, { empty: true })
  await pool.query(`create table public.campaigns (id uuid primary key default gen_random_uuid(), name text);
    create table public.contacts (id uuid primary key, email text)`)
  const holder = await openSession(url)
  t.teardown(() => holder.end())
  await holder.query('begin; select * from public.campaigns; select * from public.contacts')
  const lines: string[] = []
  const migration = migrate({ url, log: line => lines.push(line) })
  let isRunning = true
  const user = await openSession(url)
  t.teardown(() => user.end())
  await user.query(`set lock_timeout = '2s'`)
  const load: Load = { calls: 0, failures: [] }
  const using = repeat(
    load,
    () => isRunning,
    async () => {
      await user.query('insert into public.campaigns default values; select * from public.contacts')
      await delay(1)
    },
  )
  try {
    await until(async () => lines.some(line => line.includes('locked by another session')))
    const calls = load.calls
    await until(async () => load.calls > calls + 20 || load.failures.length > 0)
    await holder.query('commit')
    t.ok((await migration).applied.length > 0)
  } finally {
    isRunning = false
    await using
  }
  t.same(load.failures, [])
})

t.test('a lock that is never released ends the deploy, which says what held it up', async t => {
  const { url, pool } = await createTestDatabase(t, { empty: true })
  await pool.query('create table public.campaigns (id uuid primary key)')
  const reader = await openSession(url)
  t.teardown(() => reader.end())
  await reader.query('begin; select * from public.campaigns')
  await t.rejects(
    migrate({ url, lockTimeoutMs: 200 }),
    /canceling statement due to lock timeout: for 0 s other sessions held the table.*npx daybatch migrate again/,
  )
  await reader.query('commit')
  t.ok((await migrate({ url })).applied.length > 0)
})

t.test('a function whose columns changed is made anew, once', async t => {
  const { pool, url } = await createTestDatabase(t)
  await pool.query(`
    drop function daybatch.claim_deliveries(uuid, text, integer, text[]);
    create function daybatch.claim_deliveries(p_campaign_id uuid, p_worker_id text, p_limit integer default 10)
    returns table (delivery_id bigint, claim_token uuid) language sql set search_path = '' as 'select 1::bigint, gen_random_uuid()'`)
  const readOid = async () =>
    (await pool.query(`select p.oid, p.proargnames from pg_proc as p where p.proname = 'claim_deliveries'`))
      .rows
  const [old] = await readOid()
  await migrate({ url })
  const [made, ...others] = await readOid()
  t.same(others, [])
  t.not(made.oid, old.oid)
  t.ok(made.proargnames.includes('unsubscribe_token'))
  await migrate({ url })
  t.equal((await readOid())[0].oid, made.oid, 'replaced in place from then on')
})
