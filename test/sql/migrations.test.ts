import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PgBoss } from 'pg-boss'
import { migrate as runMigrations } from 'postgres-migrations'
import t, { type Test } from 'tap'
import { describeCatalog } from '../../src/db/catalog.ts'
import { checkMigrated, PGBOSS_SCHEMA_VERSION } from '../../src/db/contract.ts'
import { migrate } from '../../src/db/migrate.ts'
import { prepareLedger } from '../../src/db/migrations.ts'
import { migratePgBoss } from '../../src/db/pgboss.ts'
import { explain } from '../../src/errors.ts'
import { queues } from '../../src/schedule/queues.ts'
import { createTestDatabase } from '../helper/database.ts'
import {
  closeBatch,
  makeCampaign,
  processCampaign,
  type Row,
  readAudit,
  readCampaign,
  send,
} from '../helper/make.ts'
import { openSession } from '../helper/session.ts'

const SQL_FOLDER = new URL('../../sql', import.meta.url).pathname
const MIGRATIONS = (await readdir(join(SQL_FOLDER, 'migrations'))).sort()

async function catalogOf(url: string): Promise<string> {
  const session = await openSession(url)
  try {
    return await describeCatalog(session.client)
  } finally {
    await session.end()
  }
}

/** A copy of sql/ that a test may spoil. */
async function copySql(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'daybatch-sql-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await cp(SQL_FOLDER, join(folder, 'sql'), { recursive: true })
  return join(folder, 'sql')
}

t.test('an empty database becomes what the template is, and a second time changes nothing', async t => {
  const template = await createTestDatabase(t)
  const { url, pool } = await createTestDatabase(t, { empty: true })
  t.same(await migrate({ url }), { applied: MIGRATIONS })
  const catalog = await catalogOf(url)
  t.equal(catalog, await catalogOf(template.url))

  const marks = `select 'trigger' as kind, tgname::text as name, oid::text || xmin::text as mark from pg_trigger where not tgisinternal
    union all select 'policy', polname, oid::text || xmin::text from pg_policy order by 1, 2`
  const before = (await pool.query(marks)).rows
  const lines: string[] = []
  t.same(await migrate({ url, log: line => lines.push(line) }), { applied: [] })
  t.equal(await catalogOf(url), catalog)
  t.same(
    (await pool.query(marks)).rows,
    before,
    'no trigger and no policy was made again, which would lock campaigns',
  )
  t.same(lines, [], 'there is nothing to say')
})

t.test('five at once take turns: each migration is applied once', async t => {
  const { url, pool } = await createTestDatabase(t, { empty: true })
  const results = await Promise.all(Array.from({ length: 5 }, () => migrate({ url })))
  t.same(results.flatMap(({ applied }) => applied).sort(), MIGRATIONS)
  t.equal(results.filter(({ applied }) => applied.length > 0).length, 1)
  await checkMigrated(pool)
})

t.test('waits for a migration that runs, and says so', async t => {
  const { url } = await createTestDatabase(t, { empty: true })
  const other = await openSession(url)
  await other.query(`select pg_advisory_lock(hashtextextended('daybatch.migrate', 0))`)
  const waiting = Promise.withResolvers<string>()
  const migration = migrate({ url, log: waiting.resolve })
  t.match(await waiting.promise, /another migration/)
  await other.end()
  t.same((await migration).applied, MIGRATIONS)
})

t.test('two databases of one server at once do not trip over the roles they share', async t => {
  const databases = await Promise.all([1, 2, 3].map(() => createTestDatabase(t, { empty: true })))
  await Promise.all(databases.map(({ url }) => migrate({ url })))
  for (const { pool } of databases) await checkMigrated(pool)
})

t.test('refuses a database that is not migrated, older or newer, with what to do', async t => {
  const empty = await createTestDatabase(t, { empty: true })
  await t.rejects(checkMigrated(empty.pool), {
    message: `database ${empty.name} is not migrated: run npx daybatch migrate`,
  })

  const { url, pool, name } = await createTestDatabase(t)
  await checkMigrated(pool)
  const last = (
    await pool.query('delete from daybatch.migrations where id = $1 returning *', [MIGRATIONS.length])
  ).rows[0]
  await t.rejects(checkMigrated(pool), {
    message: `database ${name} is older than this program: run npx daybatch migrate`,
  })
  await pool.query('insert into daybatch.migrations (id, name, hash) values ($1, $2, $3), (9000, $4, $3)', [
    last.id,
    last.name,
    last.hash,
    'later',
  ])
  const newer = /is newer than this program.*deploy the newer program/
  await t.rejects(checkMigrated(pool), newer)
  const catalog = await catalogOf(url)
  await t.rejects(migrate({ url }), newer)
  t.equal(await catalogOf(url), catalog, 'and nothing was changed')
})

