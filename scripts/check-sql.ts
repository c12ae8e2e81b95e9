// npm run check-sql: the rules of scripts/sql-rules.ts over the files and over a freshly migrated database, squawk
// over the migrations, and plpgsql_check over the functions where the server has that extension
// (DAYBATCH_TEST_POSTGRES_BIN=/usr/lib/postgresql/15/bin with Debian's postgresql-15-plpgsql-check).
import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import { explain } from '../src/errors.ts'
import { startTestCluster, TEMPLATE, withDatabase } from '../test/helper/cluster.ts'
import { checkCatalog, checkTexts, SQL_FOLDER } from './sql-rules.ts'

try {
  const breaches = [...(await checkTexts()), ...(await checkMigrations()), ...(await checkDatabase())]
  for (const breach of breaches) console.error(breach)
  if (breaches.length > 0) process.exitCode = 1
  else console.log('the SQL keeps the rules')
} catch (error) {
  console.error(`npm run check-sql: ${explain(error)}`)
  process.exitCode = 1
}

async function checkMigrations(): Promise<string[]> {
  const squawk = fileURLToPath(new URL('../node_modules/squawk-cli/js/bin/squawk', import.meta.url))
  const files = (await readdir(join(SQL_FOLDER, 'migrations'))).map(file => join('sql', 'migrations', file))
  try {
    await promisify(execFile)(process.execPath, [squawk, '--reporter', 'gcc', ...files], {
      cwd: join(SQL_FOLDER, '..'),
    })
    return []
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    return [`${stdout ?? ''}${stderr ?? ''}`.trim() || explain(error)]
  }
}

async function checkDatabase(): Promise<string[]> {
  const cluster = await startTestCluster()
  try {
    const client = new pg.Client(withDatabase(cluster.url, TEMPLATE))
    await client.connect()
    try {
      return [...(await checkCatalog(client)), ...(await checkBodies(client))]
    } finally {
      await client.end()
    }
  } finally {
    await cluster.stop()
  }
}

/** PostgreSQL looks into a plpgsql body only when it runs; plpgsql_check finds a wrong column before. */
async function checkBodies(client: pg.Client): Promise<string[]> {
  const available = await client.query(`select from pg_available_extensions where name = 'plpgsql_check'`)
  if (available.rowCount === 0) {
    console.log('plpgsql_check is not on this server: the bodies are not checked')
    return []
  }
  await client.query('create schema plpgsql_check; create extension plpgsql_check schema plpgsql_check')
  const { rows } = await client.query(`
    select format('%s line %s: %s: %s %s', p.oid::regprocedure, c.lineno, c.level, c.message, c.hint) as breach
    from pg_proc as p
    join pg_language as l on l.oid = p.prolang and l.lanname = 'plpgsql'
    left join pg_trigger as g on g.tgfoid = p.oid and not g.tgisinternal
    cross join plpgsql_check.plpgsql_check_function_tb(p.oid, coalesce(g.tgrelid, 0), other_warnings => false) as c
    where p.pronamespace = 'daybatch'::regnamespace and (p.prorettype <> 'trigger'::regtype or g.oid is not null)`)
  return rows.map(({ breach }) => breach)
}
