import { shuffle } from '../../../test/helper/random.ts'
import { startDatabases } from '../databases.ts'
import type { Part } from '../part.ts'
import { operations } from '../races/operations.ts'
import { describeRace, listRaces, RaceTrack } from '../races/race.ts'

const MOST_FAILURES = 20

export const part: Part = {
  name: 'races',
  about: `${operations.length} operations in ordered pairs on two connections, in every stage, meeting and isolation level`,
  runs: { short: 400, long: 50_000 },
  async run(context) {
    const databases = await startDatabases(context)
    const track = await RaceTrack.open(await databases.create())
    context.teardown(() => track.close())
    const all = listRaces()
    const races = shuffle(all, context.random).slice(0, context.runs)
    const failures: string[] = []
    const counts = { blocked: 0, retried: 0 }
    for (const [index, race] of races.entries()) {
      const { anomalies, wasBlocked, retries } = await track.run(race)
      if (wasBlocked) counts.blocked += 1
      counts.retried += retries
      for (const anomaly of anomalies) failures.push(`${describeRace(race)}: ${anomaly}`)
      if (failures.length > MOST_FAILURES) break
      if (index % 500 === 0) context.log(`${index} of ${races.length} races`)
    }
    return {
      runs: races.length,
      duplicates: 0,
      lost: 0,
      in_doubt: 0,
      over_limit: 0,
      failures,
      details: { 'of all': all.length, ...counts },
    }
  },
}
