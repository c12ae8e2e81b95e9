import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { PgBoss } from 'pg-boss'
import t from 'tap'
import { describeCatalog } from '../../src/db/catalog.ts'
import { checkMigrated } from '../../src/db/contract.ts'
import { migrate } from '../../src/db/migrate.ts'
import { describeMigration } from '../../src/db/script.ts'
import { createTestDatabase } from '../helper/database.ts'
import { hasPsql, runFile } from '../helper/psql.ts'

const folder = await mkdtemp(join(tmpdir(), 'daybatch-script-'))
t.teardown(() => rm(folder, { recursive: true, force: true }))
const script = join(folder, 'daybatch.sql')
await writeFile(script, await describeMigration())

/** All that a migration leaves behind, ours and pg-boss's. */
async function describe(pool: pg.Pool): Promise<Record<string, unknown>> {
  const client = await pool.connect()
  try {
    const read = async (query: string) => (await client.query(query)).rows
    return {
      catalog: await describeCatalog(client),
      ledger: await read('select id, name, hash from daybatch.migrations order by id'),
      settings: await read(
        'select found_application, taken_over_at is null as is_asleep from daybatch.settings',
      ),
      rules: await read('select * from daybatch.reply_rules order by rule'),
      queues: await read(
        `select to_jsonb(q) - '{created_on,updated_on,monitor_on,maintain_on}'::text[] as queue from pgboss.queue as q order by name`,
      ),
      pgboss: await read(
        `select c.relname, a.attname, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull
         from pg_class as c join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         where c.relnamespace = 'pgboss'::regnamespace and c.relname !~ '_[0-9]{8}' order by 1, 2`,
      ),
      rights: await read(
        `select c.oid::regclass::text as name, c.relacl::text from pg_class as c
         where c.relnamespace = 'pgboss'::regnamespace and c.relkind in ('r', 'p') and c.relname !~ '_[0-9]{8}' order by 1`,
      ),
    }
  } finally {
    client.release()
  }
}

t.test('the printed script holds every file, each once, and no secret of this machine', async t => {
  const text = await describeMigration()
  for (const part of [
    'sql/retired.sql',
    'sql/grants.sql',
    'migration 1: ',
    'CREATE SCHEMA IF NOT EXISTS pgboss',
  ]) {
    t.equal(text.split(part).length, 2, part)
  }
  t.notMatch(text, process.cwd())
})

t.test('psql runs it', async t => {
  if (!hasPsql) return t.comment('psql is not on this machine: the script was not run')

  await t.test('on an empty database: the same as migrate, and a second time changes nothing', async t => {
    const migrated = await createTestDatabase(t)
    const printed = await createTestDatabase(t, { empty: true })
    await runFile(printed.url, script)
    const expected = await describe(migrated.pool)
    t.same(await describe(printed.pool), expected)
    await checkMigrated(printed.pool)
    const boss = new PgBoss({
      connectionString: printed.url,
      migrate: false,
      schedule: false,
      supervise: false,
    })
    await boss.start()
    t.match(await boss.detectSchemaDrift(), { ok: true }, 'and pg-boss finds its schema as it makes it')
    await boss.stop({ graceful: false })

    t.same(await migrate({ url: printed.url }), { applied: [] }, 'migrate finds nothing left to do')
    await printed.pool.query(`update pgboss.queue set retention_seconds = 60 where name = 'daybatch.batch'`)
    await runFile(printed.url, script)
    t.same(await describe(printed.pool), expected)
  })

  await t.test('beside an older application: asleep', async t => {
    const { url, pool } = await createTestDatabase(t, { empty: true })
    await pool.query('create table public.campaigns (id uuid primary key, name text, status text)')
    await runFile(url, script)
    t.match((await describe(pool)).settings, [{ found_application: true, is_asleep: true }])
  })

  await t.test(
    'it stops at a newer database, another migration under way, and a changed migration',
    async t => {
      const { url, pool, name } = await createTestDatabase(t)
      const before = await describe(pool)
      const client = await pool.connect()
      await client.query(`select pg_advisory_lock(hashtextextended('daybatch.migrate', 0))`)
      await t.rejects(runFile(url, script), /another migration of this database is running/)
      client.release(true)
      await pool.query(`update daybatch.migrations set hash = 'other' where id = 3`)
      await t.rejects(
        runFile(url, script),
        /migration 3 \(batches\) was another one when it was applied here/,
      )
      await pool.query(`insert into daybatch.migrations (id, name, hash) values (9000, 'later', '')`)
      await t.rejects(runFile(url, script), new RegExp(`database ${name} is newer than this script`))
      t.same({ ...(await describe(pool)), ledger: null }, { ...before, ledger: null }, 'nothing was changed')
    },
  )
})
