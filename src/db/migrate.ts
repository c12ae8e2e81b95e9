import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { migrate as runMigrations } from 'postgres-migrations'
import { CONTRACT_VERSION, ROLES, SQL_FOLDER } from './contract.ts'
import { retryWhileLocked } from './locks.ts'
import { loadMigrations, prepareLedger } from './migrations.ts'
import { migratePgBoss } from './pgboss.ts'
import { refuseTransactionPooler } from './pooler.ts'
import { applyFile, applyRoutines } from './routines.ts'

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
      `sql/functions/contract_version.sql says ${rows[0].version}, src/db/contract.ts ${CONTRACT_VERSION}: make them equal`,
    )
  }
}