/** The state of a database when the first `count` migrations were all there were. */
async function migrateEarly(t: Test, url: string, count: number): Promise<void> {
  const sqlFolder = await copySql(t)
  for (const file of MIGRATIONS.slice(count)) await rm(join(sqlFolder, 'migrations', file))
  const session = await openSession(url)
  try {
    await session.query('set search_path = daybatch')
    await prepareLedger(session.client, sqlFolder)
    await migratePgBoss(url)
    await runMigrations({ client: session.client }, join(sqlFolder, 'migrations'))
  } finally {
    await session.end()
  }
}

t.test('an upgrade from any earlier state, with rows, ends as a fresh installation and goes on', async t => {
  const fresh = await catalogOf((await createTestDatabase(t)).url)
  for (const count of [2, 4, 8, MIGRATIONS.length - 1]) {
    const { url, pool } = await createTestDatabase(t, { empty: true })
    await migrateEarly(t, url, count)
    const campaign = await makeCampaign(pool, { contacts: 3, limit: 2 })
    // one that was sent in full by then
    const old = await makeCampaign(pool, { contacts: 1, limit: 1, status: 'completed' })
    const readRows = async () =>
      (await pool.query<{ row: Row }>('select to_jsonb(c) as row from public.campaigns as c order by c.id'))
        .rows
    const rows = await readRows()
    // but for columns that came later
    const columns = Object.keys(rows[0]!.row)
    const withoutLater = ({ row }: { row: Row }) => ({
      row: Object.fromEntries(columns.map(column => [column, row[column]])),
    })
    t.same(await migrate({ url }), { applied: MIGRATIONS.slice(count) })
    t.equal(await catalogOf(url), fresh, `from ${MIGRATIONS[count - 1]}`)
    t.same((await readRows()).map(withoutLater), rows, 'rows stay as they were')
    t.match(await processCampaign(pool, campaign.id), { action: 'opened', delivery_count: 2 })
    await send(pool, campaign.id)
    t.match(await closeBatch(pool, campaign.id), { closed: true, sent_count: 2, remaining_count: 1 })
    t.equal((await readCampaign(pool, old.id)).status, 'completed')
    t.same(await readAudit(pool), [])
  }
})

t.test('refuses another version of the contract with the service', async t => {
  const { pool } = await createTestDatabase(t)
  const replace = (version: number) =>
    pool.query(
      `create or replace function daybatch.contract_version() returns integer language sql set search_path = '' as 'select ${version}'`,
    )
  await replace(0)
  await t.rejects(checkMigrated(pool), /older than this program: run npx daybatch migrate/)
  await replace(2)
  await t.rejects(checkMigrated(pool), /newer than this program: deploy the newer program/)
})

t.test('a login without rights is told which grant it lacks', async t => {
  const { pool, name, serviceUrl } = await createTestDatabase(t)
  const service = await openSession(serviceUrl)
  await checkMigrated(service.client)
  await service.end()
  await pool.query('revoke usage on schema daybatch from daybatch_service')
  const refused = await openSession(serviceUrl)
  await t.rejects(
    checkMigrated(refused.client),
    new RegExp(`may not use daybatch in database ${name}: grant daybatch_service`),
  )
  await refused.end()
})

