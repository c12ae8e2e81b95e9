import { type Bench, type BenchContext, best, type Row } from '../bench.ts'
import { createAudience } from '../world/audience.ts'
import { listSlowest, type Server, startServer } from '../world/database.ts'
import { type Delivery, runDelivery } from '../world/delivery.ts'
import { runPlainLoop } from '../world/plain-loop.ts'
import { runSmtpSource, type Sink, startSink } from '../world/sink.ts'

const MAILS = { short: 1_000, long: 20_000 }
/** The plain loop's rate is steady after the first second. */
const PLAIN_MAILS = { short: 1_000, long: 8_000 }
const RUNS = { short: 1, long: 4 }
const CONNECTIONS = { short: [20], long: [10, 20, 50, 100] }
const USUAL = 20

export const bench: Bench = {
  name: 'send',
  about:
    'mails a second end to end (claim, begin, SMTP, report, close), one batch of html and text with 3 fields',
  run,
}

/** What was measured with one number of connections. */
interface Measured {
  connections: number
  deliveries: Delivery[]
  plain: number[]
  plainCpu: number[]
}

async function run(context: BenchContext): Promise<Row[]> {
  const size = context.short ? 'short' : 'long'
  const server = await startServer(context)
  const sink = await startSink(context)
  const measured: Measured[] = CONNECTIONS[size].map(connections => ({
    connections,
    deliveries: [],
    plain: [],
    plainCpu: [],
  }))
  // in rounds: a machine that is shared is faster in one minute than in the next, and each number meets every minute
  for (let run = 0; run < RUNS[size]; run++)
    for (const one of measured) await measure(context, server, sink, one)
  const fastest = findBest(measured, ({ deliveries }) => rates(deliveries))
  const two = await deliver(context, server, sink, { services: 2, connections: fastest.connections })
  return [
    ...listRows(measured, fastest),
    {
      name: `two services, ${fastest.connections} connections each`,
      ...figure([two]),
      yardstick: { name: 'one service', runs: rates(fastest.deliveries) },
    },
    await measureLimit(sink, PLAIN_MAILS[size]),
  ]
}

async function measure(context: BenchContext, server: Server, sink: Sink, one: Measured): Promise<void> {
  const { connections } = one
  const plain = await runPlainLoop(sink, {
    connections,
    mails: PLAIN_MAILS[context.short ? 'short' : 'long'],
  })
  one.plain.push(plain.rate)
  one.plainCpu.push(plain.cpuMs)
  const delivery = await deliver(context, server, sink, { services: 1, connections })
  one.deliveries.push(delivery)
  context.log(
    `${connections} connections: plain loop ${plain.rate.toFixed(0)} mails/s with ${plain.cpuMs.toFixed(3)} ms CPU; ` +
      `service ${delivery.rate.toFixed(0)} mails/s, ${describe(delivery)}`,
  )
}

async function deliver(
  context: BenchContext,
  server: Server,
  sink: Sink,
  { services, connections }: { services: number; connections: number },
): Promise<Delivery> {
  const mails = MAILS[context.short ? 'short' : 'long']
  const database = await server.createDatabase()
  const lists = await createAudience(database, { contacts: mails })
  const delivery = await runDelivery(context, { database, sink, services, connections, lists, mails })
  if (context.profile) for (const line of await listSlowest(database)) context.log(line)
  await server.dropDatabase(database)
  return delivery
}

function listRows(measured: Measured[], fastest: Measured): Row[] {
  const plain = findBest(measured, one => one.plain)
  const usual = measured.find(({ connections }) => connections === USUAL)!
  const memory = measured.flatMap(({ deliveries }) => deliveries.map(delivery => delivery.memory))
  const growth = measured.flatMap(({ deliveries }) => deliveries.map(delivery => delivery.memoryGrowth))
  return [
    ...measured.map(one => ({
      name: `one service, ${one.connections} connections`,
      ...figure(one.deliveries),
      yardstick: { name: `the plain loop with ${one.connections}`, runs: one.plain },
      limits: one === usual ? [{ of: 'ratio' as const, atLeast: 1.3 }] : undefined,
    })),
    {
      name: `one service, ${fastest.connections} connections, each at its best number`,
      ...figure(fastest.deliveries),
      yardstick: { name: `the plain loop with ${plain.connections}`, runs: plain.plain },
      limits: [{ of: 'ratio', atLeast: 2 }],
      details: { 'CPU of the plain loop, ms a mail': best(plain.plainCpu, 'less') },
    },
    {
      name: 'memory of a service (RSS, the most in a run)',
      unit: 'MB',
      better: 'less',
      runs: memory,
      limits: [{ of: 'figure', atMost: 200 }],
      details: {
        'at most': Math.max(...memory),
        'more in the last quarter than in the second, at most': Math.max(...growth),
      },
    },
  ]
}

async function measureLimit(sink: Sink, mails: number): Promise<Row> {
  const rate = await runSmtpSource(sink, { connections: USUAL, mails: 2 * mails })
  return {
    name: `what machine and sink can do: smtp-source to ${sink.name}, ${USUAL} connections`,
    unit: 'mails/s',
    better: 'more',
    runs: rate === undefined ? [Number.NaN] : [rate],
  }
}

function figure(deliveries: Delivery[]): Pick<Row, 'unit' | 'better' | 'runs' | 'details'> {
  const runs = rates(deliveries)
  const top = deliveries[runs.indexOf(best(runs, 'more'))]!
  return { unit: 'mails/s', better: 'more', runs, details: { 'ms a mail:': describe(top) } }
}

const rates = (deliveries: Delivery[]) => deliveries.map(({ rate }) => rate)

const describe = ({ nodeMs, postgresMs, databaseMs }: Delivery) =>
  `node CPU ${nodeMs.toFixed(3)}, PostgreSQL CPU ${postgresMs.toFixed(3)}, database time ${databaseMs.toFixed(3)}`

const findBest = (measured: Measured[], runs: (one: Measured) => number[]) =>
  measured.toSorted((a, b) => best(runs(b), 'more') - best(runs(a), 'more'))[0]!
