import { spawn } from 'node:child_process'
import { CLUSTER_VARIABLE } from '../../../test/helper/cluster.ts'
import { createRandom } from '../../../test/helper/random.ts'
import { ClockSimulation } from '../clock/simulation.ts'
import { judgeClock } from '../clock/verdict.ts'
import { noFigures, playHistories } from '../model/history.ts'
import { describeRace, listRaces, RaceTrack } from '../races/race.ts'
import { findPossible } from './impossible-rows.ts'
import type { CheckName } from './mutant.ts'

/** What a check works on: databases are made from a template, tests run in a source tree. */
export interface CheckPlace {
  /** A new database. */
  create(): Promise<string>
  /** Of the cluster, for test files. */
  clusterUrl: string
  folder: string
  seed: number
}

export interface CheckResult {
  /** What failed, in a line; undefined when nothing did. */
  finding?: string | undefined
  /** Histories or races until then. */
  reach: number
}

/** How far a check goes at most. */
const LIMITS: Record<string, number> = { model: 400, clock: 12 }
const RACES_OF = 'races of '
const TEST_LIMIT_MS = 120_000

/** Runs a check until it fails or is through, at most `limit` histories, races or days. */
export async function runCheck(
  name: CheckName,
  place: CheckPlace,
  limit = LIMITS[name] ?? 1,
): Promise<CheckResult> {
  try {
    if (name === 'model') return await findHistory(place, limit)
    if (name.startsWith(RACES_OF)) return await findRace(place, name.slice(RACES_OF.length).split(', '))
    if (name === 'impossible rows') return { finding: await findPossible(await place.create()), reach: 1 }
    if (name === 'clock') return { finding: await findDrift(place, limit), reach: limit }
    return { finding: await findFailingTest(name, place), reach: 1 }
  } catch (error) {
    // a database that does not work at all has failed the check too
    return { finding: (error as Error).message, reach: 1 }
  }
}

async function findHistory({ create, seed }: CheckPlace, limit: number): Promise<CheckResult> {
  const figures = { ...noFigures }
  const found = await playHistories(await create(), { seed, runs: limit, isShort: true }, figures)
  return { finding: found?.split('\n')[0], reach: figures.histories }
}

async function findRace({ create }: CheckPlace, names: string[]): Promise<CheckResult> {
  const track = await RaceTrack.open(await create())
  try {
    // where a lock is missing, this is where it is missed
    const races = listRaces().filter(
      ({ meeting, isolation, first, second }) =>
        meeting === 'held' &&
        isolation === 'read committed' &&
        [first, second].every(({ name }) => names.includes(name)),
    )
    for (const race of races) {
      const [anomaly] = (await track.run(race)).anomalies
      if (anomaly !== undefined) return { finding: `${describeRace(race)}: ${anomaly}`, reach: 1 }
    }
    return { reach: 1 }
  } finally {
    await track.close()
  }
}

async function findDrift({ create, seed }: CheckPlace, days: number): Promise<string | undefined> {
  const simulation = await ClockSimulation.open(await create(), createRandom(seed), ['America/New_York'])
  try {
    await simulation.start(5, days)
    await simulation.run(4 * days)
    return (await judgeClock(simulation.db, simulation.log)).failures[0]
  } finally {
    await simulation.close()
  }
}

/** A test file bare, in a process of its own, on the place's cluster and source tree. */
async function findFailingTest(
  file: string,
  { folder, clusterUrl }: CheckPlace,
): Promise<string | undefined> {
  const child = spawn(process.execPath, [file], {
    cwd: folder,
    env: { ...process.env, [CLUSTER_VARIABLE]: clusterUrl },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: TEST_LIMIT_MS,
  })
  let output = ''
  child.stdout.on('data', chunk => {
    output += chunk
  })
  const code = await new Promise(resolve => child.once('close', resolve))
  if (code === 0) return undefined
  return /not ok \d+ - (.*)/.exec(output)?.[1] ?? `ended with ${code}`
}
