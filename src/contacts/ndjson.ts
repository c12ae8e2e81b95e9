import { ProblemError } from '../errors.ts'
import { columnKey, isYes, readStatus } from './formats.ts'
import { attributeKey, findBadJson, KNOWN, type Mapping } from './header.ts'
import { findBadText, type ImportRow, makeRow, rejectRow } from './row.ts'

/** No contact is longer than this (bytes). */
const LINE_LIMIT = 128 * 1024
/** Rows are handed on as often as this many bytes were read. */
const BLOCK = 64 * 1024
const LF = 0x0a

export interface NdjsonOptions {
  mapping?: Mapping | undefined
  /** Called with each key that comes up for the first time, and what it becomes, as a mapping writes it. */
  onKey?: ((name: string, becomes: string) => void) | undefined
}

/**
 * Reads one JSON object a line (NDJSON, JSON Lines) in constant memory: the keys email, first_name, last_name, attributes
 * (an object) and status in the spellings that a header may have; every other key becomes an attribute with its value as
 * it is. A line that cannot be used costs itself only; a file whose first line is no object is refused.
 */
export async function* readNdjson(
  source: AsyncIterable<Uint8Array>,
  options: NdjsonOptions = {},
): AsyncGenerator<ImportRow[]> {
  const reader = new NdjsonReader(options)
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += BLOCK) {
      const rows = reader.push(chunk.subarray(at, at + BLOCK))
      if (rows.length > 0) yield rows
    }
  }
  yield reader.end()
}

class NdjsonReader {
  readonly #mapping: Map<string, string>
  readonly #onKey: NdjsonOptions['onKey']
  /** What a key means: the same few keys stand in every line. */
  readonly #meanings = new Map<string, string>()
  #pending: Buffer = Buffer.alloc(0)
  #line = 1
  #isSkipping = false
  #hasBegun = false

  constructor({ mapping = {}, onKey }: NdjsonOptions) {
    this.#mapping = new Map(Object.entries(mapping).map(([name, target]) => [name, readTarget(target)]))
    this.#onKey = onKey
  }

  push(chunk: Uint8Array): ImportRow[] {
    this.#pending = this.#pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#pending, chunk])
    const rows: ImportRow[] = []
    let from = 0
    for (let end = this.#pending.indexOf(LF); end >= 0; end = this.#pending.indexOf(LF, from)) {
      if (this.#isSkipping) this.#isSkipping = false
      else this.#read(this.#pending.subarray(from, end), rows)
      this.#line++
      from = end + 1
    }
    this.#pending = this.#pending.subarray(from)
    if (this.#isSkipping) this.#pending = Buffer.alloc(0)
    else if (this.#pending.length > LINE_LIMIT) this.#skip(rows)
    return rows
  }

  end(): ImportRow[] {
    const rows: ImportRow[] = []
    if (!this.#isSkipping && this.#pending.length > 0) this.#read(this.#pending, rows)
    if (this.#hasBegun) return rows
    const detail = 'Send one JSON object a line, e.g. {"email": "ada@example.org", "first_name": "Ada"}.'
    throw new ProblemError(422, 'empty-file', 'The file is empty; nothing was imported', detail)
  }

  #skip(rows: ImportRow[]): void {
    this.#check('is one line')
    rows.push(rejectRow(this.#line, `is longer than ${LINE_LIMIT} bytes`))
    this.#isSkipping = true
    this.#pending = Buffer.alloc(0)
  }

  #read(bytes: Buffer, rows: ImportRow[]): void {
    const text = bytes
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .trim()
    if (text === '') return
    if (bytes.length > LINE_LIMIT) {
      this.#check('has one very long line')
      rows.push(rejectRow(this.#line, `is longer than ${LINE_LIMIT} bytes`))
      return
    }
    const value = parseObject(text)
    if (value === undefined) {
      this.#check(text.startsWith('[') ? 'is one JSON array' : 'does not begin with a JSON object')
      rows.push(rejectRow(this.#line, 'is not a JSON object'))
      return
    }
    this.#hasBegun = true
    rows.push(this.#readObject(value))
  }

  /** The first line decides whether this is such a file at all. */
  #check(words: string): void {
    if (this.#hasBegun) return
    throw new ProblemError(
      422,
      'not-ndjson',
      `The file ${words}; nothing was imported`,
      'Send one JSON object a line (application/x-ndjson, UTF-8), or CSV with content-type: text/csv.',
    )
  }

  #readObject(value: Record<string, unknown>): ImportRow {
    const row = makeRow(this.#line)
    for (const [name, cell] of Object.entries(value)) {
      if (cell === null || cell === '') continue
      const problem = this.#assign(row, this.#meaning(name), cell)
      if (problem) return rejectRow(this.#line, problem)
    }
    const problem = findBadJson(row.attributes)
    return problem ? rejectRow(this.#line, problem) : row
  }

  #meaning(name: string): string {
    let meaning = this.#meanings.get(name)
    if (meaning === undefined) {
      meaning = this.#mapping.get(name) ?? KNOWN.get(columnKey(name)) ?? attributeKey(name)
      // what a file makes up in every line is not worth keeping
      if (this.#meanings.size < 1000) {
        this.#meanings.set(name, meaning)
        this.#onKey?.(name, meaning)
      }
    }
    return meaning
  }

  #assign(row: ReturnType<typeof makeRow>, meaning: string, value: unknown): string | undefined {
    if (meaning === 'attributes') {
      if (typeof value !== 'object' || Array.isArray(value)) return 'the attributes are not an object'
      for (const [name, inner] of Object.entries(value as object)) {
        const key = attributeKey(name)
        if (key !== '') row.attributes[key] = inner
      }
      return undefined
    }
    if (!FIELDS.has(meaning)) {
      if (meaning !== '') row.attributes[meaning] = value
      return undefined
    }
    if (typeof value === 'object') return `${meaning} is not a text`
    const text = String(value).trim()
    if (meaning === 'email') row.email = text
    else if (meaning === 'first_name') row.firstName = text
    else if (meaning === 'last_name') row.lastName = text
    else if (meaning === 'opt_out') row.status ??= isYes(text) ? 'unsubscribed' : null
    else {
      const status = readStatus(text)
      if (status) row.status = status
      else row.attributes.status = text
    }
    return findBadText(text) ?? (text.isWellFormed() ? undefined : 'contains half a character')
  }
}

const FIELDS = new Set(['email', 'first_name', 'last_name', 'status', 'opt_out'])

const readTarget = (target: string) =>
  FIELDS.has(target.trim()) || target.trim() === 'attributes'
    ? target.trim()
    : attributeKey(target.replace(/^\s*attributes\./, ''))

function parseObject(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
