// What this code expects of a database. Apart from migrate.ts, since every command and every service looks whether it holds,
// and only a migration needs what makes it hold.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'

/** What `daybatch.contract_version()` must return for this code. */
export const CONTRACT_VERSION = 1

export const SQL_FOLDER = fileURLToPath(new URL('../../sql', import.meta.url))
export const ROLES = [
  'daybatch_owner',
  'daybatch_service',
  'daybatch_app',
  'daybatch_operator',
  'daybatch_reader',
]

/** pg-boss's schema that enqueue_batch's column list was written for. */
export const PGBOSS_SCHEMA_VERSION = 46

/** What PostgreSQL answers where schema, table or function is missing, or may not be used. */
const NOT_THERE = new Set(['3F000', '42P01', '42883', '42501'])

/**
 * Refuses, with one line that says what to run, a database that this code cannot work with. One question where all is well:
 * probes ask it every few seconds.
 */
export async function checkMigrated(client: pg.ClientBase | pg.Pool): Promise<void> {
  const found = await readVersions(client)
  const newest = await findNewestMigration()
  if (found.newest !== newest) refuse(found.database, (found.newest ?? -1) > newest)
  if (found.version !== CONTRACT_VERSION) refuse(found.database, found.version > CONTRACT_VERSION)
}

interface Versions {
  database: string
  newest: number | null
  version: number
}

async function readVersions(client: pg.ClientBase | pg.Pool): Promise<Versions> {
  try {
    const { rows } = await client.query<Versions>(
      'select current_database() as database, max(m.id) as newest, daybatch.contract_version() as version from daybatch.migrations as m',
    )
    return rows[0]!
  } catch (error) {
    if (!NOT_THERE.has((error as pg.DatabaseError).code!)) throw error
    return explainMissing(client, error)
  }
}

async function explainMissing(client: pg.ClientBase | pg.Pool, error: unknown): Promise<never> {
  const { rows } = await client.query(`
    select current_database() as database, current_user as "user",
      exists (select from pg_class where relnamespace = to_regnamespace('daybatch') and relname = 'migrations') as has_ledger,
      exists (select from pg_proc where pronamespace = to_regnamespace('daybatch') and proname = 'contract_version') as has_version,
      has_schema_privilege(to_regnamespace('daybatch'), 'usage') as may_use`)
  const { database, user, has_ledger, has_version, may_use } = rows[0]
  if (!has_ledger || !has_version)
    throw new Error(`database ${database} is not migrated: run npx daybatch migrate`)
  if (!may_use) {
    throw new Error(
      `user ${user} may not use daybatch in database ${database}: grant daybatch_service to ${user}`,
    )
  }
  throw error
}

function refuse(database: string, newer: boolean): never {
  if (newer) throw new Error(`database ${database} is newer than this program: deploy the newer program`)
  throw new Error(`database ${database} is older than this program: run npx daybatch migrate`)
}

/** By the names of the files, `NNNN_*.sql`, as they were when this program started. */
let newestMigration: Promise<number> | undefined
function findNewestMigration(): Promise<number> {
  newestMigration ??= readdir(join(SQL_FOLDER, 'migrations')).then(names =>
    Math.max(...names.filter(name => name.endsWith('.sql')).map(name => Number.parseInt(name, 10))),
  )
  return newestMigration
}
