import type { Daybatch } from '../db/daybatch.ts'
import type { WorkerStatus } from './worker.ts'

/** `worker_status` and `campaign_blockers` take a worker for alive that was seen in the last three minutes. */
const INTERVAL_MS = 60_000

export interface PresenceOptions {
  db: Pick<Daybatch, 'reportWorker' | 'forgetWorker'>
  workerId: string
  /** SMTP connections. */
  connections: number
  status: () => Pick<WorkerStatus, 'held' | 'problem'>
  /** For tests. */
  intervalMs?: number
}

/** Tells the database once a minute that this worker lives and whether it can send; takes it out at the end. */
export class Presence {
  readonly #options: PresenceOptions
  #timer: NodeJS.Timeout | undefined
  /** Reports take turns: the last word must be the last one written. */
  #reports: Promise<unknown> = Promise.resolve()

  constructor(options: PresenceOptions) {
    this.#options = options
  }

  start(): void {
    void this.#report()
    this.#timer = setInterval(() => void this.#report(), this.#options.intervalMs ?? INTERVAL_MS)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    const { db, workerId } = this.#options
    await this.#take(() => db.forgetWorker({ workerId }))
  }

  #report(): Promise<unknown> {
    const { db, workerId, connections, status } = this.#options
    return this.#take(() => {
      const { held, problem } = status()
      return db.reportWorker({ workerId, connections, heldCount: held, problem })
    })
  }

  /** A database that is away hears nothing, and shows that by the time of the last sign. */
  #take(work: () => Promise<unknown>): Promise<unknown> {
    this.#reports = this.#reports.then(work).catch(() => {})
    return this.#reports
  }
}
