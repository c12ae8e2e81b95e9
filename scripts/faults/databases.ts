import pg from 'pg'
import { startTestCluster, TEMPLATE, withDatabase } from '../../test/helper/cluster.ts'
import type { PartContext } from './part.ts'

/** A cluster of a part's own; its databases are copies of a migrated one, or of each other. */
export interface Databases {
  /** Of the cluster's own database. */
  url: string
  /** Makes a database and returns its URL (superuser). Nobody may be connected to the template. */
  create(template?: string): Promise<string>
  drop(url: string): Promise<void>
  /** Puts a database in the place of another while `work` lasts: whoever copies that one copies this one. */
  instead<T>(name: string, url: string, work: () => Promise<T>): Promise<T>
}

export async function startDatabases({ teardown }: Pick<PartContext, 'teardown'>): Promise<Databases> {
  const cluster = await startTestCluster()
  teardown(() => cluster.stop())
  let count = 0
  const rename = (from: string, to: string) => runOnce(cluster.url, `alter database ${from} rename to ${to}`)
  return {
    url: cluster.url,
    async create(template = TEMPLATE) {
      const name = `faults_${++count}`
      await runOnce(cluster.url, `create database ${name} template ${nameOf(template)} strategy file_copy`)
      return withDatabase(cluster.url, name)
    },
    drop: url => runOnce(cluster.url, `drop database ${nameOf(url)} with (force)`),
    async instead(name, url, work) {
      await rename(name, `${name}_kept`)
      await rename(nameOf(url), name)
      try {
        return await work()
      } finally {
        await rename(name, nameOf(url))
        await rename(`${name}_kept`, name)
      }
    },
  }
}

/** One connection that outlasts the server's end without ending this process. */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'daybatch faults' })
  client.on('error', () => {})
  await client.connect()
  return client
}

export async function runOnce(url: string, statements: string): Promise<void> {
  const client = await connect(url)
  try {
    await client.query(statements)
  } finally {
    await client.end()
  }
}

const nameOf = (urlOrName: string) =>
  URL.canParse(urlOrName) ? new URL(urlOrName).pathname.slice(1) : urlOrName
