import type pg from 'pg'
import { Daybatch } from '../../../src/db/daybatch.ts'
import type { Bench, BenchContext, Row } from '../bench.ts'
import { createAudience, insertCampaign } from '../world/audience.ts'
import { type Database, flushStatistics, startServer } from '../world/database.ts'
import { moveClock, runBatch } from '../world/ledger-work.ts'

const CONTACTS = { short: 5_000, long: 100_000 }
const BATCHES = 10
const CALLS = 50
/** The second campaign shows what is used again. */
const CAMPAIGNS = 2

export const bench: Bench = {
  name: 'storage',
  about: 'bytes per contact and per delivery, WAL per mail, dead tuples after a whole campaign',
  run,
}

interface Sizes {
  campaigns: number
  deliveries: number
  delivery_attempts: number
  other: number
  wal: number
}

async function run(context: BenchContext): Promise<Row[]> {
  const contacts = CONTACTS[context.short ? 'short' : 'long']
  const server = await startServer(context)
  const database = await server.createDatabase()
  const lists = await createAudience(database, { contacts })
  const client = await database.pool.connect()
  try {
    const sizes = [await readSizes(client)]
    let dead = ''
    for (let n = 1; n <= CAMPAIGNS; n++) {
      await runCampaign(client, database, lists, contacts, n)
      dead = await describeDead(client)
      context.log(`campaign ${n}: ${dead}`)
      await client.query('vacuum')
      sizes.push(await readSizes(client))
    }
    return listRows(sizes, contacts, dead)
  } finally {
    client.release()
  }
}

async function runCampaign(
  client: pg.PoolClient,
  database: Database,
  lists: string[],
  contacts: number,
  n: number,
) {
  const campaignId = await insertCampaign(database, {
    name: `Storage ${n}`,
    lists,
    limit: contacts / BATCHES,
  })
  await new Daybatch(client).initializeContactTracking({ campaignId })
  for (let batch = 0; batch < BATCHES; batch++) {
    await moveClock(client, 24 * (batch + (n - 1) * BATCHES))
    await runBatch(client, campaignId, { calls: CALLS })
  }
}

async function readSizes(client: pg.PoolClient): Promise<Sizes> {
  const { rows } = await client.query<Sizes>(
    `select pg_total_relation_size('public.campaigns')::float8 as campaigns, pg_total_relation_size('daybatch.deliveries')::float8 as deliveries,
       pg_total_relation_size('daybatch.delivery_attempts')::float8 as delivery_attempts,
       (select sum(pg_total_relation_size(c.oid))::float8 from pg_class as c
        where c.relnamespace in ('daybatch'::regnamespace, 'pgboss'::regnamespace) and c.relkind = 'r' and c.relname not in ('deliveries', 'delivery_attempts')) as other,
       (pg_current_wal_lsn() - '0/0')::float8 as wal`,
  )
  return rows[0]!
}

/** Before any vacuum of ours; autovacuum was at work all the time. */
async function describeDead(client: pg.PoolClient): Promise<string> {
  await flushStatistics(client)
  const { rows } = await client.query<{ line: string }>(
    `select format('%s %s dead of %s (%s %% HOT)', s.relname, s.n_dead_tup, s.n_live_tup + s.n_dead_tup, round(100.0 * s.n_tup_hot_upd / nullif(s.n_tup_upd, 0))) as line
     from pg_stat_user_tables as s where s.relname in ('deliveries', 'claims', 'batches', 'campaigns') order by s.relname`,
  )
  return rows.map(({ line }) => line).join(', ')
}

function listRows(sizes: Sizes[], contacts: number, dead: string): Row[] {
  const grown = (of: (size: Sizes) => number) =>
    sizes.slice(1).map((size, index) => (of(size) - of(sizes[index]!)) / contacts)
  const row = (name: string, of: (size: Sizes) => number, details?: Row['details']): Row => ({
    name,
    unit: 'bytes',
    better: 'less',
    runs: grown(of),
    details,
  })
  const each = 'the first and the second campaign'
  return [
    row(`arrays and history of a campaign, per contact (${each})`, size => size.campaigns),
    row('ledger, per delivery, with its indexes', size => size.deliveries, { 'after a campaign': dead }),
    row('history of tries, per try, with its indexes', size => size.delivery_attempts),
    row('all the rest (batches, claims, events, jobs), per mail', size => size.other),
    row('WAL per mail, from freezing the audience to the end', size => size.wal),
  ]
}
