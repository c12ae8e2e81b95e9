import { setTimeout as delay } from 'node:timers/promises'
import autocannon from 'autocannon'
import type { Bench, BenchContext, Row } from '../bench.ts'
import { createAudience } from '../world/audience.ts'
import { type Database, type Server, startServer } from '../world/database.ts'
import { type Delivery, runDelivery } from '../world/delivery.ts'
import { type Sink, startSink } from '../world/sink.ts'

const MAILS = { short: 1_000, long: 100_000 }
const RUNS = { short: 1, long: 2 }
const CONNECTIONS = 20
/** Of each route, at a steady pace: what some backends and some people at the page ask. */
const RATE = 10
/**
 * Before it is measured, each route is asked so often, twice at once: all sessions of the service are open then, and have
 * made their plans and compiled their code, which takes 50 to 500 ms of the first second and is the start's own time.
 */
const WARM_ROUNDS = 10
/** Read routes; {id} is the campaign that is sending. */
const ROUTES = [
  '/api/campaigns',
  '/api/campaigns/{id}',
  '/api/campaigns/{id}/batches',
  '/api/campaigns/{id}/deliveries',
  '/api/campaigns/{id}/failures',
  '/api/campaigns/{id}/forecast',
  '/api/overview',
  '/health/ready',
  '/metrics',
]

export const bench: Bench = {
  name: 'routes',
  about: `each read route ${RATE} times a second while a campaign of ${MAILS.long} is sending: the 99th percentile, and the campaign beside one nobody asks for`,
  run,
}

async function run(context: BenchContext): Promise<Row[]> {
  const size = context.short ? 'short' : 'long'
  const server = await startServer(context)
  const sink = await startSink(context)
  const times = new Map<string, number[]>()
  const alone: Delivery[] = []
  const asked: Delivery[] = []
  for (let run = 0; run < RUNS[size]; run++) {
    alone.push(await deliver(context, server, sink))
    asked.push(
      await deliver(context, server, sink, (address, id, hasEnded) => ask(address, id, hasEnded, times)),
    )
    context.log(
      `${alone.at(-1)!.rate.toFixed(0)} mails/s alone, ${asked.at(-1)!.rate.toFixed(0)} beside the requests`,
    )
  }
  return [
    ...[...times].map(
      ([route, runs]): Row => ({
        name: `GET ${route}, 99th percentile`,
        unit: 'ms',
        better: 'less',
        runs,
        limits: [{ of: 'figure', atMost: 100 }],
      }),
    ),
    {
      name: `a campaign of ${MAILS[size]} beside ${RATE * times.size} requests a second`,
      unit: 'mails/s',
      better: 'more',
      runs: asked.map(({ rate }) => rate),
      yardstick: { name: 'without them', runs: alone.map(({ rate }) => rate) },
      limits: [{ of: 'ratio', atLeast: 0.9 }],
    },
  ]
}

type During = (address: string, campaignId: string, hasEnded: Promise<unknown>) => Promise<void>

async function deliver(
  context: BenchContext,
  server: Server,
  sink: Sink,
  during?: During,
): Promise<Delivery> {
  const mails = MAILS[context.short ? 'short' : 'long']
  const database = await server.createDatabase()
  const lists = await createAudience(database, { contacts: mails })
  const delivery = await runDelivery(context, {
    database,
    sink,
    services: 1,
    connections: CONNECTIONS,
    lists,
    mails,
    during: during && (([service], hasEnded) => beginAsking(database, service!.address, hasEnded, during)),
  })
  await server.dropDatabase(database)
  return delivery
}

/** Opening a batch is the batch's own time; what is asked for is there afterwards. */
async function beginAsking({ pool }: Database, address: string, hasEnded: Promise<unknown>, during: During) {
  for (;;) {
    const { rows } = await pool.query('select campaign_id from daybatch.batches')
    if (rows.length > 0) return during(address, rows[0].campaign_id, hasEnded)
    await delay(50)
  }
}

async function ask(
  address: string,
  id: string,
  hasEnded: Promise<unknown>,
  times: Map<string, number[]>,
): Promise<void> {
  const stops: (() => void)[] = []
  const urls = ROUTES.map(route => `${address}${route.replace('{id}', id)}`)
  for (let round = 0; round < WARM_ROUNDS; round++) {
    await Promise.all(urls.flatMap(url => [askOnce(url), askOnce(url)]))
  }
  const asking = urls.map(url => {
    return new Promise<autocannon.Result>((resolve, reject) => {
      // longer than any batch here lasts: it is stopped
      const options = { url, connections: 2, overallRate: RATE, duration: 900 }
      const asker = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)))
      stops.push(() => asker.stop())
    })
  })
  await hasEnded
  for (const stop of stops) stop()
  for (const [index, { latency, errors, non2xx }] of (await Promise.all(asking)).entries()) {
    const route = ROUTES[index]!
    if (errors + non2xx > 0) throw new Error(`GET ${route}: ${errors} errors, ${non2xx} other answers`)
    times.set(route, [...(times.get(route) ?? []), latency.p99])
  }
}

async function askOnce(url: string): Promise<void> {
  const answer = await fetch(url)
  await answer.text()
  if (answer.status !== 200) throw new Error(`GET ${url} answers ${answer.status}`)
}
