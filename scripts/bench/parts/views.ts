import { buildVolume } from '../../../test/helper/volume.ts'
import { type Bench, type BenchContext, type Limit, percentile, type Row } from '../bench.ts'
import { type Database, startServer } from '../world/database.ts'

const SIZES = {
  short: { contacts: 20_000, limit: 1_000, campaigns: 200 },
  long: { contacts: 1_000_000, limit: 50_000, campaigns: 10_000 },
}
const LOOKS = { short: 20, long: 200 }
const PASSES = 3
const QUICK: Limit = { of: 'figure', atMost: 50 }
/** What reads a whole campaign of 1,000,000 contacts. */
const WHOLE: Limit = { of: 'figure', atMost: 5000 }

export const bench: Bench = {
  name: 'views',
  about:
    'each view of the DBA beside a campaign of 1,000,000 contacts and 10,000 small ones: the 99th percentile of many looks',
  run,
}

interface Question {
  name: string
  /** $1 is the large campaign where `of` says so, else a small one. */
  query: string
  of?: 'large' | 'small'
  limit: Limit
}

const quick = (name: string, query: string, of?: Question['of']): Question => ({
  name,
  query,
  of,
  limit: QUICK,
})
const whole = (name: string, query: string, of?: Question['of']): Question => ({
  name,
  query,
  of,
  limit: WHOLE,
})

const questions: Question[] = [
  quick(
    'campaign_status, the newest 50',
    'select * from daybatch.campaign_status order by created_at desc limit 50',
  ),
  quick(
    'campaign_status of the large campaign',
    'select * from daybatch.campaign_status where id = $1',
    'large',
  ),
  quick(
    'campaign_blockers of a campaign',
    'select * from daybatch.campaign_blockers where campaign_id = $1',
    'large',
  ),
  quick('due_batches, the next 10', 'select * from daybatch.due_batches order by due_at limit 10'),
  quick(
    'batch_history of the large campaign',
    'select * from daybatch.batch_history where campaign_id = $1',
    'large',
  ),
  quick('delivery_log, the last 20', 'select * from daybatch.delivery_log order by attempt_id desc limit 20'),
  quick(
    'failed_contacts of the large campaign, the first 100',
    'select * from daybatch.failed_contacts where campaign_id = $1 limit 100',
    'large',
  ),
  quick(
    'in_doubt_deliveries, the oldest 100',
    'select * from daybatch.in_doubt_deliveries order by in_doubt_since limit 100',
  ),
  quick('scheduled_jobs, the next 10', 'select * from daybatch.scheduled_jobs order by due_at limit 10'),
  quick('sweep_log, the last 10', 'select * from daybatch.sweep_log order by sweep_id desc limit 10'),
  quick('worker_status', 'select * from daybatch.worker_status'),
  quick('read_metrics', 'select * from daybatch.read_metrics()'),
  quick(
    'daily_limit_proof of a small campaign',
    'select batch_number, limit_holds, intervals_are_disjoint from daybatch.daily_limit_proof where campaign_id = $1',
    'small',
  ),
  quick(
    'no_duplicates_proof of a small campaign',
    'select * from daybatch.no_duplicates_proof where campaign_id = $1',
    'small',
  ),
  quick('audit of a small campaign', 'select * from daybatch.audit where campaign_id = $1', 'small'),
  whole(
    'daily_limit_proof of the large campaign',
    'select batch_number, limit_holds, intervals_are_disjoint from daybatch.daily_limit_proof where campaign_id = $1',
    'large',
  ),
  whole(
    'no_duplicates_proof of the large campaign',
    'select * from daybatch.no_duplicates_proof where campaign_id = $1',
    'large',
  ),
  whole('audit of the large campaign', 'select * from daybatch.audit where campaign_id = $1', 'large'),
  whole('audit of everything', 'select * from daybatch.audit'),
  whole('verify_campaign of the large campaign', 'select * from daybatch.verify_campaign($1)', 'large'),
]

async function run(context: BenchContext): Promise<Row[]> {
  const size = context.short ? 'short' : 'long'
  const server = await startServer(context)
  const database = await server.createDatabase()
  const { large, small } = await buildVolume(database.pool, SIZES[size])
  await database.pool.query('vacuum analyze')
  const rows: Row[] = []
  for (const question of questions) {
    const values = question.of === undefined ? [] : [question.of === 'large' ? large : small[0]!]
    const looks = question.limit === QUICK ? LOOKS[size] : 3
    const runs: number[] = []
    for (let pass = 0; pass < PASSES; pass++) runs.push(await look(database, question.query, values, looks))
    rows.push({ name: question.name, unit: 'ms', better: 'less', runs, limits: [question.limit] })
  }
  return rows
}

/** The 99th percentile of the looks, in ms. */
async function look({ pool }: Database, query: string, values: string[], looks: number): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < looks; n++) {
    const start = performance.now()
    await pool.query(query, values)
    times.push(performance.now() - start)
  }
  return percentile(times, 0.99)
}
