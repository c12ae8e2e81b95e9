import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { createLogin } from '../../../src/db/login.ts'
import { migrate } from '../../../src/db/migrate.ts'
import { createPool } from '../../../src/db/pool.ts'
import { startEmbeddedPostgres } from '../../../src/embedded/postgres.ts'
import type { BenchContext } from '../bench.ts'

/**
 * PostgreSQL's defaults, so every commit is flushed to the disk (fsync, synchronous_commit) and autovacuum runs, but
 * for what whoever runs a server of this size sets first: its shared memory and the distance of checkpoints.
 */
export const SETTINGS = {
  shared_buffers: '1GB',
  max_wal_size: '4GB',
  max_connections: '200',
}
const PROFILE_SETTINGS = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track': 'all',
}
const LOGIN = 'bench_service'
/** Another PostgreSQL than the embedded one, which is compiled for size (-Os): a distribution's is faster. */
export const BIN_FOLDER = process.env.DAYBATCH_TEST_POSTGRES_BIN || undefined

export interface Database {
  /** Superuser. */
  pool: pg.Pool
  url: string
  /** A login that is in daybatch_service and nothing else, as the service has in production. */
  serviceUrl: string
  /** The postmaster. */
  serverPid: number
}

export interface Server {
  /** A new migrated database. */
  createDatabase(): Promise<Database>
  /** Ends its connections and removes it. */
  dropDatabase(database: Database): Promise<void>
}

const TEMPLATE = 'daybatch'

/** A PostgreSQL server of a benchmark's own. */
export async function startServer(context: BenchContext): Promise<Server> {
  const settings = { ...SETTINGS, ...(context.profile && PROFILE_SETTINGS) }
  const folder = join(context.folder, 'postgres')
  const server = await startEmbeddedPostgres({ folder, settings, binFolder: BIN_FOLDER })
  context.teardown(() => server.stop())
  await migrate({ url: server.url })
  const password = randomBytes(12).toString('hex')
  await createLogin(server.url, LOGIN, password)
  if (context.profile) await runOnce(server.url, 'create extension pg_stat_statements')
  const serverPid = Number.parseInt(await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8'), 10)
  let count = 0
  return {
    async createDatabase() {
      const name = `bench_${++count}`
      const admin = onDatabase(server.url, 'postgres')
      await runOnce(admin, `create database ${name} template ${TEMPLATE}`)
      const url = onDatabase(server.url, name)
      const service = new URL(url)
      service.username = LOGIN
      service.password = password
      const pool = createPool(url, { applicationName: 'daybatch bench', statementTimeoutMs: 20 * 60_000 })
      context.teardown(() => (pool.ended ? undefined : pool.end()))
      return { pool, url, serviceUrl: service.href, serverPid }
    },
    async dropDatabase({ pool, url }) {
      await pool.end()
      const name = new URL(url).pathname.slice(1)
      await runOnce(onDatabase(server.url, 'postgres'), `drop database ${name} with (force)`)
    },
  }
}

/** Time that the database spent on statements of this database, with their commits, in ms since its start. */
export async function readDatabaseTime({ pool }: Pick<Database, 'pool'>): Promise<number> {
  const { rows } = await pool.query<{ ms: number }>(
    'select active_time as ms from pg_stat_database where datname = current_database()',
  )
  return rows[0]!.ms
}

/** Sessions hand their counts in once a second at most: this one hands its own in before its next answer. */
export async function flushStatistics(client: pg.ClientBase): Promise<void> {
  await client.query('select pg_stat_force_next_flush()')
}

/** The statements that took most of the time, those inside of functions too. */
export async function listSlowest({ pool }: Database, count = 25): Promise<string[]> {
  const { rows } = await pool.query<{ line: string }>(
    `select format('%s ms, %s calls, %s us each, %s', round(s.total_exec_time), s.calls, round(1000 * s.mean_exec_time),
       left(regexp_replace(s.query, '\\s+', ' ', 'g'), 170)) as line
     from pg_stat_statements as s join pg_database as d on d.oid = s.dbid
     where d.datname = current_database() order by s.total_exec_time desc limit $1`,
    [count],
  )
  return rows.map(({ line }) => line)
}

export async function runOnce(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'daybatch bench' })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

function onDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}
