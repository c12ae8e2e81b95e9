import type { Daybatch } from '../db/daybatch.ts'
import { ProblemError } from '../errors.ts'
import type { ImportProgress } from './heartbeat.ts'
import { encodeRow, type ImportRow } from './row.ts'
import type { Source } from './source.ts'

/** An audience cannot be larger either. */
const ROW_LIMIT = 5_000_000
/** Copied at once, in one short transaction (bytes): a slow sender keeps no connection and no transaction open. */
const PIECE = 1024 * 1024

export interface StageOptions {
  db: Daybatch
  importId: string
  source: Source
  /** Rows up to this line are there already. */
  afterLine: number
  progress: ImportProgress
}

/** Copies an import's rows into the staging table piece by piece: one is copied while the next one is read. */
export class Stage {
  readonly #options: StageOptions
  /** The last line that is copied, or being copied. */
  #line: number
  /** Bytes, not texts: what lives as long as a piece would else make the heap grow far beyond what is in use. */
  #lines: Buffer[] = []
  #size = 0
  #copying: Promise<void> = Promise.resolve()

  constructor(options: StageOptions) {
    this.#options = options
    this.#line = options.afterLine
  }

  async fill(
    first: IteratorResult<ImportRow[], void>,
    blocks: AsyncGenerator<ImportRow[], void>,
  ): Promise<void> {
    const { source, afterLine, progress } = this.#options
    try {
      let last = afterLine
      for (let block = first; !block.done; block = await blocks.next()) {
        this.#add(afterLine === 0 ? block.value : block.value.filter(row => row.line > afterLine))
        last = Math.max(last, block.value.at(-1)?.line ?? 0)
        progress.rowsRead += block.value.length
        progress.bytesRead = source.bytesRead()
        if (progress.rowsRead > ROW_LIMIT) throw tooManyRows()
        if (this.#size >= PIECE) await this.#copy(last)
      }
      await this.#copy(last)
    } finally {
      // also when reading broke off: what was begun ends before the import is told to
      await this.#copying
    }
  }

  #add(rows: ImportRow[]): void {
    if (rows.length === 0) return
    const lines = Buffer.from(rows.map(row => encodeRow(this.#options.importId, row)).join(''))
    this.#lines.push(lines)
    this.#size += lines.length
  }

  /** Waits for the piece before, not for this one. */
  async #copy(line: number): Promise<void> {
    await this.#copying
    const { db, importId } = this.#options
    const lines = this.#lines
    const afterLine = this.#line
    this.#lines = []
    this.#size = 0
    this.#line = line
    this.#copying = db.transaction(async transaction => {
      await transaction.recordStagedRows({ importId, afterLine, line })
      await transaction.copyImportRows(lines)
    })
    // whoever waits for it is told
    this.#copying.catch(() => {})
  }
}

const tooManyRows = () =>
  new ProblemError(
    422,
    'too-many-rows',
    `The file has more than ${ROW_LIMIT} rows; nothing was imported`,
    'Split it and import the parts into several lists.',
  )
