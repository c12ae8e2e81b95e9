import { Readable } from 'node:stream'
import type { Daybatch } from '../db/daybatch.ts'

/** Rows asked for at once, each page a transaction of its own: memory stays constant, and a slow reader holds up nobody. */
const PAGE = 5000
const REJECTION_PAGE = 200

type Cell = string | number | Date | object | null

/** Contacts of one list, or all: readable again by an import. */
export async function* writeContacts(db: Daybatch, listId?: string): AsyncGenerator<string> {
  const header = ['email', 'first_name', 'last_name', 'attributes', 'unsubscribed_at', 'contact_id']
  yield* writePages(
    header,
    afterId => db.exportContacts({ listId, afterId, limit: PAGE }),
    row => [row.email, row.first_name, row.last_name, row.attributes, row.unsubscribed_at, row.contact_id],
  )
}

/** Deliveries of a campaign, of all statuses or some, with the last answer to each. */
export async function* writeDeliveries(
  db: Daybatch,
  campaignId: string,
  statuses?: string[],
): AsyncGenerator<string> {
  const header = [
    'email',
    'status',
    'reason',
    'batch_number',
    'attempt_count',
    'settled_at',
    'stage',
    'reply_code',
    'enhanced_code',
    'reply_text',
    'contact_id',
  ]
  yield* writePages(
    header,
    afterId => db.exportDeliveries({ campaignId, statuses, afterId, limit: PAGE }),
    row => [
      row.email,
      row.status,
      row.reason,
      row.batch_number,
      row.attempt_count,
      row.settled_at,
      row.stage,
      row.reply_code,
      row.enhanced_code,
      row.reply_text,
      row.contact_id,
    ],
  )
}

/** Whom a campaign did not reach: refused, skipped or in doubt. */
export const FAILURES = ['failed', 'skipped', 'in_doubt']

/** Rejected rows of an import, by their lines. */
export async function* writeRejections(db: Daybatch, importId: string): AsyncGenerator<string> {
  for (let afterLine = 0, isFirst = true; ; isFirst = false) {
    const page = await db.listImportRejections({ importId, afterLine, limit: REJECTION_PAGE })
    const lines = page.map(({ line_number, email, reason }) => csvLine([line_number, email, reason]))
    yield `${isFirst ? 'line,email,reason\n' : ''}${lines.join('')}`
    if (page.length < REJECTION_PAGE) return
    afterLine = page.at(-1)!.line_number
  }
}

async function* writePages<Row extends { contact_id: string }>(
  header: string[],
  readPage: (afterId: string | undefined) => Promise<Row[]>,
  readCells: (row: Row) => Cell[],
): AsyncGenerator<string> {
  for (let afterId: string | undefined; ; ) {
    const page = await readPage(afterId)
    const lines = page.map(row => csvLine(readCells(row))).join('')
    yield afterId === undefined ? `${header.join(',')}\n${lines}` : lines
    if (page.length < PAGE) return
    afterId = page.at(-1)!.contact_id
  }
}

/** A stream whose first page is there: what cannot be exported is refused before anything is sent. */
export async function openCsv(pages: AsyncGenerator<string>): Promise<Readable> {
  const first = await pages.next()
  async function* all() {
    if (!first.done) yield first.value
    yield* pages
  }
  return Readable.from(all(), { objectMode: false })
}

/** A line of CSV; texts are quoted, and none is taken for a formula by a spreadsheet (OWASP: CSV injection). */
export function csvLine(cells: Cell[]): string {
  return `${cells.map(writeCell).join(',')}\n`
}

function writeCell(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  if (cell instanceof Date) return cell.toISOString()
  const text = typeof cell === 'string' ? cell : JSON.stringify(cell)
  return `"${(/^('*[=+\-@]|[\t\r])/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
}
