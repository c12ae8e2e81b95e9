import type { Bench, BenchContext, Row } from '../bench.ts'
import { createAudience } from '../world/audience.ts'
import { type Server, startServer } from '../world/database.ts'
import { type Delivery, runDelivery } from '../world/delivery.ts'
import { type Sink, startSink } from '../world/sink.ts'

const SERVICES = { short: [1, 2], long: [1, 2, 4, 8] }
const MAILS = { short: 400, long: 16_000 }
const RUNS = { short: 1, long: 2 }
const CONNECTIONS = 20
const CAMPAIGNS = [8, 1]

export const bench: Bench = {
  name: 'scale',
  about:
    'mails a second of 1, 2, 4 and 8 services on one database, with 8 campaigns and with one, once they have sent as many',
  run,
}

async function run(context: BenchContext): Promise<Row[]> {
  const size = context.short ? 'short' : 'long'
  const server = await startServer(context)
  const sink = await startSink(context)
  const rows: Row[] = []
  for (const campaigns of CAMPAIGNS) {
    let one: number[] = []
    for (const services of SERVICES[size]) {
      const deliveries: Delivery[] = []
      for (let run = 0; run < RUNS[size]; run++) {
        deliveries.push(await deliver(context, server, sink, { services, campaigns, mails: MAILS[size] }))
      }
      const row = describeRow(deliveries, services, campaigns)
      if (services === 1) one = row.runs
      // a little slower is noise, of which there is more with more processes
      else
        Object.assign(row, {
          yardstick: { name: 'one service', runs: one },
          limits: [{ of: 'ratio', atLeast: 0.95 }],
        })
      rows.push(row)
    }
  }
  return rows
}

async function deliver(
  context: BenchContext,
  server: Server,
  sink: Sink,
  { services, campaigns, mails }: { services: number; campaigns: number; mails: number },
): Promise<Delivery> {
  const database = await server.createDatabase()
  const lists = await createAudience(database, { contacts: 2 * mails, lists: 2 * campaigns })
  const delivery = await runDelivery(context, {
    database,
    sink,
    services,
    connections: CONNECTIONS,
    lists: lists.slice(campaigns),
    warmUpLists: lists.slice(0, campaigns),
    mails,
  })
  await server.dropDatabase(database)
  context.log(`${services} services, ${campaigns} campaigns: ${delivery.rate.toFixed(0)} mails/s`)
  return delivery
}

function describeRow(deliveries: Delivery[], services: number, campaigns: number): Row {
  const runs = deliveries.map(({ rate }) => rate)
  const top = deliveries[runs.indexOf(Math.max(...runs))]!
  return {
    name: `${services} ${services === 1 ? 'service' : 'services'}, ${campaigns} ${campaigns === 1 ? 'campaign' : 'campaigns'}`,
    unit: 'mails/s',
    better: 'more',
    runs,
    details: {
      'CPU, ms a mail': `node ${top.nodeMs.toFixed(2)}, PostgreSQL ${top.postgresMs.toFixed(2)}`,
      'sessions that waited for a lock': `${(100 * top.lockShare).toFixed(0)} %`,
    },
  }
}
