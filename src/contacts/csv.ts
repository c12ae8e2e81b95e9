import { CsvError, parse } from 'csv-parse/sync'
import { ProblemError } from '../errors.ts'
import { detectDelimiter, Header, type HeaderOptions } from './header.ts'
import { type ImportRow, rejectRow } from './row.ts'

/** Parsed at once (bytes). */
const BLOCK = 64 * 1024
/** No contact is longer than this (bytes): a quotation mark that stays open so long was never meant to open. */
const RECORD_LIMIT = 128 * 1024

const LF = 0x0a
const CR = 0x0d
const QUOTE = 0x22

export interface CsvOptions extends HeaderOptions {
  /** Called once, with what the columns mean and what parts them. */
  onHeader?: (header: Header, delimiter: string) => void
}

const REASONS: Record<string, string> = {
  CSV_QUOTE_NOT_CLOSED: 'has a quotation mark that is opened and never closed',
  CSV_INVALID_CLOSING_QUOTE: 'has text after a closing quotation mark',
  INVALID_OPENING_QUOTE: 'has a quotation mark inside a field that does not begin with one',
}

/**
 * Reads CSV (RFC 4180, and what spreadsheets make of it) in constant memory: with or without a byte order mark, any
 * line ends, delimited by comma, semicolon, tab or bar. Yields the rows block by block.
 *
 * A broken record costs its first line only: parsing goes on at the next line, so that a quotation mark that is never
 * closed does not swallow the rest of the file. That is why a parser per block is used and not one per stream.
 */
export async function* readCsv(
  source: AsyncIterable<Uint8Array>,
  options: CsvOptions = {},
): AsyncGenerator<ImportRow[]> {
  const reader = new CsvReader(options)
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += BLOCK) {
      const rows = reader.push(chunk.subarray(at, at + BLOCK))
      if (rows.length > 0) yield rows
    }
  }
  yield reader.end()
}

class CsvReader {
  readonly #options: CsvOptions
  #pending: Buffer = Buffer.alloc(0)
  /** Physical line of the first byte that is not read yet. */
  #line = 1
  /** Reading waits until this much is pending. */
  #enough = BLOCK
  #delimiter: string | undefined
  #header: Header | undefined
  /** Inside a line that is too long: its rest is dropped. */
  #isSkipping = false

  constructor(options: CsvOptions) {
    this.#options = options
  }

  push(chunk: Uint8Array): ImportRow[] {
    this.#pending = Buffer.concat([this.#pending, chunk])
    return this.#pending.length < this.#enough ? [] : this.#read(false)
  }

