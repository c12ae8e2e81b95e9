import type { Bench, BenchContext, Row } from '../bench.ts'
import { createAudience } from '../world/audience.ts'
import { startServer } from '../world/database.ts'
import { runDelivery } from '../world/delivery.ts'
import { runPlainLoop } from '../world/plain-loop.ts'
import { startSink } from '../world/sink.ts'

const DELAY_MS = 50
const CONNECTIONS = 100
const MAILS = { short: 1_000, long: 10_000 }
const RUNS = { short: 1, long: 3 }

export const bench: Bench = {
  name: 'latency',
  about: `mails a second at a server that takes ${DELAY_MS} ms for each reply, ${CONNECTIONS} connections`,
  run,
}

async function run(context: BenchContext): Promise<Row[]> {
  const size = context.short ? 'short' : 'long'
  const mails = MAILS[size]
  const server = await startServer(context)
  const sink = await startSink(context, { delayMs: DELAY_MS })
  const runs: number[] = []
  const plain: number[] = []
  for (let run = 0; run < RUNS[size]; run++) {
    plain.push((await runPlainLoop(sink, { connections: CONNECTIONS, mails })).rate)
    const database = await server.createDatabase()
    const lists = await createAudience(database, { contacts: mails })
    const options = { database, sink, services: 1, connections: CONNECTIONS, lists, mails }
    runs.push((await runDelivery(context, options)).rate)
    await server.dropDatabase(database)
    context.log(`plain loop ${plain.at(-1)!.toFixed(0)} mails/s, service ${runs.at(-1)!.toFixed(0)}`)
  }
  return [
    {
      name: 'one service',
      unit: 'mails/s',
      better: 'more',
      runs,
      yardstick: { name: 'the plain loop', runs: plain },
      limits: [{ of: 'ratio', atLeast: 0.95 }],
    },
  ]
}
