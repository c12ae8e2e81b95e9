import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { migrate as runMigrations } from 'postgres-migrations'
import { retryWhileLocked } from './locks.ts'
import { loadMigrations, prepareLedger } from './migrations.ts'
import { migratePgBoss } from './pgboss.ts'
import { refuseTransactionPooler } from './pooler.ts'
import { applyFile, applyRoutines } from './routines.ts'

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
const LOCK_POLL_MS = 200
export const TRY_LOCK = `pg_try_advisory_lock(hashtextextended('daybatch.migrate', 0))`

export interface MigrateOptions {
  /** A role that owns the database's tables and may create schemas; best also roles. */
  url: string
  log?: (line: string) => void
  /** How long to try again while other sessions hold locks that are needed; default 30 s. */
  lockTimeoutMs?: number
  /** For tests: another folder than sql/. */
  sqlFolder?: string
}

/**
 * Brings a database to the state of this code: roles, ledger, pg-boss, migrations, functions, views, triggers,
 * grants. Repeatable, and safe when several start at once: they take turns.
 * @returns the file names of the migrations that were applied now
 */
export async function migrate({
  url,
  log = () => {},
  lockTimeoutMs = 30_000,
  sqlFolder = SQL_FOLDER,
}: MigrateOptions): Promise<{ applied: string[] }> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'daybatch migrate',
    connectionTimeoutMillis: 10_000,
  })
  let lost: Error | undefined
  client.on('error', error => {
    lost = error
  })
  client.on('notice', ({ severity, message, hint }) =>
    log(`${severity}: ${message}${hint ? ` (${hint})` : ''}`),
  )
  await refuseTransactionPooler(url)
  await client.connect()
  try {
    await client.query(SESSION_SETTINGS)
    await takeTurn(client, log)
    await createRoles(client, sqlFolder, log)
    await prepareLedger(client, sqlFolder)
    await migratePgBoss(url)
    const patience = { limitMs: lockTimeoutMs, log }
    const known = (await client.query('select id from daybatch.migrations')).rows.map(({ id }) => id)
    await retryWhileLocked(client, patience, watched =>
      runMigrations({ client: watched }, join(sqlFolder, 'migrations')),
    )
    await retryWhileLocked(client, patience, watched => applyRoutines(watched, sqlFolder))
    await checkContract(client)
    const files = (await loadMigrations(sqlFolder)).filter(({ id }) => id > 0 && !known.includes(id))
    return { applied: files.map(({ fileName }) => fileName) }
  } catch (error) {
    throw lost ?? error
  } finally {
    await client.end()
  }
}

/** After connecting, not as start-up parameters: poolers refuse those. */
export const SESSION_SETTINGS = `select set_config('search_path', 'daybatch', false), set_config('timezone', 'UTC', false),
  set_config('client_min_messages', 'warning', false), set_config('statement_timeout', '0', false)`

/**
 * One migration at a time. Polled: a session that waits inside pg_advisory_lock holds a snapshot, and
 * create index concurrently in the other session would wait for it, a deadlock.
 */
async function takeTurn(client: pg.Client, log: (line: string) => void): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const { rows } = await client.query(`select ${TRY_LOCK} as taken`)
    if (rows[0].taken) return
    if (attempt === 0) log('another migration of this database is running: waiting for it')
    await delay(LOCK_POLL_MS)
  }
}

/** Roles belong to the whole server: a user who may not create them goes on, and is told who must. */
async function createRoles(client: pg.Client, sqlFolder: string, log: (line: string) => void): Promise<void> {
  if ((await listLackingRoles(client)).length === 0) return
  await applyFile(client, sqlFolder, 'roles.sql').catch(error => {
    if (error.code !== '42501') throw error
  })
  const lacking = await listLackingRoles(client)
  if (lacking.length > 0) {
    log(`${lacking.join(', ')}: let an administrator run sql/roles.sql, then run npx daybatch migrate again`)
  }
}

async function listLackingRoles(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query(
    `select format('role %I is missing', name) as lacking
     from unnest($1::text[]) as name where to_regrole(name) is null
     union all
     select format('%I is not in daybatch_owner', current_user)
     from pg_roles where rolname = 'daybatch_owner' and not pg_has_role(oid, 'usage')`,
    [ROLES],
  )
  return rows.map(({ lacking }) => lacking)
}

async function checkContract(client: pg.Client): Promise<void> {
  const { rows } = await client.query('select daybatch.contract_version() as version')
  if (rows[0].version !== CONTRACT_VERSION) {
    throw new Error(
      `sql/functions/contract_version.sql says ${rows[0].version}, src/db/migrate.ts ${CONTRACT_VERSION}: make them equal`,
    )
  }
}

/** Refuses, with one line that says what to run, a database that this code cannot work with. */
export async function checkMigrated(client: pg.ClientBase | pg.Pool): Promise<void> {
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
  const ledger = await client.query('select max(id) as newest from daybatch.migrations')
  const files = await loadMigrations(SQL_FOLDER)
  const ahead = Math.sign((ledger.rows[0].newest ?? -1) - files.at(-1)!.id)
  if (ahead === 0) {
    const { version } = (await client.query('select daybatch.contract_version() as version')).rows[0]
    if (version === CONTRACT_VERSION) return
    refuse(database, version > CONTRACT_VERSION)
  }
  refuse(database, ahead > 0)
}

function refuse(database: string, newer: boolean): never {
  if (newer) throw new Error(`database ${database} is newer than this program: deploy the newer program`)
  throw new Error(`database ${database} is older than this program: run npx daybatch migrate`)
}

/** One line for people: what happened, and the hint that PostgreSQL or we gave, from wherever it is nested. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof AggregateError && error.errors.length > 0) return explain(error.errors[0])
  let hint: string | undefined
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    hint ??= (cause as { hint?: string }).hint
  return [error.message, hint]
    .filter(Boolean)
    .join(' ')
    .replaceAll(/\s*\n\s*/g, ' ')
}
