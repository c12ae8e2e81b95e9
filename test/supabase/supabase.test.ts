// A database as Supabase gives it: an owner that is no superuser, the roles of its API with their default rights on
// everything in public, and a pooler in front. The chapter "Supabase" of sql/README.md says what is tested here.
import { readFile } from 'node:fs/promises'
import type pg from 'pg'
import t, { type Test } from 'tap'
import { migrate } from '../../src/db/migrate.ts'
import { createPool } from '../../src/db/pool.ts'
import { awaitDatabase } from '../../src/db/startup.ts'
import { makeShell } from '../commands/command.ts'
import {
  closeBatch,
  makeCampaign,
  makeContacts,
  makeList,
  processCampaign,
  readAudit,
  runBatch,
  send,
} from '../helper/make.ts'
import { findPgBouncer, startPgBouncer } from '../helper/pgbouncer.ts'
import { startServer as startDatabaseServer } from '../helper/server.ts'
import { openSession, type Session } from '../helper/session.ts'
import { until } from '../helper/until.ts'
import { readBlocks } from '../readme/blocks.ts'
import { ADDRESS, makeFolder, startServer } from '../server/service.ts'

t.setTimeout(300_000)

const server = await startDatabaseServer(t)
// as supabase_admin sets a project up
await server.admin.query(`
  create role project_owner login password 'x' createdb createrole bypassrls replication;
  create role anon nologin noinherit;
  create role authenticated nologin noinherit;
  create role service_role nologin noinherit bypassrls;
  create role authenticator login password 'x' noinherit;
  grant anon, authenticated, service_role to authenticator, project_owner`)
await server.admin.query('create database project owner project_owner')
const ownerUrl = server.urlFor('project_owner', 'project')
const serviceUrl = server.urlFor('daybatch', 'project')
const db = createPool(ownerUrl, { applicationName: 'daybatch test', max: 4 })
t.teardown(() => db.end())
await db.query(`
  alter schema public owner to project_owner;
  grant usage on schema public to anon, authenticated, service_role;
  alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
  alter default privileges in schema public grant all on functions to anon, authenticated, service_role;
  alter default privileges in schema public grant all on sequences to anon, authenticated, service_role`)

/** PostgREST's session: authenticator, acting as one of the API's roles. */
async function openApi(t: Test, role: string): Promise<Session> {
  const session = await openSession(server.urlFor('authenticator', 'project'))
  t.teardown(() => session.end())
  await session.query(`set role ${role}`)
  return session
}

t.test('migrated by an owner that is no superuser, with nothing to complain of', async t => {
  const lines: string[] = []
  await migrate({ url: ownerUrl, log: line => lines.push(line) })
  t.same(lines, [])
  const guide = await readFile(new URL('../../sql/README.md', import.meta.url), 'utf8')
  const chapter = guide.slice(
    guide.indexOf('## Supabase'),
    guide.indexOf('\n## ', guide.indexOf('## Supabase') + 5),
  )
  const blocks = readBlocks(chapter).filter(({ language }) => language === 'sql')
  t.ok(blocks.length >= 2)
  for (const { text } of blocks) await db.query(text.replaceAll('a-long-password', 'x'))
})

t.test('the API’s roles: nothing of the engine for anybody, nothing of the tables for anon', async t => {
  const anon = await openApi(t, 'anon')
  t.equal((await anon.query('select from public.campaigns')).rowCount, 0)
  await t.rejects(anon.query(`insert into public.contacts (email) values ('x@example.org')`), {
    code: '42501',
  })
  for (const role of ['anon', 'authenticated']) {
    const api = await openApi(t, role)
    for (const statement of [
      'select from daybatch.deliveries',
      'select daybatch.contract_version()',
      'select from daybatch.campaign_status',
      'select from pgboss.job',
    ]) {
      await t.rejects(api.query(statement), { code: '42501' }, `${role}: ${statement}`)
    }
  }
  const { rows } = await db.query(`
    select p.oid::regprocedure::text as name from pg_proc as p
    where p.pronamespace in ('daybatch'::regnamespace, 'pgboss'::regnamespace)
      and (has_function_privilege('anon', p.oid, 'execute') or has_function_privilege('authenticated', p.oid, 'execute'))
    union all
    select c.oid::regclass::text from pg_class as c
    where c.relnamespace in ('daybatch'::regnamespace, 'pgboss'::regnamespace) and c.relkind in ('r', 'p', 'v')
      and (has_table_privilege('anon', c.oid, 'select') or has_table_privilege('authenticated', c.oid, 'select'))`)
  t.same(rows, [])
})

