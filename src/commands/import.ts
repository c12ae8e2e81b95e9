import { createWriteStream } from 'node:fs'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { importContacts } from '../contacts/import.ts'
import type { Daybatch } from '../db/daybatch.ts'
import type { ContactList, ImportRejectionRow, ImportSummary } from '../db/rows.ts'
import { withDb } from './connection.ts'
import { CommandError } from './failure.ts'
import { openFile, resolvePath } from './files.ts'
import { findList, isId } from './lists.ts'
import type { Output } from './output.ts'

/** Rejected rows that are shown; `--rejected` writes all of them to a file. */
const SHOWN = 20
const PAGE = 200

export interface ImportCommand {
  /** A path, or `-` for standard input. */
  file: string
  /** Name or id; a name that no list has makes one. */
  list: string
  /** Where all rejected rows go, as CSV. */
  rejected?: string
}

/** Imports a CSV file and says what came of every row. True when all rows are on the list now. */
export async function importFile(db: Daybatch, { file, list, rejected }: ImportCommand): Promise<boolean> {
  const stream = await openFile(file)
  const { id, name, isNew } = await findOrMakeList(db, list)
  const progress = new Progress()
  const summary = await db
    .withClient(client =>
      importContacts({ client, listId: id, stream, fileName: basename(file), onProgress: progress.show }),
    )
    .finally(() => progress.end())
  console.log(describeImport(summary, `${isNew ? 'the new list' : 'list'} "${name}"`))
  const lines = await describeRejections(db, summary)
  for (const line of lines) console.log(line)
  if (rejected !== undefined && summary.rejected_count > 0) {
    await writeRejections(db, summary, rejected)
    console.log(`all rejected rows are in ${rejected}`)
  }
  return summary.rejected_count === 0
}

/** What became of the rows, in one line. */
export function describeImport(summary: ImportSummary, list: string): string {
  const { rows, imported, existing, added_to_list: added, rejected_count: rejected } = summary
  const parts = [
    `${imported} new contacts`,
    ...(existing > 0 ? [`${existing} known ones`] : []),
    `${added} added to ${list}`,
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

async function writeRejections(db: Daybatch, summary: ImportSummary, path: string): Promise<void> {
  const lines = Readable.from(writeRejectionLines(db, summary.import_id))
  await pipeline(lines, createWriteStream(resolvePath(path)))
}

async function* writeRejectionLines(db: Daybatch, importId: string): AsyncGenerator<string> {
  yield 'line,email,reason\n'
  for (let afterLine = 0; ; ) {
    const page: ImportRejectionRow[] = await db.listImportRejections({ importId, afterLine, limit: PAGE })
    yield page.map(row => [row.line_number, quote(row.email ?? ''), quote(row.reason)].join(',')).join('\n')
    if (page.length < PAGE) break
    yield '\n'
    afterLine = page.at(-1)!.line_number
  }
  yield '\n'
}

const quote = (text: string) => `"${text.replaceAll('"', '""')}"`

/** How many rows are read, on a terminal only, and not for a file that is read in a moment. */
class Progress {
  #wasShown = false
  #last = performance.now()

  show = (rows: number): void => {
    const now = performance.now()
    if (!process.stderr.isTTY || now - this.#last < 200) return
    this.#last = now
    this.#wasShown = true
    process.stderr.write(`\r${rows.toLocaleString('en')} rows read`)
  }

  end(): void {
    if (this.#wasShown) process.stderr.write('\r\x1b[K')
  }
}

/** Some rows were rejected, the others are on the list. */
const ROWS_REJECTED = 2

export function addImport(program: Command, _output: Output): void {
  program
    .command('import <file>')
    .description('put the contacts of a CSV file on a list (- reads standard input)')
    .requiredOption('--list <name>', 'name or id of the list; a new name makes a list')
    .option('--rejected <file>', 'write all rejected rows to this file')
    .addHelpText(
      'after',
      `\nExit code: 0 all rows are on the list; ${ROWS_REJECTED} some were rejected, the others are on it; 1 nothing was imported.`,
    )
    .action(async (file: string, options: { list: string; rejected?: string }) => {
      const isWhole = await withDb(db => importFile(db, { file, ...options }))
      if (!isWhole) process.exitCode = ROWS_REJECTED
    })
}
