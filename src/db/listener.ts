import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

export interface ListenerOptions {
  url: string
  applicationName: string
  /** By channel, what is called for every notification, and once after every connect: what was said meanwhile is lost. */
  channels: Record<string, () => void>
  log: { warn(details: object, message: string): void }
}

/** There may be work. */
export const WORK_CHANNEL = 'daybatch'
/** There is a new line in daybatch.events. */
export const EVENT_CHANNEL = 'daybatch_events'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000
/** How often a connection that says nothing is asked whether it still lives, and how long it may take to answer. */
const HEARTBEAT_MS = 15_000

/** Listens on a connection of its own and reconnects for ever. Notifications are hints: nothing depends on one. */
export class Listener {
  readonly #options: ListenerOptions
  readonly #stop = new AbortController()
  #loop: Promise<void> | undefined

  constructor(options: ListenerOptions) {
    this.#options = options
  }

  start(): void {
    this.#loop ??= this.#run()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  async #run(): Promise<void> {
    let pause = FIRST_PAUSE_MS
    while (!this.#stop.signal.aborted) {
      const start = performance.now()
      await this.#listen().catch(error => {
        this.#options.log.warn({ err: error }, 'the connection for notifications was lost: connecting again')
      })
      pause =
        performance.now() - start > LONGEST_PAUSE_MS ? FIRST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS)
      await this.#wait(pause)
    }
  }

  /** Until the connection breaks (throws) or stop() is called (returns). */
  async #listen(): Promise<void> {
    const { url, applicationName, channels } = this.#options
    const client = new pg.Client({
      connectionString: url,
      application_name: applicationName,
      connectionTimeoutMillis: 10_000,
      query_timeout: HEARTBEAT_MS,
      keepAlive: true,
    })
    const broken = new AbortController()
    client.on('error', error => broken.abort(error))
    client.on('notification', ({ channel }) => channels[channel]?.())
    try {
      await client.connect()
      for (const channel of Object.keys(channels))
        await client.query(`listen ${client.escapeIdentifier(channel)}`)
      for (const call of Object.values(channels)) call()
      while (!this.#stop.signal.aborted) {
        await this.#wait(HEARTBEAT_MS, broken.signal)
        if (!this.#stop.signal.aborted) await client.query('select')
      }
    } catch (error) {
      throw broken.signal.reason ?? error
    } finally {
      await client.end().catch(() => {})
    }
  }

  async #wait(ms: number, broken?: AbortSignal): Promise<void> {
    const signal = broken ? AbortSignal.any([this.#stop.signal, broken]) : this.#stop.signal
    await delay(ms, undefined, { signal }).catch(() => {})
  }
}
