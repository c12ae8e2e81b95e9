import { basename } from 'node:path'
import pg from 'pg'
import { createPool } from '../../src/db/pool.ts'
import { findCluster, SERVICE_LOGIN, TEMPLATE, withDatabase } from './cluster.ts'

export interface TestDatabase {
  name: string
  /** Superuser. */
  url: string
  /** A login that is in daybatch_service and in nothing else. */
  serviceUrl: string
  /** Superuser connections; ended at the end of the test. */
  pool: pg.Pool
}

/** What is used of tap's test object. */
export interface Testing {
  teardown(work: () => Promise<void>): unknown
  comment(...message: unknown[]): void
  passing(): boolean
}

let count = 0

/**
 * A database of its own for a test file (or a subtest): a copy of the migrated template, or an empty one.
 * Dropped at the end; kept for a look when a test failed and DAYBATCH_TEST_KEEP is set.
 */
export async function createTestDatabase(t: Testing, { empty = false } = {}): Promise<TestDatabase> {
  const cluster = await findCluster()
  const file = basename(process.argv[1] ?? 'test')
    .replace(/\W+/g, '_')
    .slice(0, 40)
  const name = `${file}_${process.pid}_${++count}`
  // copies files in place of writing the WAL of every page: less than half the time
  await onServer(
    cluster,
    `create database ${name} template ${empty ? 'template0' : TEMPLATE} strategy file_copy`,
  )
  const url = withDatabase(cluster, name)
  const service = new URL(url)
  service.username = SERVICE_LOGIN
  const pool = createPool(url, { applicationName: 'daybatch test', max: 10 })
  t.teardown(async () => {
    await pool.end()
    if (!t.passing() && process.env.DAYBATCH_TEST_KEEP) t.comment(`kept database ${name}`)
    else await onServer(cluster, `drop database if exists ${name} with (force)`)
  })
  return { name, url, serviceUrl: service.href, pool }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