t.test('a changed migration is refused', async t => {
  const { url } = await createTestDatabase(t)
  const sqlFolder = await copySql(t)
  await writeFile(join(sqlFolder, 'migrations', MIGRATIONS[0]!), 'select 1;')
  await t.rejects(migrate({ url, sqlFolder }), /Hashes don't match/)
})

t.test('a routine that fails leaves every routine as it was, and is named with its line', async t => {
  const { url } = await createTestDatabase(t)
  const catalog = await catalogOf(url)
  const sqlFolder = await copySql(t)
  await writeFile(
    join(sqlFolder, 'functions', 'added.sql'),
    `create function daybatch.added() returns integer language sql as 'select 1';\n`,
  )
  await writeFile(join(sqlFolder, 'functions', 'zz_broken.sql'), '-- broken\ncreate or replace nonsense;\n')
  await t.rejects(migrate({ url, sqlFolder }), {
    message: 'sql/functions/zz_broken.sql:2: syntax error at or near "nonsense"',
  })
  t.equal(await catalogOf(url), catalog)
})

t.test('views and functions may need each other in any order', async t => {
  const { url, pool } = await createTestDatabase(t)
  const sqlFolder = await copySql(t)
  await writeFile(
    join(sqlFolder, 'functions', 'aa_row.sql'),
    `create or replace function daybatch.aa_row() returns setof daybatch.aa_view language sql as 'select * from daybatch.aa_view';`,
  )
  await writeFile(
    join(sqlFolder, 'views', 'aa_view.sql'),
    'create or replace view daybatch.aa_view as select * from daybatch.zz_view;',
  )
  await writeFile(join(sqlFolder, 'views', 'zz_view.sql'), 'create view daybatch.zz_view as select 1 as one;')
  await migrate({ url, sqlFolder })
  t.same((await pool.query('select * from daybatch.aa_row()')).rows, [{ one: 1 }])
  await writeFile(
    join(sqlFolder, 'views', 'zz_view.sql'),
    'create or replace view daybatch.zz_view as select * from daybatch.missing;',
  )
  await t.rejects(migrate({ url, sqlFolder }), /sql\/views\/zz_view\.sql.*"daybatch\.missing" does not exist/)
})

t.test("an application's own table public.migrations is never touched", async t => {
  const { url, pool } = await createTestDatabase(t, { empty: true })
  await pool.query(
    `create table public.migrations (id text primary key, note text); insert into public.migrations values ('a', 'theirs')`,
  )
  await migrate({ url })
  t.same((await pool.query('select * from public.migrations')).rows, [{ id: 'a', note: 'theirs' }])
  t.equal(
    (await pool.query('select count(*)::integer as count from daybatch.migrations')).rows[0].count,
    MIGRATIONS.length + 1,
  )
})

t.test('finds out, once, whether an application was there before', async t => {
  const found = 'select found_application, taken_over_at is null as asleep from daybatch.settings'
  const fresh = await createTestDatabase(t, { empty: true })
  await migrate({ url: fresh.url })
  await migrate({ url: fresh.url })
  t.same((await fresh.pool.query(found)).rows, [{ found_application: false, asleep: false }])
  const older = await createTestDatabase(t, { empty: true })
  await older.pool.query(
    'create table public.campaigns (id uuid primary key default gen_random_uuid(), name text)',
  )
  await migrate({ url: older.url })
  t.same((await older.pool.query(found)).rows, [{ found_application: true, asleep: true }])
})

t.test('pg-boss has the schema that our SQL was written for, and our queues', async t => {
  const { url, pool } = await createTestDatabase(t)
  const boss = new PgBoss({ connectionString: url, migrate: false, schedule: false, supervise: false })
  await boss.start()
  t.equal(await boss.schemaVersion(), PGBOSS_SCHEMA_VERSION)
  t.match(await boss.detectSchemaDrift(), { ok: true })
  for (const queue of queues) t.match(await boss.getQueue(queue.name), queue)
  await boss.stop({ graceful: false })

  await pool.query(`update pgboss.queue set retention_seconds = 60, notify = false where name = $1`, [
    queues[0]!.name,
  ])
  await migrate({ url })
  t.match(
    (
      await pool.query('select retention_seconds, notify from pgboss.queue where name = $1', [
        queues[0]!.name,
      ])
    ).rows,
    [{ retention_seconds: queues[0]!.retentionSeconds, notify: true }],
  )
  await pool.query('alter table pgboss.job add column surprise text')
  await t.rejects(migrate({ url }), /pgboss differs from what pg-boss expects.*surprise/)
})

t.test('explains an error in one line with the hint of its cause', async t => {
  const cause = Object.assign(new Error('no'), { hint: 'do\n  that' })
  t.equal(explain(new Error('it\nfailed', { cause })), 'it failed do that')
  t.equal(explain(new AggregateError([new Error('refused')])), 'refused')
})
