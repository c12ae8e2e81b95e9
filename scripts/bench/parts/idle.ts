import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { Daybatch } from '../../../src/db/daybatch.ts'
import { sweepCampaigns } from '../../../src/schedule/sweep.ts'
import type { Bench, BenchContext, Row } from '../bench.ts'
import { createAudience, TEXT } from '../world/audience.ts'
import { type Database, flushStatistics, startServer } from '../world/database.ts'
import { readCpu, readCpuOfFamily } from '../world/processes.ts'
import { startService } from '../world/service.ts'
import { startSink } from '../world/sink.ts'

const PG_BOSS = fileURLToPath(new URL('../world/idle-pg-boss-process.ts', import.meta.url))
const CAMPAIGNS = { short: 100, long: 10_000 }
const CONTACTS = 1_000
const SECONDS = { short: 3, long: 60 }
const RUNS = { short: 1, long: 2 }
/** What a start does is no idling. */
const SETTLE_MS = { short: 1_000, long: 15_000 }

export const bench: Bench = {
  name: 'idle',
  about: '10,000 waiting campaigns of 1,000 contacts: what an idle service costs, against an idle pg-boss',
  run,
}

/** In a minute. */
interface Cost {
  /** Transactions; a statement of its own is one. */
  transactions: number
  nodeMs: number
  postgresMs: number
  rows: number
  walBytes: number
}

async function run(context: BenchContext): Promise<Row[]> {
  const size = context.short ? 'short' : 'long'
  const server = await startServer(context)
  const database = await server.createDatabase()
  await createWaitingCampaigns(database, CAMPAIGNS[size])
  const service: Cost[] = []
  const boss: Cost[] = []
  for (let run = 0; run < RUNS[size]; run++) {
    boss.push(await measurePgBoss(context, database))
    service.push(await measureService(context, database))
  }
  const name = 'an idle pg-boss'
  const row = (of: keyof Cost, title: string, unit: string, limit?: number): Row => ({
    name: title,
    unit,
    better: 'less',
    runs: service.map(cost => cost[of]),
    yardstick: { name, runs: boss.map(cost => cost[of]) },
    limits: limit === undefined ? undefined : [{ of: 'ratio', atMost: limit }],
  })
  return [
    row('transactions', 'queries', '/min', 1.1),
    row('nodeMs', 'CPU of the process', 'ms/min'),
    row('postgresMs', 'CPU of PostgreSQL', 'ms/min', 1.1),
    row('rows', 'rows read', '/min'),
    row('walBytes', 'WAL', 'bytes/min'),
    await measureSweep(database, CAMPAIGNS[size]),
  ]
}

/** Initialised, their next batch due in many hours, each with its job: as after a morning's batches. */
async function createWaitingCampaigns(database: Database, campaigns: number): Promise<void> {
  const [list] = await createAudience(database, { contacts: CONTACTS })
  const client = await database.pool.connect()
  try {
    await client.query('set session_replication_role = replica')
    await client.query(
      `insert into public.campaigns (name, text_body, daily_send_limit, contact_list_ids, status, contacts_remaining, total_contacts,
         next_batch_send_time, current_batch_number, tracking_initialised_at)
       select 'Waiting ' || n, $1, 100, array[$2::uuid], 'sending', a.contacts, $3, clock_timestamp() + interval '12 hours' + n * interval '1 second', 1, clock_timestamp()
       from generate_series(1, $4::integer) as n, (select jsonb_agg(c.id) as contacts from public.contacts as c) as a`,
      [TEXT, list, CONTACTS, campaigns],
    )
    await client.query('reset session_replication_role')
    await client.query(
      `insert into daybatch.contact_counts (campaign_id, remaining_count, processed_count, failed_count) select id, $1, 0, 0 from public.campaigns`,
      [CONTACTS],
    )
    await client.query(
      'select daybatch.enqueue_batch(id, current_batch_number, next_batch_send_time) from public.campaigns',
    )
    await client.query('vacuum analyze')
  } finally {
    client.release()
  }
}

async function measureService(context: BenchContext, database: Database): Promise<Cost> {
  const sink = await startSink(context)
  const service = await startService(context, { name: 'idle', database, sink, connections: 10 })
  const cost = await watch(context, database, service.pid)
  await service.stop()
  return cost
}

async function measurePgBoss(context: BenchContext, database: Database): Promise<Cost> {
  const child = fork(PG_BOSS, [database.serviceUrl], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  context.teardown(() => child.kill('SIGKILL'))
  await once(child, 'message')
  const cost = await watch(context, database, child.pid!)
  child.disconnect()
  await once(child, 'exit')
  return cost
}

/** Asks from another database, so that the asking is not counted. */
async function watch(context: BenchContext, database: Database, pid: number): Promise<Cost> {
  const size = context.short ? 'short' : 'long'
  const url = new URL(database.url)
  const name = url.pathname.slice(1)
  url.pathname = '/postgres'
  const client = new pg.Client(url.href)
  await client.connect()
  try {
    await delay(SETTLE_MS[size])
    await client.query('checkpoint')
    const before = await readCost(client, database, name, pid)
    await delay(SECONDS[size] * 1000)
    const after = await readCost(client, database, name, pid)
    const perMinute = (of: keyof Cost) => ((after[of] - before[of]) * 60) / SECONDS[size]
    return {
      transactions: perMinute('transactions'),
      nodeMs: perMinute('nodeMs'),
      postgresMs: perMinute('postgresMs'),
      rows: perMinute('rows'),
      walBytes: perMinute('walBytes'),
    }
  } finally {
    await client.end()
  }
}

async function readCost(client: pg.Client, database: Database, name: string, pid: number): Promise<Cost> {
  const { rows } = await client.query<Pick<Cost, 'transactions' | 'rows' | 'walBytes'>>(
    `select (xact_commit + xact_rollback)::float8 as transactions, (tup_returned + tup_fetched)::float8 as rows,
       (pg_current_wal_lsn() - '0/0')::float8 as "walBytes"
     from pg_stat_database where datname = $1`,
    [name],
  )
  const [nodeMs, postgresMs] = await Promise.all([readCpu(pid), readCpuOfFamily(database.serverPid)])
  return { ...rows[0]!, nodeMs, postgresMs }
}

/** Nothing is due: the sweep must not read the campaigns that wait. */
async function measureSweep({ pool }: Database, campaigns: number): Promise<Row> {
  const client = await pool.connect()
  try {
    const read = async () => {
      await flushStatistics(client)
      const { rows } = await client.query<{ count: number }>(
        `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::float8 as count from pg_stat_user_tables
         where (schemaname, relname) in (('public', 'campaigns'), ('daybatch', 'batches'), ('daybatch', 'deliveries'), ('daybatch', 'claims'))`,
      )
      return rows[0]!.count
    }
    const before = await read()
    await sweepCampaigns(new Daybatch(client), 'sweep')
    const runs = [(await read()) - before]
    const name = `rows of campaigns, batches, deliveries and claims that a sweep reads, ${campaigns.toLocaleString('en')} campaigns waiting`
    return { name, unit: 'rows', better: 'less', runs, limits: [{ of: 'figure', atMost: 10 }] }
  } finally {
    client.release()
  }
}
