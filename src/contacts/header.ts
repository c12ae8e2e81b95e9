import { ProblemError } from '../errors.ts'
import { findBadText, type ImportRow, rejectRow } from './row.ts'

type Column = 'email' | 'first_name' | 'last_name' | { attribute: string } | 'unnamed'

const DELIMITERS = [',', ';', '\t', '|']

/** Names as they stand in exported files, without case, spaces and punctuation. */
const KNOWN = new Map<string, Column>([
  ['email', 'email'],
  ['emailaddress', 'email'],
  ['mail', 'email'],
  ['firstname', 'first_name'],
  ['givenname', 'first_name'],
  ['forename', 'first_name'],
  ['lastname', 'last_name'],
  ['surname', 'last_name'],
  ['familyname', 'last_name'],
])

/** The delimiter that occurs most often in the header line outside quotes; a comma when there is none. */
export function detectDelimiter(headerLine: string): string {
  const bare = headerLine.replace(/"[^"]*"/g, '')
  const counts = DELIMITERS.map(delimiter => bare.split(delimiter).length)
  return DELIMITERS[counts.indexOf(Math.max(...counts))] as string
}

/** What the columns of a file mean. Throws a problem when none holds e-mail addresses. */
export class Header {
  readonly #columns: Column[]

  constructor(names: string[]) {
    this.#columns = nameColumns(names)
    if (this.#columns.includes('email')) return
    const detail = names.some(name => name.includes('@'))
      ? 'The first line must name the columns, e.g. email,first_name,last_name.'
      : `Its columns are: ${names
          .map(name => name.trim())
          .join(', ')
          .slice(0, 500)}. Name the one with the addresses email.`
    throw new ProblemError(
      422,
      'no-email-column',
      'The file has no e-mail column; nothing was imported',
      detail,
    )
  }

  /** A record of the file as a row: other columns become attributes, empty cells become nothing. */
  readRow(line: number, cells: string[]): ImportRow {
    const surplus = cells.slice(this.#columns.length)
    if (cells.length < this.#columns.length || surplus.some(cell => cell !== '')) {
      return rejectRow(line, `has ${cells.length} columns, the header has ${this.#columns.length}`)
    }
    const row: ImportRow = {
      line,
      email: '',
      firstName: null,
      lastName: null,
      attributes: {},
      rejection: null,
    }
    for (const [index, column] of this.#columns.entries()) {
      const text = (cells[index] as string).trim()
      const problem = findBadText(text)
      if (problem) return rejectRow(line, problem)
      if (text !== '') assign(row, column, text)
    }
    return row
  }
}

function assign(row: ImportRow, column: Column, text: string): void {
  if (column === 'email') row.email = text
  else if (column === 'first_name') row.firstName = text
  else if (column === 'last_name') row.lastName = text
  else if (column !== 'unnamed') (row.attributes as Record<string, unknown>)[column.attribute] = text
}

/** The first column of a known name has its meaning; a second one of that name is an attribute like any other. */
function nameColumns(names: string[]): Column[] {
  const taken = new Set<string>()
  return names.map((name, index) => {
    if (name.trim() === '') return 'unnamed'
    const known = KNOWN.get(name.toLowerCase().replace(/[^a-z]/g, ''))
    if (typeof known === 'string' && !taken.has(known)) {
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
