import { setTimeout as delay } from 'node:timers/promises'
import { type Bench, type BenchContext, percentile, type Row } from '../bench.ts'
import { createAudience, HTML, SUBJECT, TEXT } from '../world/audience.ts'
import { type Database, type Server, startServer } from '../world/database.ts'
import { startService } from '../world/service.ts'
import { type Sink, startSink } from '../world/sink.ts'

const CAMPAIGNS = { short: 30, long: 1_000 }
const WITHIN_SECONDS = { short: 3, long: 60 }
const RUNS = { short: 1, long: 2 }
/** The campaigns are scheduled before the first of them is due. */
const LEAD_SECONDS = { short: 3, long: 10 }
const CONTACTS = 5
const CONNECTIONS = 20
const LONGEST_MS = 180_000

export const bench: Bench = {
  name: 'due',
  about: 'from the due time of a batch to its first mail, 1,000 campaigns due in one minute',
  run,
}

async function run(context: BenchContext): Promise<Row[]> {
  const server = await startServer(context)
  const sink = await startSink(context)
  const runs: number[][] = []
  for (let run = 0; run < RUNS[context.short ? 'short' : 'long']; run++) {
    runs.push(await measure(context, server, sink))
    context.log(
      `run ${run + 1}: ${[0.5, 0.99].map(share => percentile(runs.at(-1)!, share).toFixed(0)).join(' and ')} ms`,
    )
  }
  const row = (name: string, share: number, atMost: number): Row => ({
    name,
    unit: 'ms',
    better: 'less',
    runs: runs.map(lateness => percentile(lateness, share)),
    limits: [{ of: 'figure', atMost }],
  })
  return [row('lateness, the median', 0.5, 500), row('lateness, the 99th percentile', 0.99, 2000)]
}

async function measure(context: BenchContext, server: Server, sink: Sink): Promise<number[]> {
  const size = context.short ? 'short' : 'long'
  const database = await server.createDatabase()
  const [list] = await createAudience(database, { contacts: CONTACTS })
  const service = await startService(context, { name: 'service', database, sink, connections: CONNECTIONS })
  await database.pool.query(
    `insert into public.campaigns (name, subject, text_body, html_body, daily_send_limit, contact_list_ids, status, scheduled_at)
     select 'Due ' || n, $1, $2, $3, $4, array[$5::uuid], 'scheduled',
       clock_timestamp() + $6 * interval '1 second' + n * $7::float8 / $8 * interval '1 second'
     from generate_series(1, $8::integer) as n`,
    [SUBJECT, TEXT, HTML, CONTACTS, list, LEAD_SECONDS[size], WITHIN_SECONDS[size], CAMPAIGNS[size]],
  )
  const lateness = await waitForFirstMails(database, CAMPAIGNS[size])
  await service.stop()
  await server.dropDatabase(database)
  return lateness
}

/** For each campaign the ms from its due time to the commit that let its first mail out. */
async function waitForFirstMails({ pool }: Database, campaigns: number): Promise<number[]> {
  const end = performance.now() + LONGEST_MS
  for (;;) {
    const { rows } = await pool.query<{ ms: number }>(
      `select extract(epoch from min(d.sending_at) - b.due_at)::float8 * 1000 as ms
       from daybatch.batches as b join daybatch.deliveries as d on d.campaign_id = b.campaign_id and d.batch_number = b.batch_number
       where b.batch_number = 1 group by b.campaign_id, b.due_at having min(d.sending_at) is not null`,
    )
    if (rows.length === campaigns) return rows.map(({ ms }) => ms)
    if (performance.now() > end) throw new Error(`only ${rows.length} of ${campaigns} campaigns sent a mail`)
    await delay(1000)
  }
}
