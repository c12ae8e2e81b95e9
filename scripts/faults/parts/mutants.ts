import { cp, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { TEMPLATE } from '../../../test/helper/cluster.ts'
import { shuffle } from '../../../test/helper/random.ts'
import { type Databases, startDatabases } from '../databases.ts'
import { type CheckPlace, runCheck } from '../mutants/checks.ts'
import { databaseMutants } from '../mutants/database-mutants.ts'
import { type CheckName, type Mutant, mutateDatabase, mutateSource } from '../mutants/mutant.ts'
import { sourceMutants } from '../mutants/source-mutants.ts'
import type { Part } from '../part.ts'

const SOURCES = ['src', 'test', 'sql', 'scripts', 'package.json', 'tsconfig.json', '.taprc']
const ROOT = join(import.meta.dirname, '../../..')
const all = [...databaseMutants, ...sourceMutants]

export const part: Part = {
  name: 'mutants',
  about: 'one guard taken away at a time, of the database or of the source: some check must fail',
  // the short form takes others each time: all of them take ten minutes
  runs: { short: 15, long: all.length },
  async run(context) {
    const databases = await startDatabases(context)
    const folder = await copySources(context.folder)
    const place = { clusterUrl: databases.url, folder, seed: context.seed }
    const mutants = shuffle(all, context.random).slice(0, context.runs)
    const failures: string[] = []
    const kills: Kill[] = []
    for (const mutant of mutants) {
      const isSource = sourceMutants.includes(mutant)
      const kill = await (isSource
        ? killSource(mutant, databases, place)
        : killDatabase(mutant, databases, place))
      context.log(kill ? `${mutant.guard}: ${kill.check}: ${kill.finding}` : `${mutant.guard} SURVIVES`)
      if (kill) kills.push(kill)
      else failures.push(`nothing fails without: ${mutant.guard} (tried ${mutant.checks.join(', ')})`)
    }
    failures.push(...(await checkUnmutated(kills, databases, place)))
    return {
      duplicates: 0,
      lost: 0,
      in_doubt: 0,
      over_limit: 0,
      failures,
      details: {
        killed: `${kills.length} of ${mutants.length}`,
        ...Object.fromEntries(kills.map(({ mutant, check }) => [mutant.guard, check])),
      },
    }
  },
}

interface Kill {
  mutant: Mutant
  check: CheckName
  finding: string
  reach: number
}

type Place = Omit<CheckPlace, 'create'>

/** The mutated database is the template of all that the checks make, also of test files. */
async function killDatabase(mutant: Mutant, databases: Databases, place: Place): Promise<Kill | undefined> {
  const url = await databases.create()
  try {
    await mutateDatabase(place.folder, url, mutant)
    const own = { ...place, create: () => databases.create(url) }
    return await kill(mutant, own, work => databases.instead(TEMPLATE, url, work))
  } finally {
    await databases.drop(url)
  }
}

async function killSource(mutant: Mutant, databases: Databases, place: Place): Promise<Kill | undefined> {
  const restore = await mutateSource(place.folder, mutant)
  try {
    return await kill(mutant, { ...place, create: () => databases.create() }, work => work())
  } finally {
    await restore()
  }
}

/** Tries the mutant's checks until one fails. */
async function kill(
  mutant: Mutant,
  place: CheckPlace,
  forTests: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<Kill | undefined> {
  for (const check of mutant.checks) {
    const run = () => runCheck(check, place)
    const { finding, reach } = await (check.startsWith('test/') ? forTests(run) : run())
    if (finding !== undefined) return { mutant, check, finding, reach }
  }
  return undefined
}

/** A check that fails with every guard in place too, as far as it went, proves nothing. */
async function checkUnmutated(kills: Kill[], databases: Databases, place: Place): Promise<string[]> {
  const reaches = new Map<CheckName, number>()
  for (const { check, reach } of kills) reaches.set(check, Math.max(reach, reaches.get(check) ?? 0))
  const failures: string[] = []
  for (const [check, reach] of reaches) {
    const { finding } = await runCheck(check, { ...place, create: () => databases.create() }, reach)
    if (finding !== undefined) failures.push(`${check} fails with every guard in place: ${finding}`)
  }
  return failures
}

async function copySources(folder: string): Promise<string> {
  const copy = join(folder, 'tree')
  for (const name of SOURCES) await cp(join(ROOT, name), join(copy, name), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  return copy
}
