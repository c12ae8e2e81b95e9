import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import pg from 'pg'
import { ViewLedger } from './views.ts'

/**
 * For the transaction that applies the routines. Bodies in language sql may name functions that come later; with an
 * empty path every name must be qualified, and PostgreSQL prints definitions, which triggers.sql compares, in one way.
 */
export const ROUTINE_SETTINGS = `set local check_function_bodies = off; set local search_path = ''`

interface Routine {
  /** Path below the SQL folder. */
  file: string
  name: string
  text: string
}

/**
 * Everything stateless, as files below the SQL folder, in the order in which it is applied: retired.sql, functions
 * and views by name (but each after what it needs), triggers.sql, grants.sql.
 */
export async function listRoutines(sqlFolder: string): Promise<string[]> {
  const routines = [
    ...(await readRoutines(sqlFolder, 'functions')),
    ...(await readRoutines(sqlFolder, 'views')),
  ]
  return ['retired.sql', ...sortByNeed(routines).map(({ file }) => file), 'triggers.sql', 'grants.sql']
}

/**
 * Applies everything stateless in one transaction. `create or replace` of everything at once fails no call of a
 * running service; views that are as this would make them are left alone, since replacing one waits for its readers.
 */
export async function applyRoutines(client: pg.Client, sqlFolder: string): Promise<void> {
  await client.query('begin')
  try {
    await client.query(ROUTINE_SETTINGS)
    const views = await ViewLedger.read(client)
    for (const file of await listRoutines(sqlFolder)) {
      if (!file.startsWith('views')) await applyFile(client, sqlFolder, file)
      else await views.apply(file, await readSql(sqlFolder, file), () => applyFile(client, sqlFolder, file))
    }
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}

async function readRoutines(sqlFolder: string, folder: string): Promise<Routine[]> {
  const names = await readdir(join(sqlFolder, folder)).catch(() => [])
  return Promise.all(
    names
      .filter(name => name.endsWith('.sql'))
      .sort()
      .map(async name => {
        const file = join(folder, name)
        return { file, name: name.replace(/\.sql$/, ''), text: await readFile(join(sqlFolder, file), 'utf8') }
      }),
  )
}

function sortByNeed(routines: Routine[]): Routine[] {
  const byName = new Map(routines.map(routine => [routine.name, routine]))
  const sorted = new Set<Routine>()
  const seen = new Set<Routine>()
  const add = (routine: Routine) => {
    if (seen.has(routine)) return
    seen.add(routine)
    for (const name of listNeeds(routine)) {
      const needed = byName.get(name)
      if (needed) add(needed)
    }
    sorted.add(routine)
  }
  for (const routine of routines) add(routine)
  return [...sorted]
}

/** What must be there when the file is applied: of a function only what its signature names, not its body. */
function listNeeds({ file, text }: Routine): string[] {
  const code = text.replaceAll(/--.*$/gm, '').replaceAll(/^comment on [^;]*;/gm, '')
  const looked = file.startsWith('functions') ? code.split(/\bas \$|\bas '/)[0]! : code
  return [...looked.matchAll(/\bdaybatch\.(\w+)/g)].map(([, name]) => name!)
}

/** Runs one file if it is there. An error names the file and the line. */
export async function applyFile(client: pg.Client, sqlFolder: string, file: string): Promise<void> {
  const text = await readSql(sqlFolder, file)
  if (text.trim() === '') return
  try {
    await client.query(text)
  } catch (error) {
    throw locate(error, relative(join(sqlFolder, '..'), join(sqlFolder, file)), text)
  }
}

/** The text of a file below the SQL folder; empty when it is not there. */
export function readSql(sqlFolder: string, file: string): Promise<string> {
  return readFile(join(sqlFolder, file), 'utf8').catch(error => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
}

function locate(error: unknown, file: string, text: string): unknown {
  if (!(error instanceof pg.DatabaseError)) return error
  const line = error.position ? `:${text.slice(0, Number(error.position)).split('\n').length}` : ''
  return Object.assign(new Error(`${file}${line}: ${error.message}`, { cause: error }), {
    code: error.code,
    hint: error.hint,
  })
}
