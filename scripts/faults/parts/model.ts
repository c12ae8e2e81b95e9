import { startDatabases } from '../databases.ts'
import { noFigures, playHistories } from '../model/history.ts'
import type { Part } from '../part.ts'

/** Databases at work at once, each with histories of its own. */
const DATABASES = 2

export const part: Part = {
  name: 'model',
  about:
    'random histories of campaigns, workers and people, played on the database and on a model of the rules',
  runs: { short: 200, long: 20_000 },
  async run(context) {
    const databases = await startDatabases(context)
    const figures = { ...noFigures }
    const start = performance.now()
    const counterexamples = await Promise.all(
      Array.from({ length: DATABASES }, async (_, index) => {
        const runs = Math.ceil(context.runs / DATABASES)
        return playHistories(await databases.create(), { seed: context.seed + index, runs }, figures)
      }),
    )
    const seconds = (performance.now() - start) / 1000
    const { in_doubt, ...details } = figures
    return {
      duplicates: 0,
      lost: 0,
      in_doubt,
      over_limit: 0,
      failures: counterexamples.filter(text => text !== undefined),
      details: { ...details, 'histories/s': Math.round(figures.histories / seconds) },
    }
  },
}
