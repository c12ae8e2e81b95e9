import { setTimeout as delay } from 'node:timers/promises'
import type { BenchContext } from '../bench.ts'
import { insertCampaign } from './audience.ts'
import { type Database, readDatabaseTime } from './database.ts'
import { readCpu, readCpuOfFamily, readMemory } from './processes.ts'
import { type Service, startService } from './service.ts'
import type { Sink } from './sink.ts'

export interface DeliveryOptions {
  database: Database
  sink: Sink
  services: number
  /** SMTP connections of each service. */
  connections: number
  /** For each campaign its list; one batch takes the whole of it. */
  lists: string[]
  mails: number
  /** Lists that are sent to before, unmeasured: a process compiles its code while it sends its first thousands. */
  warmUpLists?: string[]
  /** Runs beside the delivery, until its batches are closed. */
  during?: ((services: Service[], hasEnded: Promise<unknown>) => Promise<void>) | undefined
}

/** What it took to send the batches, from the first opening to the last close. */
export interface Delivery {
  /** Mails a second. */
  rate: number
  /** CPU of the services, in ms a mail. */
  nodeMs: number
  /** CPU of the whole PostgreSQL server, in ms a mail. */
  postgresMs: number
  /** Time that the database spent on statements, in ms a mail; sessions that wait for each other each count. */
  databaseMs: number
  /** Of the services, in MB: the most that one held, and how much more in the last quarter than in the second. */
  memory: number
  memoryGrowth: number
  /** Which share of the active sessions waited for a lock, at a look every 100 ms. */
  lockShare: number
}

const LOOK_MS = 100
const LONGEST_MS = 5 * 60_000

let count = 0

/** Starts services, gives them campaigns and waits until their batches are closed. */
export async function runDelivery(context: BenchContext, options: DeliveryOptions): Promise<Delivery> {
  const { database, lists, mails } = options
  const services = await startServices(context, options)
  try {
    if (options.warmUpLists) await warmUp(database, services, options.warmUpLists, mails)
    const before = await readCosts(database, services)
    const name = `Delivery ${++count}`
    await Promise.all(lists.map(list => insertCampaign(database, { name, lists: [list], limit: mails })))
    const watching = watchDelivery(database, services, name, lists.length)
    const [watch] = await Promise.all([watching, options.during?.(services, watching)])
    // a session that is idle has handed its counts in after a second
    await delay(1100)
    const after = await readCosts(database, services)
    const { seconds, sent } = await readResult(database, name)
    if (sent !== mails) throw new Error(`${sent} mails were sent, not ${mails}`)
    const perMail = (cost: keyof typeof after) => (after[cost] - before[cost]) / mails
    return {
      rate: mails / seconds,
      nodeMs: perMail('nodeMs'),
      postgresMs: perMail('postgresMs'),
      databaseMs: perMail('databaseMs'),
      ...watch,
    }
  } finally {
    await Promise.all(services.map(service => service.stop()))
  }
}

async function warmUp(
  database: Database,
  services: Service[],
  lists: string[],
  limit: number,
): Promise<void> {
  const name = `Warm-up ${++count}`
  await Promise.all(lists.map(list => insertCampaign(database, { name, lists: [list], limit })))
  await watchDelivery(database, services, name, lists.length)
}

async function startServices(context: BenchContext, options: DeliveryOptions): Promise<Service[]> {
  const names = Array.from({ length: options.services }, (_, index) => `service-${index + 1}`)
  return Promise.all(names.map(name => startService(context, { name, ...options })))
}

async function readCosts(database: Database, services: Service[]) {
  const cpu = await Promise.all(services.map(({ pid }) => readCpu(pid)))
  return {
    nodeMs: cpu.reduce((sum, ms) => sum + ms, 0),
    postgresMs: await readCpuOfFamily(database.serverPid),
    databaseMs: await readDatabaseTime(database),
  }
}

/** Looks at memory and locks until the last batch is closed. */
async function watchDelivery(database: Database, services: Service[], name: string, campaigns: number) {
  const memory: number[] = []
  let active = 0
  let waiting = 0
  const end = performance.now() + LONGEST_MS
  for (;;) {
    const { rows } = await database.pool.query<{ closed: number; active: number; waiting: number }>(
      `select (select count(*)::integer from daybatch.batches as b join public.campaigns as c on c.id = b.campaign_id
               where c.name = $1 and b.closed_at is not null) as closed,
         count(*)::integer as active, (count(*) filter (where wait_event_type = 'Lock'))::integer as waiting
       from pg_stat_activity where datname = current_database() and state = 'active' and pid <> pg_backend_pid()`,
      [name],
    )
    const [look] = rows
    memory.push(Math.max(...(await Promise.all(services.map(({ pid }) => readMemory(pid))))))
    active += look!.active
    waiting += look!.waiting
    if (look!.closed === campaigns) break
    if (performance.now() > end) throw new Error(`batches do not close: ${services[0]!.tail()}`)
    await delay(LOOK_MS)
  }
  return { ...describeMemory(memory), lockShare: waiting / Math.max(active, 1) }
}

function describeMemory(samples: number[]): { memory: number; memoryGrowth: number } {
  const quarter = (n: number) =>
    Math.max(
      ...samples.slice(Math.floor((n * samples.length) / 4), Math.ceil(((n + 1) * samples.length) / 4)),
    )
  return { memory: Math.max(...samples), memoryGrowth: quarter(3) - quarter(1) }
}

async function readResult({ pool }: Database, name: string): Promise<{ seconds: number; sent: number }> {
  const { rows } = await pool.query<{ seconds: number; sent: number }>(
    `select extract(epoch from max(b.closed_at) - min(b.opened_at))::float8 as seconds, sum(b.sent_count)::integer as sent
     from daybatch.batches as b join public.campaigns as c on c.id = b.campaign_id where c.name = $1`,
    [name],
  )
  return rows[0]!
}
