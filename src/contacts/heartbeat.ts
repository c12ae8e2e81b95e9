import type { Daybatch } from '../db/daybatch.ts'

export interface ImportProgress {
  phase: 'reading' | 'merging'
  rowsRead: number
  bytesRead: number
  rowsMerged: number
}

const INTERVAL_MS = 1000

export interface HeartbeatOptions {
  db: Pick<Daybatch, 'reportImportProgress'>
  importId: string
  onProgress?: ((progress: ImportProgress) => void) | undefined
}

/**
 * Tells once a second how far an import is, also while it waits for a slow sender or for its turn: an import of which
 * nothing is heard for a minute counts as given up.
 */
export class Heartbeat {
  /** Written by whoever does the work. */
  readonly progress: ImportProgress = { phase: 'reading', rowsRead: 0, bytesRead: 0, rowsMerged: 0 }
  readonly #options: HeartbeatOptions
  readonly #timer: NodeJS.Timeout
  #beat: Promise<void> | undefined

  constructor(options: HeartbeatOptions) {
    this.#options = options
    this.#timer = setInterval(() => {
      this.#beat ??= this.#tell().finally(() => {
        this.#beat = undefined
      })
    }, INTERVAL_MS)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#beat
  }

  async #tell(): Promise<void> {
    const { db, importId, onProgress } = this.#options
    onProgress?.(this.progress)
    // a beat that is missed is made good by the next one
    await db.reportImportProgress({ importId, ...this.progress }).catch(() => {})
  }
}
