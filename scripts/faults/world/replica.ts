import { cp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { PartContext } from '../part.ts'
import { Cluster } from './cluster.ts'

const NAME = 'replica'
const POLL_MS = 20
const PATIENCE_MS = 30_000

/** A synchronous replica: no commit is answered before it is on this server's disk too. */
export class Replica {
  readonly cluster: Cluster
  readonly #address: { pointTo(port: number | undefined): void }

  /** Made by a cold copy: the primary is stopped, copied and started again, with the copy behind it. */
  static async pair(
    primary: Cluster,
    folder: string,
    address: { pointTo(port: number | undefined): void },
    context: PartContext,
  ): Promise<Replica> {
    address.pointTo(undefined)
    await primary.stop()
    await cp(primary.folder, folder, { recursive: true })
    // both would want the same port
    await rm(join(folder, 'port'), { force: true })
    await writeFile(join(folder, 'data', 'standby.signal'), '')
    await primary.start({ synchronous_standby_names: NAME })
    const { username, password, port } = new URL(primary.url)
    const cluster = new Cluster({ folder, durable: true })
    context.teardown(() => cluster.stop())
    await cluster.start({
      primary_conninfo: `host=127.0.0.1 port=${port} user=${username} password=${password} application_name=${NAME}`,
    })
    await waitUntil(
      primary.url,
      `select count(*) = 1 as done from pg_stat_replication where sync_state = 'sync'`,
    )
    address.pointTo(primary.port)
    return new Replica(cluster, address)
  }

  private constructor(cluster: Cluster, address: { pointTo(port: number | undefined): void }) {
    this.cluster = cluster
    this.#address = address
  }

  /** The primary is dead: the services meet a replica for `ms`, then it is promoted. */
  async takeOver(ms: number): Promise<void> {
    this.#address.pointTo(this.cluster.port)
    await delay(ms)
    await waitUntil(this.cluster.url, 'select pg_promote() as done')
  }
}

/** Asks until the answer, a column `done`, is true. */
async function waitUntil(url: string, question: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const end = performance.now() + PATIENCE_MS
    for (;;) {
      const { rows } = await client.query(question)
      if (rows[0].done) return
      if (performance.now() > end) throw new Error(`this does not become true: ${question}`)
      await delay(POLL_MS)
    }
  } finally {
    await client.end()
  }
}
