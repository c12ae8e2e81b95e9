import type { Readable } from 'node:stream'
import type { Daybatch } from '../db/daybatch.ts'
import { readCsv } from './csv.ts'
import type { ImportRow } from './row.ts'

export interface SuppressionImport {
  row_count: number
  added: number
  /** Suppressed before. */
  existing: number
  rejected_count: number
  /** The first of them. */
  rejected: { line_number: number; rejection: string }[]
}

const SHOWN = 100
/** One call of import_suppressions, one transaction. */
const CHUNK = 5000

/**
 * Suppresses what a CSV file names: the column email, or address_key as an export of this installation has it; reason,
 * list_id and created_at where they are there. Rows that cannot be read cost themselves only.
 */
export async function importSuppressions(
  db: Pick<Daybatch, 'importSuppressions'>,
  stream: Readable,
  source: string,
): Promise<SuppressionImport> {
  const summary: SuppressionImport = { row_count: 0, added: 0, existing: 0, rejected_count: 0, rejected: [] }
  for await (const rows of readCsv(stream)) {
    for (let start = 0; start < rows.length; start += CHUNK)
      await importChunk(db, rows.slice(start, start + CHUNK), source, summary)
  }
  return summary
}

async function importChunk(
  db: Pick<Daybatch, 'importSuppressions'>,
  rows: ImportRow[],
  source: string,
  summary: SuppressionImport,
): Promise<void> {
  const good = rows.filter(row => row.rejection === null)
  const answer = await db.importSuppressions({ rows: good.map(readRow), source })
  const rejected = [
    ...rows
      .filter(row => row.rejection !== null)
      .map(row => ({ line_number: row.line, rejection: row.rejection! })),
    ...answer.rejected.map(({ place, rejection }) => ({ line_number: good[place - 1]!.line, rejection })),
  ].sort((a, b) => a.line_number - b.line_number)
  summary.row_count += rows.length
  summary.added += answer.added
  summary.existing += answer.existing
  summary.rejected_count += rejected.length
  summary.rejected.push(...rejected.slice(0, SHOWN - summary.rejected.length))
}

function readRow({ email, attributes }: ImportRow): object {
  const { address_key, reason, list_id, created_at } = (attributes ?? {}) as Record<string, unknown>
  // the address says it wherever both are known: a key fits one installation only
  return { email, ...(email === '' && { address_key }), reason, list_id, created_at }
}
