// No view that is asked for one campaign, or for one page, reads the ledger from end to end: judged by EXPLAIN on one
// large campaign and many small ones, with the planner as it is. 200,000 contacts and 2,000 campaigns by default;
// DAYBATCH_TEST_VOLUME=1000000 makes it 1,000,000 and 10,000 (a minute more). The times are told, not judged.
import type pg from 'pg'
import t from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import { buildVolume, createPatientPool } from '../helper/volume.ts'

const CONTACTS = Number(process.env.DAYBATCH_TEST_VOLUME ?? 200_000)
const CAMPAIGNS = CONTACTS / 100
const LIMIT = CONTACTS / 20
const RUNS = 5
/** They grow with every mail; a sequential scan over one of them is what must not be. */
const LARGE_TABLES = ['deliveries', 'delivery_attempts']

interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Shared Hit Blocks'?: number
  'Shared Read Blocks'?: number
  Plans?: PlanNode[]
}

interface Plan {
  scans: string[]
  blocks: number
  /** Milliseconds, the fastest of a few runs: the machine's other work is not the view's. */
  ms: number
}

async function explain(db: pg.Pool, query: string, values: unknown[]): Promise<Plan> {
  let ms = Number.POSITIVE_INFINITY
  let plan: PlanNode | undefined
  for (let run = 0; run < RUNS; run++) {
    const { rows } = await db.query(`explain (analyze, buffers, timing off, format json) ${query}`, values)
    const [answer] = rows[0]['QUERY PLAN']
    ms = Math.min(ms, answer['Planning Time'] + answer['Execution Time'])
    plan = answer.Plan
  }
  return {
    scans: [...listScans(plan!)],
    blocks: (plan!['Shared Hit Blocks'] ?? 0) + (plan!['Shared Read Blocks'] ?? 0),
    ms,
  }
}

function* listScans(node: PlanNode): Generator<string> {
  const table = node['Relation Name']
  if (node['Node Type'] === 'Seq Scan' && table && LARGE_TABLES.includes(table)) yield table
  for (const child of node.Plans ?? []) yield* listScans(child)
}

const byCampaign = (view: string, column = 'campaign_id') =>
  `select * from daybatch.${view} where ${column} = $1`

/** What people ask about one campaign, and how many blocks it may take for a small one. */
const SMALL: [query: string, blocks: number][] = [
  [byCampaign('campaign_status', 'id'), 200],
  [byCampaign('campaign_blockers'), 200],
  [byCampaign('due_batches'), 200],
  [byCampaign('batch_history'), 200],
  [byCampaign('delivery_log'), 200],
  [byCampaign('failed_contacts'), 200],
  [byCampaign('in_doubt_deliveries'), 200],
  [byCampaign('daily_limit_proof'), 200],
  [byCampaign('no_duplicates_proof'), 200],
  [byCampaign('audit'), 500],
  ['select * from daybatch.verify_campaign($1)', 1000],
  ['select * from daybatch.forecast_campaign($1)', 200],
]

/** The same for the large one, with a tenth of a million in its open batch: only what is shown on a page. */
const LARGE: [query: string, blocks: number][] = [
  [byCampaign('campaign_status', 'id'), 200],
  ['select * from daybatch.list_batches($1)', 200],
  ['select * from daybatch.list_deliveries($1)', 1000],
  // one in fifty was refused: from the index alone
  ['select * from daybatch.list_answers($1)', CONTACTS / 500],
  // whom the ledger has settled is not looked for in an array
  ["select * from daybatch.explain_contact($1, md5($1::uuid || '/' || 77)::uuid)", 200],
  [byCampaign('campaign_blockers'), 200],
  [byCampaign('due_batches'), 200],
  [byCampaign('batch_history'), 200],
  [`${byCampaign('delivery_log')} order by delivery_id desc, attempt_id desc limit 50`, CONTACTS / 100],
  [`${byCampaign('failed_contacts')} order by delivery_id desc limit 50`, 1000],
  // one in a thousand is in doubt
  [byCampaign('in_doubt_deliveries'), CONTACTS / 50],
]

