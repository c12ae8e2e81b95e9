import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findInstallation } from '../../../src/embedded/installation.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/embedded/postgres.ts'

export interface ClusterOptions {
  folder: string
  /** Where a crash of the server is the fault, what is committed must be on disk. */
  durable: boolean
  settings?: Record<string, string>
}

const SETTINGS = { max_connections: '300', shared_buffers: '64MB', log_min_messages: 'fatal' }
const NOT_DURABLE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
const POLL_MS = 10

/** A PostgreSQL server that can be crashed and started again. Its address may change at every start. */
export class Cluster {
  readonly folder: string
  readonly #options: ClusterOptions
  #server: EmbeddedPostgres | undefined

  constructor(options: ClusterOptions) {
    this.folder = options.folder
    this.#options = options
  }

  /** Superuser, database `daybatch`. */
  get url(): string {
    if (!this.#server) throw new Error('the database server is not running')
    return this.#server.url
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  get isRunning(): boolean {
    return this.#server !== undefined
  }

  /** Starts it, recovering from whatever ended it. Settings given here are added to the cluster's own. */
  async start(settings: Record<string, string> = {}): Promise<void> {
    const all = {
      ...SETTINGS,
      ...(this.#options.durable ? {} : NOT_DURABLE),
      ...this.#options.settings,
      ...settings,
    }
    this.#server = await startEmbeddedPostgres({ folder: this.folder, settings: all })
  }

  /** SIGKILL to the postmaster, as the kernel does when memory is short; its children end when they notice. */
  async kill(): Promise<void> {
    const pid = await this.#readPid()
    this.#server = undefined
    process.kill(pid, 'SIGKILL')
    await waitForEnd(pid)
  }

  /** What `pg_ctl -m immediate` does: no checkpoint, recovery at the next start. */
  async stopImmediately(): Promise<void> {
    this.#server = undefined
    const installation = await findInstallation()
    await installation.run('pg_ctl', ['-D', join(this.folder, 'data'), '-m', 'immediate', '-w', 'stop'])
  }

  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    await server?.stop()
  }

  async #readPid(): Promise<number> {
    const pidFile = await readFile(join(this.folder, 'data', 'postmaster.pid'), 'utf8')
    return Number(pidFile.split('\n')[0])
  }
}

async function waitForEnd(pid: number): Promise<void> {
  const isAlive = () => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  // it may stay a zombie until its parent has time; 2 seconds are plenty
  for (let waited = 0; isAlive() && waited < 2000; waited += POLL_MS) await delay(POLL_MS)
}
