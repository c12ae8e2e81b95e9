import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CommandError } from './failure.ts'

/** npm runs scripts in the project's folder; a path is meant from where the user is. */
export const resolvePath = (path: string): string => resolve(process.env.INIT_CWD ?? '.', path)

/** A file's bytes as a stream; `-` is standard input. */
export async function openFile(path: string): Promise<AsyncIterable<Uint8Array>> {
  if (path === '-') return process.stdin
  await checkFile(path)
  return createReadStream(resolvePath(path))
}

/** A file's text, UTF-8, without the byte order mark that some editors write. */
export async function readText(path: string): Promise<string> {
  await checkFile(path)
  const bytes = await readFile(resolvePath(path))
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new CommandError(`${path} is not UTF-8: save it as UTF-8`)
  }
}

/** Refuses a path that is no file, before anything is begun with it. */
export async function checkFile(path: string): Promise<void> {
  if (path === '-') return
  const place = resolvePath(path)
  const found = await stat(place).catch(error => {
    throw new CommandError(
      error.code === 'ENOENT' ? `there is no file ${place}` : `${place} cannot be read: ${error.message}`,
    )
  })
  if (!found.isFile()) throw new CommandError(`${place} is not a file`)
}
