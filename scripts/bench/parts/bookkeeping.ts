import type pg from 'pg'
import { Daybatch } from '../../../src/db/daybatch.ts'
import { type Bench, type BenchContext, best, type Row } from '../bench.ts'
import { createAudience, insertCampaign } from '../world/audience.ts'
import { type Database, listSlowest, readDatabaseTime, type Server, startServer } from '../world/database.ts'
import { type BatchWork, moveClock, runBatch, type Step, steps } from '../world/ledger-work.ts'
import { readCpu } from '../world/processes.ts'

/** Mails in one call of claim, begin and report. */
const CALLS = 500
const BATCH_SHARE = 0.05
const SIZES = {
  short: [10_000, 40_000],
  long: [10_000, 100_000, 1_000_000, 5_000_000],
}
/** The small ones need more batches for a steady figure. */
const RUNS = { short: 2, long: 5 }
const LARGE = 1_000_000

export const bench: Bench = {
  name: 'bookkeeping',
  about: 'database time per mail of open, claim, begin, report and close, by the size of the campaign',
  run,
}

async function run(context: BenchContext): Promise<Row[]> {
  const server = await startServer(context)
  const rows: Row[] = []
  for (const contacts of SIZES[context.short ? 'short' : 'long'])
    rows.push(await measure(server, contacts, context))
  const [smallest] = rows
  const large = rows.find(row => row.name.startsWith(describeSize(LARGE)))
  if (smallest && large) {
    // the growth is a figure of its own: both from this run
    const growth = best(large.runs, 'less') / best(smallest.runs, 'less')
    const limits = [{ of: 'figure' as const, atMost: 2 }]
    rows.push({ name: '10,000 to 1,000,000 contacts', unit: 'x', better: 'less', runs: [growth], limits })
  }
  return rows
}

/** One campaign: some of its batches, one after the other. */
async function measure(server: Server, contacts: number, context: BenchContext): Promise<Row> {
  const database = await server.createDatabase()
  const lists = await createAudience(database, { contacts })
  const limit = contacts * BATCH_SHARE
  const campaignId = await insertCampaign(database, { name: 'Bookkeeping', lists, limit })
  const client = await database.pool.connect()
  try {
    await new Daybatch(client).initializeContactTracking({ campaignId })
    if (context.profile) await client.query('select pg_stat_statements_reset()')
    const runs: number[] = []
    const cpu: number[] = []
    const works: BatchWork[] = []
    for (let run = 0; run < RUNS[context.short ? 'short' : 'long']; run++) {
      await moveClock(client, 24 * run)
      const before = await readTimes(client, database)
      const work = await runBatch(client, campaignId, { calls: CALLS })
      const after = await readTimes(client, database)
      runs.push((1000 * (after.database - before.database)) / work.mails)
      cpu.push((1000 * (after.cpu - before.cpu)) / work.mails)
      works.push(work)
      context.log(
        `${contacts} contacts, batch ${run + 1}: ${describe(work)} us a mail, ${runs.at(-1)!.toFixed(1)} in all, ${cpu.at(-1)!.toFixed(1)} CPU`,
      )
    }
    if (context.profile) for (const line of await listSlowest(database)) context.log(line)
    const limits = contacts === LARGE ? [{ of: 'figure' as const, atMost: 100 }] : undefined
    const name = `${describeSize(contacts)}, batch of ${describeSize(limit)}, calls of ${CALLS}`
    const details = {
      'of that CPU': best(cpu, 'less'),
      'by the client:': describe(works[runs.indexOf(best(runs, 'less'))]!),
    }
    return { name, unit: 'us/mail', better: 'less', runs, limits, details }
  } finally {
    client.release()
    await server.dropDatabase(database)
  }
}

async function readTimes(client: pg.PoolClient, database: Database) {
  const { rows } = await client.query<{ pid: number }>(
    'select pg_backend_pid() as pid, pg_stat_force_next_flush()',
  )
  return { database: await readDatabaseTime(database), cpu: await readCpu(rows[0]!.pid) }
}

function describe({ mails, ms }: BatchWork): string {
  const perMail = (step: Step) => ((1000 * ms[step]) / mails).toFixed(1)
  return steps.map(step => `${step} ${perMail(step)}`).join(', ')
}

const describeSize = (contacts: number) => `${contacts.toLocaleString('en')} contacts`
