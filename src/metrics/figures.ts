import type { MetricRow } from '../db/rows.ts'

export interface FiguresOptions {
  /** Reads daybatch.read_metrics(). */
  read: () => Promise<MetricRow[]>
  /** How old an answer may be, in ms: many may ask. */
  freshMs?: number
  /** How old a text may be that was already made for somebody else, in ms: making one takes milliseconds of the sending process. */
  sharedMs?: number
  /** How long to wait for the database, in ms: whoever scrapes waits ten seconds. */
  timeoutMs?: number
}

const FRESH_MS = 5_000
const TIMEOUT_MS = 3_000

/** The figures of the whole database, read once for all who ask within a few seconds. */
export class Figures {
  readonly #options: FiguresOptions
  #rows: MetricRow[] = []
  #readAt = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined

  constructor(options: FiguresOptions) {
    this.#options = options
  }

  /** Undefined: the database is away, or too slow to say anything. Never rejects. */
  async read(): Promise<MetricRow[] | undefined> {
    const { freshMs = FRESH_MS, timeoutMs = TIMEOUT_MS } = this.#options
    if (performance.now() - this.#readAt <= freshMs) return this.#rows
    // one question at a time, however many wait for its answer, and however long it takes
    this.#reading ??= this.#ask().finally(() => {
      this.#reading = undefined
    })
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<void>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the database did not answer in time')), timeoutMs)
    })
    return Promise.race([this.#reading, timeout])
      .then(
        () => this.#rows,
        () => undefined,
      )
      .finally(() => clearTimeout(timer))
  }

  async #ask(): Promise<void> {
    this.#rows = await this.#options.read()
    this.#readAt = performance.now()
  }
}