/** Pages over all campaigns: a campaign costs a few blocks, its contacts none. */
const PAGES: [query: string, blocks: number][] = [
  ['select * from daybatch.campaign_status order by created_at desc limit 50', 1000],
  ['select daybatch.list_overview()', 1000],
  ['select * from daybatch.due_batches order by due_at limit 50', CAMPAIGNS * 10],
  ['select * from daybatch.campaign_blockers', CAMPAIGNS * 50],
  ['select * from daybatch.batch_history order by opened_at desc limit 50', CAMPAIGNS * 10],
  ['select * from daybatch.delivery_log order by attempt_id desc limit 50', 1000],
  ['select * from daybatch.in_doubt_deliveries order by in_doubt_since limit 50', CONTACTS / 50],
  ['select * from daybatch.scheduled_jobs order by due_at limit 50', CAMPAIGNS * 10],
  ['select * from daybatch.worker_status', 100],
  // every campaign's status, and whether it is due: here all of them are
  ['select * from daybatch.read_metrics()', CAMPAIGNS * 20],
  ['select * from daybatch.sweep_log order by sweep_id desc limit 50', 100],
]

t.setTimeout(900_000)
t.test('plans', async t => {
  const { url } = await createTestDatabase(t)
  const pool = createPatientPool(url)
  t.teardown(() => pool.end())
  const start = performance.now()
  const { large, small } = await buildVolume(pool, { contacts: CONTACTS, limit: LIMIT, campaigns: CAMPAIGNS })
  t.comment(
    `${CONTACTS} contacts in one campaign, ${CAMPAIGNS} campaigns of 10: ${Math.round((performance.now() - start) / 1000)} s`,
  )
  await pool.query('vacuum (analyze)')

  const check = async (what: string, queries: [string, number][], values: unknown[]) => {
    for (const [query, most] of queries) {
      const { scans, blocks, ms } = await explain(pool, query, values)
      const name = query.replace(/^select \* from daybatch\./, '')
      t.same(scans, [], `${what}: ${name} reads nothing from end to end`)
      t.ok(blocks <= most, `${what}: ${name} takes ${blocks} blocks, at most ${most}`)
      t.comment(`${what}: ${ms.toFixed(1).padStart(7)} ms  ${name}`)
    }
  }
  await check('small campaign', SMALL, [small[Math.floor(small.length / 2)]])
  await check('large campaign', LARGE, [large])
  await check('all campaigns', PAGES, [])

  const { rows } = await pool.query(
    'explain select * from daybatch.campaign_status order by created_at desc, id desc limit 50',
  )
  const steps = rows.map(row => row['QUERY PLAN']).join('\n')
  t.match(steps, /Index Scan using campaigns_created_at_idx/, 'the newest campaigns come by their index')
  t.notMatch(steps, /Sort/, 'the rows of all others are not made')

  const time = async (query: string, values: unknown[] = []) => {
    const begun = performance.now()
    const { rows } = await pool.query(query, values)
    t.comment(`${((performance.now() - begun) / 1000).toFixed(2).padStart(7)} s   ${query}`)
    return rows
  }
  t.comment('the whole record, read once:')
  t.same(await time(byCampaign('audit'), [large]), [], 'the large campaign has no disagreement')
  t.same(await time('select * from daybatch.audit'), [], 'nor has any')
  t.equal((await time('select * from daybatch.verify_campaign($1)', [large])).length, 5)
  await time(
    'select campaign_id, batch_number, mails, limit_holds from daybatch.daily_limit_proof where campaign_id = $1',
    [large],
  )
  await time(byCampaign('no_duplicates_proof'), [large])
  await time('select count(*) from daybatch.list_batching_states()')
})
