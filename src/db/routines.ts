import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import pg from 'pg'

/** The object that a file names is made by a file that comes later: undefined table, type, function, schema. */
const NOT_YET_THERE = ['42P01', '42704', '42883', '3F000']

/**
 * Applies everything stateless in one transaction: retired.sql, functions and views, triggers.sql, grants.sql.
 * `create or replace` of everything at once fails no call of a running service.
 */
export async function applyRoutines(client: pg.Client, sqlFolder: string): Promise<void> {
  await client.query('begin')
  try {
    // language sql bodies may name functions that come later; with an empty path every name must be qualified,
    // and PostgreSQL prints definitions, which triggers.sql compares, in one way only
    await client.query(`set local check_function_bodies = off; set local search_path = ''`)
    await applyFile(client, sqlFolder, 'retired.sql')
    await applyAll(client, sqlFolder, [
      ...(await listFiles(sqlFolder, 'functions')),
      ...(await listFiles(sqlFolder, 'views')),
    ])
    await applyFile(client, sqlFolder, 'triggers.sql')
    await applyFile(client, sqlFolder, 'grants.sql')
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}

/** In the order of their names; files that need a later one are tried again until nothing more succeeds. */
async function applyAll(client: pg.Client, sqlFolder: string, files: string[]): Promise<void> {
  let waiting = files
  while (waiting.length > 0) {
    const refused: string[] = []
    let refusal: unknown
    for (const file of waiting) {
      await client.query('savepoint before_file')
      try {
        await applyFile(client, sqlFolder, file)
        await client.query('release savepoint before_file')
      } catch (error) {
        if (!NOT_YET_THERE.includes((error as Error & { code?: string }).code ?? '')) throw error
        await client.query('rollback to savepoint before_file')
        refusal ??= error
        refused.push(file)
      }
    }
    if (refused.length === waiting.length) throw refusal
    waiting = refused
  }
}

async function listFiles(sqlFolder: string, folder: string): Promise<string[]> {
  const names = await readdir(join(sqlFolder, folder)).catch(() => [])
  return names
    .filter(name => name.endsWith('.sql'))
    .sort()
    .map(name => join(folder, name))
}

/** Runs one file if it is there. An error names the file and the line. */
export async function applyFile(client: pg.Client, sqlFolder: string, file: string): Promise<void> {
  const path = join(sqlFolder, file)
  const text = await readFile(path, 'utf8').catch(error => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  if (text.trim() === '') return
  try {
    await client.query(text)
  } catch (error) {
    throw locate(error, relative(join(sqlFolder, '..'), path), text)
  }
}

function locate(error: unknown, file: string, text: string): unknown {
  if (!(error instanceof pg.DatabaseError)) return error
  const line = error.position ? `:${text.slice(0, Number(error.position)).split('\n').length}` : ''
  return Object.assign(new Error(`${file}${line}: ${error.message}`, { cause: error }), {
    code: error.code,
    hint: error.hint,
  })
}
