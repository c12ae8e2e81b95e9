import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../src/embedded/postgres.ts'
import type { Testing } from './database.ts'

export interface Server {
  /** Superuser, database `daybatch`, which is empty. */
  url: string
  admin: pg.Client
  /** The URL of a login (its password is `x`) for a database. */
  urlFor(user: string, database: string): string
  /** Makes a login with these attributes and an empty database of its own; returns its URL. */
  makeOwner(user: string, attributes?: string): Promise<string>
}

/** A database server for one test, without any role of ours: for tests of who may create and own what. */
export async function startServer(t: Testing): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'daybatch-server-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const binFolder = process.env.DAYBATCH_TEST_POSTGRES_BIN || undefined
  const server = await startEmbeddedPostgres({
    folder: join(folder, 'pg'),
    settings: { fsync: 'off' },
    binFolder,
  })
  t.teardown(() => server.stop())
  const admin = new pg.Client(server.url)
  await admin.connect()
  t.teardown(() => admin.end())
  const urlFor = (user: string, database: string) => {
    const url = new URL(server.url)
    url.username = user
    url.password = 'x'
    url.pathname = `/${database}`
    return url.href
  }
  const makeOwner = async (user: string, attributes = '') => {
    await admin.query(`create role ${user} login password 'x' ${attributes}`)
    await admin.query(`create database ${user}_db owner ${user}`)
    return urlFor(user, `${user}_db`)
  }
  return { url: server.url, admin, urlFor, makeOwner }
}
