/** One line of a file on its way into `daybatch.import_rows`: a contact, or the reason why it is none. */
export interface ImportRow {
  /** Where the row begins in the file, counted from 1. */
  line: number
  email: string | null
  firstName: string | null
  lastName: string | null
  attributes: Record<string, unknown> | null
  rejection: string | null
}

export const rejectRow = (line: number, rejection: string): ImportRow => ({
  line,
  email: null,
  firstName: null,
  lastName: null,
  attributes: null,
  rejection,
})

/** Postgres stores no NUL; U+FFFD is what a decoder leaves in place of bytes that are not UTF-8. */
export function findBadText(text: string): string | undefined {
  if (text.includes('\0')) return 'contains a NUL character'
  if (text.includes('\ufffd')) return 'is not valid UTF-8: save the file as CSV UTF-8'
  return undefined
}

/** The row as a line of COPY's text format. */
export function encodeRow(importId: string, row: ImportRow): string {
  const attributes = row.attributes === null ? null : JSON.stringify(row.attributes)
  const texts = [row.email, row.firstName, row.lastName, attributes, row.rejection]
  return `${importId}\t${row.line}\t${texts.map(encodeText).join('\t')}\n`
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function encodeText(text: string | null): string {
  return text === null ? '\\N' : text.replace(/[\\\t\n\r]/g, character => ESCAPES[character] as string)
}
