import { ProblemError } from '../errors.ts'
import {
  columnKey,
  detectFormat,
  type Format,
  type FormatName,
  isInactive,
  isYes,
  readStatus,
} from './formats.ts'
import { findBadText, type ImportRow, makeRow, rejectRow } from './row.ts'

type Field = 'email' | 'first_name' | 'last_name' | 'attributes' | 'status' | 'opt_out'
type Column = Field | { attribute: string } | 'left_out'

/** A contact with more columns is none; the names of as many of one name would take minutes to tell apart. */
const COLUMN_LIMIT = 1000
const DELIMITERS = [',', ';', '\t', '|']

/** Names as they stand in exported files, without case, spaces and punctuation. */
export const KNOWN: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['email', 'email'],
  ['emailaddress', 'email'],
  ['mail', 'email'],
  ['firstname', 'first_name'],
  ['givenname', 'first_name'],
  ['forename', 'first_name'],
  ['lastname', 'last_name'],
  ['surname', 'last_name'],
  ['familyname', 'last_name'],
  ['attributes', 'attributes'],
  ['status', 'status'],
  ['subscriptionstatus', 'status'],
  ['unsubscribed', 'opt_out'],
  ['unsubscribedat', 'opt_out'],
  ['donotemail', 'opt_out'],
  ['donotcontact', 'opt_out'],
  ['optout', 'opt_out'],
  ['optedout', 'opt_out'],
])

/** What the caller says of the columns: a column's name, and the field or attribute it is; an empty text leaves it out. */
export type Mapping = Record<string, string>

export interface HeaderOptions {
  mapping?: Mapping | undefined
  fileName?: string | undefined
  /** A look at a file, whose columns somebody may still name: it may lack e-mail addresses. */
  isPreview?: boolean | undefined
}

/** The delimiter that occurs most often in the header line outside quotes; a comma when there is none. */
export function detectDelimiter(headerLine: string): string {
  const bare = headerLine.replace(/"[^"]*"/g, '')
  const counts = DELIMITERS.map(delimiter => bare.split(delimiter).length)
  return DELIMITERS[counts.indexOf(Math.max(...counts))] as string
}

/** What the columns of a file mean. Throws a problem when none holds e-mail addresses, unless it is only looked at. */
export class Header {
  readonly names: string[]
  readonly #columns: Column[]
  readonly #format: Format

