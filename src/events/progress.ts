import type { Daybatch } from '../db/daybatch.ts'
import { formatEvent } from './stream.ts'

export interface ProgressWatchOptions {
  db: Pick<Daybatch, 'listProgress'>
  log: { warn(details: object, message: string): void }
  /** The campaigns that somebody looks at; undefined: all. */
  watched: () => string[] | undefined
  tell: (campaignId: string, text: string) => void
}

/** At most one message per campaign in this time (ms). */
const EVERY_MS = 1000
/** While nothing is under way for a while; a new line of the history looks at once. */
const IDLE_MS = 5000
const AWAKE_MS = 10_000
/** Of the database's time at most this part goes into it, however large the batches are. */
const SHARE = 0.1

/**
 * Tells how far open batches have come while their mails are under way: one query for all campaigns, only while somebody
 * watches. Sending knows nothing of it: the query looks at the leases.
 */
export class ProgressWatch {
  readonly #options: ProgressWatchOptions
  #timer: NodeJS.Timeout | undefined
  #lookedAt = Number.NEGATIVE_INFINITY
  #pause = EVERY_MS
  #awakeUntil = 0
  #isLooking = false
  #isRunning = false
  /** What was told of each campaign last. */
  readonly #told = new Map<string, string>()

  constructor(options: ProgressWatchOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.look()
  }

  stop(): void {
    this.#isRunning = false
    clearTimeout(this.#timer)
    this.#told.clear()
  }

  /** There may be something to see: as soon as the pause since the last look has passed. */
  look(): void {
    this.#awakeUntil = performance.now() + AWAKE_MS
    if (!this.#isRunning || this.#isLooking) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(
      () => void this.#look(),
      Math.max(0, this.#lookedAt + this.#pause - performance.now()),
    )
  }

  async #look(): Promise<void> {
    const { db, log, watched } = this.#options
    this.#isLooking = true
    const start = performance.now()
    const count = await db
      .listProgress({ campaignIds: watched(), also: [...this.#told.keys()] })
      .then(rows => this.#tell(rows))
      .catch(error => {
        log.warn({ err: error }, 'the progress of batches could not be read: trying again')
        return 0
      })
    this.#isLooking = false
    this.#lookedAt = performance.now()
    this.#pause = Math.max(EVERY_MS, (this.#lookedAt - start) / SHARE)
    const isIdle = count === 0 && this.#lookedAt > this.#awakeUntil
    if (this.#isRunning)
      this.#timer = setTimeout(() => void this.#look(), Math.max(this.#pause, isIdle ? IDLE_MS : 0))
  }

  #tell(rows: Awaited<ReturnType<Daybatch['listProgress']>>): number {
    if (!this.#isRunning) return 0
    const seen = new Set<string>()
    for (const { campaign_id, ...detail } of rows) {
      const key = JSON.stringify(detail)
      const isMoving = detail.claimed_count + detail.sending_count > 0
      if (this.#told.get(campaign_id) !== key) {
        const data = { campaign_id, event: 'progress', happened_at: new Date().toISOString(), detail }
        this.#options.tell(campaign_id, formatEvent({ event: 'progress', data }))
      }
      if (!isMoving) continue
      seen.add(campaign_id)
      this.#told.set(campaign_id, key)
    }
    for (const campaignId of this.#told.keys()) if (!seen.has(campaignId)) this.#told.delete(campaignId)
    return seen.size
  }
}
