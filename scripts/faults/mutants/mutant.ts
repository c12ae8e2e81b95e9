import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runOnce } from '../databases.ts'

/** One guard taken away. */
export interface Mutant {
  /** The guard, in the words of the guide. */
  guard: string
  /** Statements that take it out of a database: constraints, indexes, triggers. */
  statements?: string
  /** Texts to replace in files of the source tree; the functions' files are applied to a database. */
  edits?: Edit[]
  /** Which checks are tried, until one fails. */
  checks: CheckName[]
}

export interface Edit {
  /** From the top folder. */
  file: string
  from: string
  to: string
}

/** `races of <operation>, ...`: each of them against each, in every stage. */
export type CheckName = 'impossible rows' | `races of ${string}` | 'model' | 'clock' | `test/${string}`

/** A fragment that is gone, or stands there twice, makes the mutant meaningless: it must be written anew. */
export async function readMutated(folder: string, { file, from, to }: Edit): Promise<string> {
  const text = await readFile(join(folder, file), 'utf8')
  const count = text.split(from).length - 1
  if (count !== 1) throw new Error(`${file} holds ${count} times: ${from}`)
  return text.replace(from, () => to)
}

/** Takes the guard out of a database. */
export async function mutateDatabase(folder: string, url: string, mutant: Mutant): Promise<void> {
  if (mutant.statements !== undefined) await runOnce(url, mutant.statements)
  for (const edit of mutant.edits ?? []) await runOnce(url, await readMutated(folder, edit))
}

/** Takes the guard out of a copy of the source tree, or puts it back. */
export async function mutateSource(folder: string, mutant: Mutant): Promise<() => Promise<void>> {
  const originals: [path: string, text: string][] = []
  for (const edit of mutant.edits ?? []) {
    const path = join(folder, edit.file)
    originals.push([path, await readFile(path, 'utf8')])
    await writeFile(path, await readMutated(folder, edit))
  }
  return async () => {
    for (const [path, text] of originals.reverse()) await writeFile(path, text)
  }
}
