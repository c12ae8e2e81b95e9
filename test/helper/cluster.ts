import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { migrate } from '../../src/db/migrate.ts'
import { startEmbeddedPostgres } from '../../src/embedded/postgres.ts'

/** The migrated database that every test database is a copy of. */
export const TEMPLATE = 'daybatch'

/** A login in daybatch_service, as the service has in production. */
export const SERVICE_LOGIN = 'daybatch_test_service'

/** Set by scripts/test.ts: one cluster for all test files. */
export const CLUSTER_VARIABLE = 'DAYBATCH_TEST_CLUSTER_URL'

/** Nothing here outlives the run, so nothing needs to reach the disk. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  shared_buffers: '64MB',
  autovacuum_naptime: '5s',
}

export interface TestCluster {
  /** Superuser, database `postgres`. */
  url: string
  psqlLine: string
  stop(): Promise<void>
}

/** Starts a temporary cluster with a migrated template; DAYBATCH_TEST_POSTGRES_BIN names another PostgreSQL. */
export async function startTestCluster(): Promise<TestCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'daybatch-test-'))
  try {
    const binFolder = process.env.DAYBATCH_TEST_POSTGRES_BIN || undefined
    watch(folder, binFolder)
    const server = await startEmbeddedPostgres({ folder: join(folder, 'pg'), settings: SETTINGS, binFolder })
    const stop = async () => {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    }
    try {
      await prepareTemplate(server.url)
    } catch (error) {
      await stop()
      throw error
    }
    return { url: withDatabase(server.url, 'postgres'), psqlLine: server.psqlLine, stop }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

/** A run that is killed cannot clean up after itself. */
function watch(folder: string, binFolder = ''): void {
  if (process.env.DAYBATCH_TEST_KEEP) return
  const args = [fileURLToPath(new URL('watchdog.ts', import.meta.url)), folder, binFolder].filter(Boolean)
  const watchdog = spawn(process.execPath, args, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  watchdog.unref()
  ;(watchdog.stdin as Socket).unref()
}

async function prepareTemplate(url: string): Promise<void> {
  await migrate({ url })
  const client = new pg.Client(url)
  await client.connect()
  try {
    const password = new URL(url).password
    await client.query(`create role ${SERVICE_LOGIN} login password '${password}' in role daybatch_service`)
  } finally {
    await client.end()
  }
}

let own: Promise<TestCluster> | undefined

/** URL of the run's cluster; a test file that is run bare starts its own and stops it at its end. */
export async function findCluster(): Promise<string> {
  const given = process.env[CLUSTER_VARIABLE]
  if (given) return given
  if (!own) {
    own = startTestCluster()
    // not at the top: scripts/test.ts uses this module too, and tap would take it for a test
    const { default: t } = await import('tap')
    t.teardown(async () => (await own)?.stop())
  }
  return (await own).url
}

export function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}