t.test('authenticated: its own policies decide, also which lists a campaign may name', async t => {
  await db.query(`
    alter table public.contact_lists add column owner_id uuid;
    alter table public.campaigns add column owner_id uuid`)
  const api = await openApi(t, 'authenticated')
  const [mine, other] = [await makeList(db, await makeContacts(db, 2)), await makeList(db, [])]
  const user = '00000000-0000-0000-0000-000000000001'
  await db.query('update public.contact_lists set owner_id = $1 where id = $2', [user, mine])
  // the owner of a table makes its policies: daybatch_owner, whose member the project's owner is
  await db.query(`
    create policy own_lists on public.contact_lists to authenticated using (owner_id = current_setting('request.user', true)::uuid);
    create policy own_campaigns on public.campaigns to authenticated using (owner_id = current_setting('request.user', true)::uuid)`)
  await api.query(`select set_config('request.user', $1, false)`, [user])
  const insert = (list: string) =>
    api.query(
      `insert into public.campaigns (name, daily_send_limit, contact_list_ids, text_body, status, owner_id)
       values ('Mine', 5, array[$1]::uuid[], 'Hello', 'draft', $2) returning id`,
      [list, user],
    )
  const { rows } = await insert(mine)
  t.same((await api.query('select id from public.campaigns')).rows, rows)
  await t.rejects(insert(other), { code: 'MB013' })
})

t.test('service_role: the mission’s insert starts a campaign, and the service’s login sends it', async t => {
  const list = await makeList(db, await makeContacts(db, 3))
  const api = await openApi(t, 'service_role')
  const { rows } = await api.query(
    `insert into public.campaigns (name, daily_send_limit, contact_list_ids, text_body, status)
     values ('My Bulk Campaign', 5, array[$1]::uuid[], 'Hello', 'sending') returning id`,
    [list],
  )
  const service = createPool(serviceUrl, { applicationName: 'daybatch test', max: 2 })
  t.teardown(() => service.end())
  t.match(await processCampaign(service, rows[0].id, 'job'), { action: 'opened', delivery_count: 3 })
  t.equal((await send(service, rows[0].id)).length, 3)
  t.match(await closeBatch(service, rows[0].id), { completed: true })
  t.equal((await api.query('select name from public.campaigns where id = $1', [rows[0].id])).rowCount, 1)
  await t.rejects(service.query('select from public.contacts'), { code: '42501' })
  t.same(await readAudit(db), [])
})

const program = await findPgBouncer()
t.test(
  'behind a pooler',
  { skip: program ? false : 'PgBouncer is not installed here (apt-get install pgbouncer): not tested' },
  async t => {
    const logins = { project_owner: 'x', daybatch: 'x' }
    const pooler = await startPgBouncer(t, { program: program!, server: new URL(ownerUrl), logins })

    await t.test('transaction mode is refused by name, by migrate, by a start, by the doctor', async t => {
      const words =
        /is a pooler in transaction mode.*session mode or the direct address.*5432 instead of 6543/
      await t.rejects(migrate({ url: pooler.transaction(ownerUrl) }), { name: 'PoolerError', message: words })
      await t.rejects(
        awaitDatabase({
          url: pooler.transaction(serviceUrl),
          timeoutMs: 0,
          say: () => {},
          signal: new AbortController().signal,
        }),
        words,
      )
      const service = startServer(t, { DATABASE_URL: pooler.transaction(serviceUrl) }, await makeFolder(t))
      t.equal(await service.ended, 1)
      t.match(service.output(), words)
      const shell = await makeShell(t, { DATABASE_URL: pooler.transaction(serviceUrl) })
      const { code, stdout } = await shell.run(['doctor'])
      t.match(stdout, /FAIL +pooler +.*pooler in transaction mode/)
      t.equal(code, 1)
    })

    await t.test('session mode migrates, and the service delivers through it', async t => {
      const lines: string[] = []
      t.same(await migrate({ url: pooler.session(ownerUrl), log: line => lines.push(line) }), { applied: [] })
      t.same(lines, [])
      const service = startServer(
        t,
        { DATABASE_URL: pooler.session(serviceUrl), SMTP_URL: 'embedded', MAIL_FROM: 'me@example.test' },
        await makeFolder(t),
      )
      await service.saw(ADDRESS)
      const { id } = await makeCampaign(db, { contacts: 3, limit: 3, name: 'Through the pooler' })
      await until(async () => isCompleted(db, id))
      service.child.kill('SIGTERM')
      t.equal(await service.ended, 0)
      t.same(await readAudit(db), [])
    })

    await t.test('an application may come through transaction mode', async t => {
      const application = createPool(pooler.transaction(ownerUrl), { applicationName: 'application', max: 4 })
      t.teardown(() => application.end())
      const ids = await Promise.all(
        [1, 2, 3].map(async () => (await makeCampaign(application, { contacts: 2 })).id),
      )
      for (const id of ids) t.match(await runBatch(application, id), { closed: true })
    })
  },
)

const isCompleted = async (db: pg.Pool, id: string): Promise<boolean> =>
  (await db.query(`select from public.campaigns where id = $1 and status = 'completed'`, [id])).rowCount === 1
