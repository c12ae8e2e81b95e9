import pg from 'pg'
import { askForText, askForValues } from '../db/asking.ts'
import { findEmbeddedPostgres, postgresFolder } from '../embedded/postgres.ts'
import { explain } from '../errors.ts'
import { CommandError } from './failure.ts'
import type { Output } from './output.ts'

const NUMBERS: number[] = [
  pg.types.builtins.INT2,
  pg.types.builtins.INT4,
  pg.types.builtins.INT8,
  pg.types.builtins.FLOAT8,
  pg.types.builtins.NUMERIC,
]
const NOT_ALLOWED = '42501'

/** Prints what the statements answer. */
export async function askDatabase(statements: string, output: Output): Promise<void> {
  const url = await findUrl()
  await run(url, statements, output).catch(error => {
    const isForbidden = error.code === NOT_ALLOWED && !process.env.MIGRATE_DATABASE_URL
    const advice = isForbidden ? ": set MIGRATE_DATABASE_URL to a DBA's login" : ''
    throw new CommandError(`${explain(error)}${advice}`)
  })
}

async function findUrl(): Promise<string> {
  const given = process.env.MIGRATE_DATABASE_URL || process.env.DATABASE_URL
  if (given) return given
  const folder = postgresFolder(process.env.STATE_FOLDER || '.daybatch')
  const embedded = await findEmbeddedPostgres(folder)
  if (!embedded)
    throw new CommandError(
      `no embedded database runs in ${folder}: start it by npx daybatch serve, or set DATABASE_URL`,
    )
  return embedded.url
}

async function run(url: string, statements: string, output: Output): Promise<void> {
  const notice = (line: string) => console.error(line)
  if (!output.isJson) for (const result of await askForText(url, statements, notice)) print(result)
  else
    for (const { rows } of await askForValues(url, statements, notice))
      for (const row of rows) output.tell(row, [])
}

function print({ command, rowCount, fields, rows }: pg.QueryArrayResult): void {
  if (fields.length === 0) {
    console.log(rowCount === null ? command : `${command} ${rowCount}`)
    return
  }
  const lines = [fields.map(({ name }) => name), ...rows.map(row => row.map(show))]
  const widths = fields.map((_, column) => Math.max(...lines.map(line => line[column]!.length)))
  const write = (line: string[], padded: (cell: string, column: number) => string) =>
    console.log(line.map(padded).join(' | ').trimEnd())
  write(lines[0]!, (cell, column) => cell.padEnd(widths[column]!))
  console.log(widths.map(width => '-'.repeat(width)).join('-+-'))
  for (const line of lines.slice(1)) {
    write(line, (cell, column) =>
      NUMBERS.includes(fields[column]!.dataTypeID)
        ? cell.padStart(widths[column]!)
        : cell.padEnd(widths[column]!),
    )
  }
  console.log(`(${rows.length} row${rows.length === 1 ? '' : 's'})`)
}

function show(value: unknown): string {
  return value === null ? '' : String(value).replaceAll('\n', '\\n')
}