  end(): ImportRow[] {
    const rows = this.#read(true)
    if (this.#header) return rows
    throw new ProblemError(
      422,
      'empty-file',
      'The file is empty; nothing was imported',
      'Send a line that names the columns, then one line per contact.',
    )
  }

  #read(isLast: boolean): ImportRow[] {
    if (this.#delimiter === undefined) this.#readStart()
    if (this.#isSkipping) this.#skipLine(isLast)
    const rows: ImportRow[] = []
    const end = isLast ? this.#pending.length : findLastLineEnd(this.#pending)
    const done = this.#readLines(this.#pending.subarray(0, end), isLast, rows)
    this.#pending = this.#pending.subarray(done)
    if (!isLast && end === 0 && this.#pending.length > RECORD_LIMIT) {
      rows.push(this.#reject(`is longer than ${RECORD_LIMIT} bytes`))
      this.#isSkipping = true
    }
    this.#enough = this.#pending.length + BLOCK
    return rows
  }

  #readStart(): void {
    if (this.#pending.length >= 2 && ['fffe', 'feff'].includes(this.#pending.toString('hex', 0, 2))) {
      const detail = 'Save it as CSV UTF-8 and send it again.'
      throw new ProblemError(422, 'not-utf-8', 'The file is UTF-16, not UTF-8; nothing was imported', detail)
    }
    if (this.#pending.toString('hex', 0, 3) === 'efbbbf') this.#pending = this.#pending.subarray(3)
    const start = this.#pass(this.#pending, 0, findRecordStart(this.#pending, 0))
    this.#pending = this.#pending.subarray(start)
    const headerLine = this.#pending.toString('utf8', 0, findLineEnd(this.#pending, 0))
    if (headerLine.includes('\0')) {
      const detail = 'Save it as CSV UTF-8 and send it again.'
      throw new ProblemError(422, 'not-utf-8', 'The file is no text in UTF-8; nothing was imported', detail)
    }
    this.#delimiter = detectDelimiter(headerLine)
  }

  /** Reads whole lines into `rows` and returns how many bytes are done with; the rest waits for more. */
  #readLines(text: Buffer, isLast: boolean, rows: ImportRow[]): number {
    let from = 0
    while (from < text.length) {
      const plainEnd = findQuotedLine(text, from)
      if (plainEnd > from) {
        this.#readPlainLines(text.subarray(from, plainEnd), rows)
        from = plainEnd
        continue
      }
      const end = findPlainLine(text, from)
      const done = this.#readQuoted(text, from, end, isLast, rows)
      if (done === undefined) return from
      from = done
    }
    return from
  }

  /** Lines without a quotation mark: most files have no others, and this takes a fifth of the parser's time. */
  #readPlainLines(bytes: Buffer, rows: ImportRow[]): void {
    const text = bytes.toString('utf8')
    const isClean = !text.includes('\0') && !text.includes('\ufffd')
    const lines = text.split(LINE_END)
    // the last one is what follows the last line end
    const count = lines.at(-1) === '' ? lines.length - 1 : lines.length
    for (let index = 0; index < count; index++) {
      const line = lines[index]!
      if (line !== '') this.#readRecord(line.split(this.#delimiter!), rows, isClean)
      if (index < lines.length - 1) this.#line++
    }
  }

  /** Reads records from an offset on and returns the offset behind them; undefined: one is not whole yet. */
  #readQuoted(
    text: Buffer,
    from: number,
    end: number,
    isLast: boolean,
    rows: ImportRow[],
  ): number | undefined {
    const line = this.#line
    const { records, error } = parseRecords(text.subarray(from, end), this.#delimiter!)
    // a record that goes on behind these lines
    if (error?.code === 'CSV_QUOTE_NOT_CLOSED' && end < text.length && records.length === 0)
      return this.#readQuoted(text, from, text.length, isLast, rows)
    let done = from
    for (const record of records) {
      done = this.#pass(text, done, findRecordStart(text, done))
      this.#readRecord(record.cells, rows)
      done = this.#pass(text, done, from + record.end)
    }
    if (!error) return this.#pass(text, done, end)
    if (records.length > 0) return done
    done = this.#pass(text, done, findRecordStart(text, done))
    const mayGoOn = error.code === 'CSV_QUOTE_NOT_CLOSED' && !isLast && text.length - done < RECORD_LIMIT
    if (mayGoOn) {
      this.#line = line
      return undefined
    }
    rows.push(this.#reject(REASONS[error.code] ?? 'cannot be read as CSV'))
    return this.#pass(text, done, findLineEnd(text, done))
  }

  #readRecord(cells: string[], rows: ImportRow[], isClean = false): void {
    if (this.#header) {
      // spreadsheets write rows of delimiters alone
      if (cells.some(cell => cell.trim() !== '')) rows.push(this.#header.readRow(this.#line, cells, isClean))
      return
    }
    this.#header = new Header(cells, this.#options)
    this.#options.onHeader?.(this.#header, this.#delimiter!)
  }

  #reject(reason: string): ImportRow {
    if (this.#header) return rejectRow(this.#line, reason)
    const title = `The line that names the columns ${reason}; nothing was imported`
    throw new ProblemError(
      422,
      'broken-header',
      title,
      'Begin the file with a line like email,first_name,last_name.',
    )
  }

  /** Moves on from one offset to another, counting the lines between. */
  #pass(text: Buffer, from: number, to: number): number {
    for (let at = from; at < to; at++) if (endsLine(text, at)) this.#line++
    return to
  }

  #skipLine(isLast: boolean): void {
    const end = findLineEnd(this.#pending, 0)
    const isWhole = isLast || (end > 0 && endsLine(this.#pending, end - 1) && end < this.#pending.length)
    this.#isSkipping = !isWhole
    // without its end, one byte stays: it may be the first half of CR LF
    const done = isWhole ? end : Math.max(this.#pending.length - 1, 0)
    this.#pending = this.#pending.subarray(this.#pass(this.#pending, 0, done))
  }
}

/** Records with the offset behind each, up to the first that is broken. */
function parseRecords(text: Buffer, delimiter: string) {
  const records: { cells: string[]; end: number }[] = []
  try {
    parse(text, {
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      on_record(cells: string[], { bytes }) {
        records.push({ cells, end: bytes })
        return null
      },
    })
    return { records }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return { records, error }
  }
}

const LINE_END = /\r\n|\n|\r/

/** The start of the first line, from `from` on, that holds a quotation mark; the end when there is none. */
function findQuotedLine(text: Buffer, from: number): number {
  const at = text.indexOf(QUOTE, from)
  if (at < 0) return text.length
  let start = at
  while (start > from && text[start - 1] !== LF && text[start - 1] !== CR) start--
  return start
}

/** The start of the first line, from `from` on, that holds none. */
function findPlainLine(text: Buffer, from: number): number {
  let at = from
  let quote = text.indexOf(QUOTE, at)
  while (at < text.length && quote >= 0) {
    const end = findLineEnd(text, at)
    if (quote >= end) return at
    at = end
    if (quote < at) quote = text.indexOf(QUOTE, at)
  }
  return quote < 0 && at < text.length ? at : text.length
}

/** Whether the byte ends a line: LF, or a CR that no LF follows. */
const endsLine = (text: Buffer, at: number) => text[at] === LF || (text[at] === CR && text[at + 1] !== LF)

/** The offset behind the line that holds `from`. */
function findLineEnd(text: Buffer, from: number): number {
  for (let at = from; at < text.length; at++) if (endsLine(text, at)) return at + 1
  return text.length
}

/** The offset behind the last line end that is certainly one: a CR at the very end may be half of CR LF. */
function findLastLineEnd(text: Buffer): number {
  const end = text.lastIndexOf(LF) + 1
  return end > 0 ? end : text.lastIndexOf(CR, -2) + 1
}

/** The offset of the first byte that is no line end: empty lines are passed over. */
function findRecordStart(text: Buffer, from: number): number {
  let at = from
  while (text[at] === LF || text[at] === CR) at++
  return at
}