  constructor(names: string[], { mapping, fileName, isPreview }: HeaderOptions = {}) {
    if (names.length > COLUMN_LIMIT) {
      throw new ProblemError(
        422,
        'too-many-columns',
        `The file has ${names.length} columns; nothing was imported`,
        `At most ${COLUMN_LIMIT} are read. Is its delimiter one of , ; | or a tab?`,
      )
    }
    this.names = names.map(name => name.trim())
    this.#format = detectFormat(this.names, fileName)
    this.#columns = nameColumns(this.names, this.#format, readMapping(this.names, mapping))
    if (!isPreview && !this.#columns.includes('email')) throw noEmailColumn(this.names)
  }

  get format(): FormatName {
    return this.#format.name
  }

  /** What each column becomes, as a mapping writes it: a field, the key of an attribute, or null when it is left out. */
  describe(): { name: string; becomes: string | null }[] {
    return this.#columns.map((column, index) => ({
      name: this.names[index]!,
      becomes: column === 'left_out' ? null : typeof column === 'string' ? column : column.attribute,
    }))
  }

  /** A record of the file as a row: other columns become attributes, empty cells become nothing. */
  readRow(line: number, cells: string[], isChecked = false): ImportRow {
    const columns = this.#columns
    if (cells.length < columns.length || hasSurplus(cells, columns.length)) {
      return rejectRow(line, `has ${cells.length} columns, the header has ${columns.length}`)
    }
    const row = makeRow(line)
    row.status = this.#format.status
    for (let index = 0; index < columns.length; index++) {
      const text = unquote(cells[index]!.trim())
      const problem = isChecked ? undefined : findBadText(text)
      if (problem) return rejectRow(line, problem)
      if (text !== '') this.#assign(row, columns[index]!, text)
    }
    return row
  }

  #assign(row: ReturnType<typeof makeRow>, column: Column, text: string): void {
    if (typeof column === 'object') row.attributes[column.attribute] = text
    else if (column === 'email') row.email = text
    else if (column === 'first_name') row.firstName = text
    else if (column === 'last_name') row.lastName = text
    else if (column === 'attributes') readAttributes(row, text)
    else if (column === 'opt_out') row.status ??= isYes(text) ? 'unsubscribed' : null
    else if (column === 'status') {
      const status = readStatus(text)
      if (status) row.status = status
      else if (isInactive(this.#format, text)) row.rejection = `is ${text.toLowerCase()} there`
      else if (this.#format.name !== 'listmonk') row.attributes.status = text
    }
  }
}

function hasSurplus(cells: string[], count: number): boolean {
  for (let index = count; index < cells.length; index++) if (cells[index] !== '') return true
  return false
}

/** An export of ours guards a text that a spreadsheet would take for a formula by an apostrophe. */
const unquote = (text: string) => (/^'+[=+\-@]/.test(text) ? text.slice(1) : text)

/** listmonk and our own export: a column of JSON objects; other text stays what it is. */
function readAttributes(row: ReturnType<typeof makeRow>, text: string): void {
  if (text.startsWith('{')) {
    try {
      for (const [name, value] of Object.entries(JSON.parse(text))) {
        const key = attributeKey(name)
        if (key !== '') row.attributes[key] = value
      }
      row.rejection ??= findBadJson(row.attributes) ?? null
      return
    } catch {
      // a text that begins like one
    }
  }
  row.attributes.attributes = text
}

const DEPTH_LIMIT = 32
// what JSON.stringify writes for NUL and for halves of characters, which Postgres does not store
const BAD_ESCAPE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/

/** Why Postgres could not store a value as jsonb, or nobody could use it. */
export function findBadJson(value: unknown): string | undefined {
  if (isDeeperThan(value, DEPTH_LIMIT))
    return `has attributes that are nested deeper than ${DEPTH_LIMIT} levels`
  const text = JSON.stringify(value)
  if (BAD_ESCAPE.test(text)) return 'contains a NUL character, or half of one'
  return text.includes('\ufffd') ? findBadText(text) : undefined
}

function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return depth === 0 || Object.values(value).some(inner => isDeeperThan(inner, depth - 1))
}

function readMapping(names: string[], mapping: Mapping = {}): Map<number, Column> {
  const columns = new Map<number, Column>()
  for (const [name, target] of Object.entries(mapping)) {
    let index = names.indexOf(name.trim())
    if (index < 0) index = names.findIndex(other => columnKey(other) === columnKey(name))
    if (index < 0) {
      throw new ProblemError(
        422,
        'unknown-column',
        `The file has no column "${name}"; nothing was imported`,
        `Its columns are: ${names.join(', ').slice(0, 500)}.`,
      )
    }
    columns.set(index, readTarget(name, target))
  }
  const fields = [...columns.values()].filter(column => typeof column === 'string' && column !== 'left_out')
  if (new Set(fields).size < fields.length)
    throw badMapping(
      'Two columns cannot be the same field',
      'Map one of them to an attribute of another name.',
    )
  return columns
}

const FIELDS = new Set<string>(['email', 'first_name', 'last_name', 'attributes', 'status', 'opt_out'])

function readTarget(name: string, target: string): Column {
  if (target.trim() === '') return 'left_out'
  if (FIELDS.has(target)) return target as Field
  const key = attributeKey(target.replace(/^attributes\./, ''))
  if (key === '') throw badMapping(`"${target}" cannot be what "${name}" becomes`, HOW_TO_MAP)
  return { attribute: key }
}

const HOW_TO_MAP =
  'A column becomes email, first_name, last_name, status, opt_out, an attribute by its key, or, with an empty text, nothing.'

const badMapping = (title: string, detail: string) => new ProblemError(422, 'invalid-mapping', title, detail)

/** The first column of a known name has its meaning; a second one of that name is an attribute like any other. */
function nameColumns(names: string[], format: Format, mapped: Map<number, Column>): Column[] {
  const given = [...mapped.values()]
  const taken = new Set<string>(given.map(column => (typeof column === 'object' ? column.attribute : column)))
  return names.map((name, index) => {
    const chosen = mapped.get(index)
    if (chosen) return chosen
    const plain = columnKey(name)
    if (name === '' || format.left_out.has(plain)) return 'left_out'
    const known = KNOWN.get(plain)
    if (known && (known === 'opt_out' || !taken.has(known))) {
      taken.add(known)
      return known
    }
    return { attribute: makeUnique(attributeKey(name) || `column_${index + 1}`, taken) }
  })
}

function makeUnique(key: string, taken: Set<string>): string {
  let unique = key
  for (let n = 2; taken.has(unique); n++) unique = `${key}_${n}`
  taken.add(unique)
  return unique
}

function noEmailColumn(names: string[]): ProblemError {
  const detail = names.some(name => name.includes('@'))
    ? 'The first line must name the columns, e.g. email,first_name,last_name.'
    : `Its columns are: ${names.join(', ').slice(0, 500)}. Name the one with the addresses email, or map it.`
  return new ProblemError(
    422,
    'no-email-column',
    'The file has no e-mail column; nothing was imported',
    detail,
  )
}

/** A key that a template can name, `[a-z_][a-z0-9_]*`: "Order Total", "orderTotal" -> order_total, "Größe" -> gro_e. */
export function attributeKey(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .replace(/^(?=\d)/, '_')
}
