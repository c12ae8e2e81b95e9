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
/** What reads a list or a campaign of 1,000,000 from end to end: asked once, and the page goes on meanwhile. */
const WHOLE: Limit = { of: 'figure', atMost: 5000 }

export const bench: Bench = {
  name: 'page',
  about:
    'each query of the page, with 10,000 campaigns, one of them of 1,000,000 contacts: the 99th percentile of many looks',
  run,
}

interface Query {
  name: string
  /** $1 is the large campaign. */
  text: string
  limit?: Limit
}

const queries: Query[] = [
  { name: 'overview, the sentence', text: 'select daybatch.describe_overview()' },
  { name: 'overview, the first page', text: 'select daybatch.list_overview()' },
  { name: 'overview, those that need somebody', text: `select daybatch.list_overview(p_show => 'needs')` },
  { name: 'overview, search by name', text: `select daybatch.list_overview(p_search => '77')` },
  { name: 'overview, search in vain', text: `select daybatch.list_overview(p_search => 'not there')` },
  { name: 'campaign', text: 'select daybatch.get_campaign($1)' },
  { name: 'campaign, batches', text: 'select * from daybatch.list_batches($1, -1, 200)' },
  { name: 'campaign, failures by rule', text: 'select * from daybatch.list_failures($1)' },
  { name: 'campaign, the end with another limit', text: 'select * from daybatch.forecast_finish($1, 5)' },
  { name: 'campaign, contacts', text: 'select * from daybatch.list_deliveries($1)' },
  { name: 'campaign, failed contacts', text: `select * from daybatch.list_deliveries($1, 'failed')` },
  { name: 'campaign, mails in doubt', text: `select * from daybatch.list_deliveries($1, 'in_doubt')` },
  { name: 'campaign, answers', text: 'select * from daybatch.list_answers($1, 100)' },
  { name: 'campaign, history', text: 'select * from daybatch.list_campaign_history($1)' },
  {
    name: 'campaign, story of a contact',
    text: `select * from daybatch.explain_contact($1, md5($1::uuid || '/' || 77)::uuid)`,
  },
  { name: 'contact by address', text: `select daybatch.find_contact('reader-77@example.org')` },
  { name: 'make: lists by name', text: 'select daybatch.list_contact_lists(p_with_counts => false)' },
  { name: 'make: sizes of the lists', text: 'select daybatch.list_contact_lists()', limit: WHOLE },
  {
    name: 'make: audience of a list of 10,000',
    text: `select * from daybatch.preview_audience(array[md5('page small')::uuid])`,
  },
  {
    name: 'make: audience of the large list',
    text: `select * from daybatch.preview_audience(array[md5('page large')::uuid])`,
    limit: WHOLE,
  },
  { name: 'proof', text: 'select * from daybatch.verify_campaign($1)', limit: WHOLE },
]

async function run(context: BenchContext): Promise<Row[]> {
  const size = context.short ? 'short' : 'long'
  const server = await startServer(context)
  const database = await server.createDatabase()
  const { large } = await buildVolume(database.pool, SIZES[size])
  await makeLists(database, SIZES[size].contacts)
  await database.pool.query('vacuum analyze')
  const rows: Row[] = []
  for (const { name, text, limit = QUICK } of queries) {
    const values = text.includes('$1') ? [large] : []
    const looks = limit === QUICK ? LOOKS[size] : 3
    const runs: number[] = []
    for (let pass = 0; pass < PASSES; pass++) runs.push(await look(database, text, values, looks))
    rows.push({ name, unit: 'ms', better: 'less', runs, limits: [limit] })
  }
  return rows
}

/** A list of so many people, and a small one. */
async function makeLists({ pool }: Database, contacts: number): Promise<void> {
  await pool.query(
    `insert into public.contacts (id, email) select md5('page/' || n)::uuid, 'reader-' || n || '@example.org' from generate_series(1, $1) as n`,
    [contacts],
  )
  for (const [name, most] of [
    ['page large', contacts],
    ['page small', 10_000],
  ]) {
    await pool.query(`insert into public.contact_lists (id, name) values (md5($1::text)::uuid, $1::text)`, [
      name,
    ])
    await pool.query(
      `insert into public.contact_list_members (list_id, contact_id)
       select md5($1::text)::uuid, md5('page/' || n)::uuid from generate_series(1, least($2::integer, $3::integer)) as n`,
      [name, most, contacts],
    )
  }
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
