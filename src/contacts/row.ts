/** Why the address of a row must not be mailed, as its file says: SQL suppresses it by this reason. */
export type RowStatus = 'unsubscribed' | 'bounced' | 'complained' | 'manual'

/** One line of a file on its way into `daybatch.import_rows`: a contact, or the reason why it is none. */
export interface ImportRow {
  /** Where the row begins in the file, counted from 1. */
  line: number
  email: string | null
  firstName: string | null
  lastName: string | null
  attributes: Record<string, unknown> | null
  status: RowStatus | null
  rejection: string | null
}

export const makeRow = (line: number): ImportRow & { attributes: Record<string, unknown> } => ({
  line,
  email: '',
  firstName: null,
  lastName: null,
  attributes: {},
  status: null,
  rejection: null,
})

export const rejectRow = (line: number, rejection: string): ImportRow => ({
  line,
  email: null,
  firstName: null,
  lastName: null,
  attributes: null,
  status: null,
  rejection,
})

/** Postgres stores no NUL; U+FFFD is what a decoder leaves in place of bytes that are not UTF-8. */
export function findBadText(text: string): string | undefined {
  if (text.includes('\0')) return 'contains a NUL character'
  if (text.includes('\ufffd')) return 'is not valid UTF-8: save the file as UTF-8'
  return undefined
}

/** The row as a line of COPY's text format. */
export function encodeRow(importId: string, row: ImportRow): string {
  const attributes = row.attributes === null ? null : JSON.stringify(row.attributes)
  return `${importId}\t${row.line}\t${encodeText(row.email)}\t${encodeText(row.firstName)}\t${encodeText(row.lastName)}\t${encodeText(attributes)}\t${row.status ?? '\\N'}\t${encodeText(row.rejection)}\n`
}

const SPECIAL = /[\\\t\n\r]/
const ALL_SPECIAL = /[\\\t\n\r]/g
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function encodeText(text: string | null): string {
  if (text === null) return '\\N'
  return SPECIAL.test(text) ? text.replace(ALL_SPECIAL, character => ESCAPES[character] as string) : text
}
