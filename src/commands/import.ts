import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { writeRejections } from '../contacts/export.ts'
import type { Mapping } from '../contacts/header.ts'
import { importContacts } from '../contacts/import.ts'
import type { Daybatch } from '../db/daybatch.ts'
import type { ContactList, ImportSummary } from '../db/rows.ts'
import { CommandError } from './failure.ts'
import { openFile, resolvePath } from './files.ts'
import { ProgressLine } from './import-progress.ts'
import { findList, isId } from './lists.ts'
import type { Output } from './output.ts'

/** Rejected rows that are shown; `--rejected` writes all of them to a file. */
const SHOWN = 20

export interface ImportCommand {
  /** A path, or `-` for standard input. */
  file: string
  /** Name or id; a name that no list has makes one. */
  list: string
  /** Where all rejected rows go, as CSV. */
  rejected?: string
  /** What columns become. */
  map?: Mapping
  /** Default: by the name of the file. */
  ndjson?: boolean
  /** Keep what was read when it breaks off. */
  resumable?: boolean
  /** The id of a resumable import that broke off. */
  resume?: string
}

/** Imports a file and says what came of every row. True when all rows are on the list now. */
export async function importFile(db: Daybatch, command: ImportCommand, output: Output): Promise<boolean> {
  const { file, list, rejected, map, resume } = command
  if (resume !== undefined) await db.getImport({ importId: resume })
  const stream = await openFile(file)
  const size = file === '-' ? undefined : (await stat(resolvePath(file))).size
  const { id, name, isNew } = await findOrMakeList(db, list)
  const progress = new ProgressLine(size)
  let importId: string | undefined
  const stop = () => void (stream as Readable).destroy(new CommandError('interrupted'))
  process.once('SIGINT', stop)
  const isAtomic = !(command.resumable || resume !== undefined)
  const summary = await importContacts({
    db,
    listId: id,
    stream,
    fileName: basename(file),
    isNdjson: command.ndjson ?? /\.(ndjson|jsonl)$/i.test(file),
    mapping: map,
    isAtomic,
    importId: resume,
    byteCount: size,
    onBegin: begun => {
      importId = begun
    },
    onProgress: output.isJson ? undefined : progress.show,
  })
    .catch(error => {
      progress.end()
      if (importId !== undefined && !isAtomic)
        output.warn(`to go on: npx daybatch import ${file} --list "${list}" --resume ${importId}`)
      throw error
    })
    .finally(() => {
      progress.end()
      process.off('SIGINT', stop)
      // standard input that is not read to its end would keep the process
      ;(stream as Readable).destroy()
    })
  const lines = [
    describeImport(summary, `${isNew ? 'the new list' : 'list'} "${name}"`),
    ...(await describeRejections(db, summary)),
  ]
  if (rejected !== undefined && summary.rejected_count > 0) {
    const csv = Readable.from(writeRejections(db, summary.import_id))
    await pipeline(csv, createWriteStream(resolvePath(rejected)))
    lines.push(`all rejected rows are in ${rejected}`)
  }
  output.tell(summary, lines)
  return summary.rejected_count === 0
}

/** What became of the rows, in one line. */
export function describeImport(summary: ImportSummary, list: string): string {
  const {
    rows,
    imported,
    existing,
    added_to_list: added,
    suppressed_count: suppressed,
    rejected_count: rejected,
  } = summary
  const parts = [
    `${imported} new contacts`,
    ...(existing > 0 ? [`${existing} known ones`] : []),
    `${added} added to ${list}`,
    ...(suppressed > 0 ? [`${suppressed} suppressed, as the file says`] : []),
    ...(rejected > 0 ? [`${rejected} rejected`] : []),
  ]
  return `${rows} rows: ${parts.join(', ')}`
}

/** The first rejected rows, one line each with the line number in the file. */
export async function describeRejections(db: Daybatch, summary: ImportSummary): Promise<string[]> {
  const { import_id: importId, rejected_count: count } = summary
  if (count === 0) return []
  const rows = await db.listImportRejections({ importId, limit: SHOWN })
  const lines = rows.map(
    ({ line_number, email, reason }) =>
      `  line ${line_number}: ${reason}${email === null || email === '' ? '' : ` (${JSON.stringify(email)})`}`,
  )
  return count > rows.length ? [...lines, `  and ${count - rows.length} more`] : lines
}

async function findOrMakeList(db: Daybatch, given: string): Promise<ContactList & { isNew: boolean }> {
  const found = await findList(db, given)
  if (found) return { ...found, isNew: false }
  if (isId(given)) throw new CommandError(`there is no list ${given}`)
  return { ...(await db.createContactList({ name: given })), isNew: true }
}
