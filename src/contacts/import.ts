import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { Daybatch } from '../db/daybatch.ts'
import type { ImportSummary } from '../db/rows.ts'
import { ProblemError } from '../errors.ts'
import { readCsv } from './csv.ts'
import { encodeRow, type ImportRow } from './row.ts'

/** An audience cannot be larger either. */
const ROW_LIMIT = 5_000_000

export interface ImportOptions {
  /** One client for the whole import: it is one transaction. */
  client: pg.ClientBase
  listId: string
  /** The file's bytes. */
  stream: AsyncIterable<Uint8Array>
  fileName?: string
  /** Called now and then with the number of rows read so far. */
  onProgress?: (rows: number) => void
}

/**
 * Imports a CSV of contacts into a list by stream: constant memory, all or nothing where the file itself is unusable
 * (no e-mail column, cut off on the way), row by row otherwise. A rejected row is kept with its line and reason.
 * @throws ProblemError for a file that cannot be used, MB005 for an unknown list
 */
export async function importContacts(options: ImportOptions): Promise<ImportSummary> {
  const blocks = readCsv(options.stream)
  // an unusable file is refused before anything is written
  const first = await blocks.next()
  return new Daybatch(options.client).transaction(async transaction => {
    const importId = await transaction.beginImport({ listId: options.listId, fileName: options.fileName })
    const lines = Readable.from(encodeBlocks(importId, first, blocks, options.onProgress))
    await pipeline(lines, transaction.copyImportRows())
    return transaction.finishImport({ importId })
  })
}

async function* encodeBlocks(
  importId: string,
  first: IteratorResult<ImportRow[], void>,
  blocks: AsyncIterator<ImportRow[], void>,
  onProgress: (rows: number) => void = () => {},
): AsyncGenerator<string> {
  let count = 0
  for (let block = first; !block.done; block = await blocks.next()) {
    count += block.value.length
    if (count > ROW_LIMIT) {
      throw new ProblemError(
        422,
        'too-many-rows',
        `The file has more than ${ROW_LIMIT} rows; nothing was imported`,
        'Split it and import the parts into several lists.',
      )
    }
    if (block.value.length > 0) yield block.value.map(row => encodeRow(importId, row)).join('')
    onProgress(count)
  }
}
