import { ClockSimulation, DAY } from '../clock/simulation.ts'
import { judgeClock } from '../clock/verdict.ts'
import { startDatabases } from '../databases.ts'
import type { Part } from '../part.ts'

const CAMPAIGNS = 20

export const part: Part = {
  name: 'clock',
  about: `virtual days of ${CAMPAIGNS} campaigns, sessions in zones whose clocks change, outages, a clock set forth and back`,
  runs: { short: 20, long: 400 },
  async run(context) {
    const databases = await startDatabases(context)
    const simulation = await ClockSimulation.open(await databases.create(), context.random)
    context.teardown(() => simulation.close())
    await simulation.start(CAMPAIGNS, context.runs)
    // outages and steps delay a campaign; what takes this long has stopped
    const unfinished = await simulation.run(context.runs * 4 + 200)
    const { batches, early, drifted, failures } = await judgeClock(simulation.db, simulation.log)
    if (unfinished > 0)
      failures.unshift(`${unfinished} campaigns never complete: their chain of batches has ended`)
    const { outages, steps } = simulation.log
    const away = outages.reduce((sum, { from, to }) => sum + to - from, 0)
    return {
      duplicates: 0,
      lost: unfinished,
      in_doubt: 0,
      over_limit: early,
      failures: failures.slice(0, 20),
      ...(outages.length * steps.length === 0 && { void: 'no outage, or no step of the clock' }),
      details: {
        days: context.runs,
        campaigns: CAMPAIGNS,
        batches,
        drifted,
        outages: outages.length,
        'days away': Math.round(away / DAY),
        'steps of the clock': steps.length,
      },
    }
  },
}
