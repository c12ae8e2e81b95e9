import type pg from 'pg'
import { createPool } from '../../src/db/pool.ts'
import { realClock } from '../helper/clock.ts'
import { callOne, makeCampaign, type Row, readOne, runBatch } from '../helper/make.ts'
import { scenario } from '../helper/scenario.ts'

const selfTest = async (db: pg.Pool | pg.PoolClient) =>
  (await callOne(db, 'test_batch_campaign')).test_batch_campaign

/** Puts a broken function in the place of ours: `text` in its definition becomes `broken`. */
async function breakFunction(db: pg.Pool, name: string, text: string, broken: string): Promise<void> {
  const { definition } = await readOne(
    db,
    `select pg_get_functiondef(p.oid) as definition from pg_proc as p where p.pronamespace = 'daybatch'::regnamespace and p.proname = $1`,
    [name],
  )
  if (!definition.includes(text)) throw new Error(`${name} does not contain: ${text}`)
  await db.query(definition.replace(text, broken))
}

/** Every table of ours and pg-boss's jobs, by their number of rows and last changes. */
async function readTables(db: pg.Pool) {
  const { rows } = await db.query(`
    select c.oid::regclass::text as name from pg_class as c
    where c.relkind = 'r' and (c.relnamespace = 'daybatch'::regnamespace or c.relnamespace = 'public'::regnamespace)
      and c.relname not in ('migrations') or c.oid = 'pgboss.job_common'::regclass order by 1`)
  const content: Record<string, unknown> = {}
  for (const { name } of rows) {
    content[name] = (
      await db.query(`select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from ${name} as t`)
    ).rows
  }
  return content
}

scenario('ok: four batches a day apart, and nothing is left of it', async (t, db) => {
  const other = await makeCampaign(db, { contacts: 3, limit: 1 })
  await runBatch(db, other.id)
  const before = await readTables(db)
  t.ok(Object.keys(before).length > 15)
  const answer = await selfTest(db)
  t.match(answer, { ok: true, contacts: 17, daily_send_limit: 5, disagreements: [] })
  t.match(answer.timeline, [
    { batch_number: 1, sent_count: 5, failed_count: 0, remaining_count: 12 },
    { batch_number: 2, sent_count: 5, failed_count: 0, remaining_count: 7 },
    { batch_number: 3, sent_count: 5, failed_count: 0, remaining_count: 2 },
    { batch_number: 4, sent_count: 2, failed_count: 0, remaining_count: 0 },
  ])
  const times = answer.timeline.map((entry: Row) => entry.timestamp)
  t.same(
    times,
    ['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02'].map(day => `${day}T09:00:00Z`),
    'a day apart',
  )
  for (const entry of answer.timeline) {
    t.same(Object.keys(entry).sort(), [
      'batch_number',
      'failed_count',
      'remaining_count',
      'sent_count',
      'timestamp',
    ])
  }
  t.same(await readTables(db), before)
  t.match(await selfTest(db), { ok: true }, 'repeatable')
})

scenario(
  'nothing is left of it inside a transaction that commits, with the real clock, as the service',
  async (t, db, { serviceUrl }) => {
    await realClock(db)
    const before = await readTables(db)
    const pool = createPool(serviceUrl, { applicationName: 'daybatch test service' })
    const client = await pool.connect()
    await client.query('begin')
    t.match(await selfTest(client), { ok: true })
    await client.query('commit')
    client.release()
    await pool.end()
    t.same(await readTables(db), before)
  },
)

// broken on purpose: it must say so
for (const [what, name, text, broken, words] of [
  [
    'it opens nothing',
    'open_batch',
    'perform daybatch.check_awake();',
    'return;',
    /batch 1: expected to open with 5 contacts/,
  ],
  ['it raises', 'open_batch', 'perform daybatch.check_awake();', `raise exception 'broken';`, /broken/],
  [
    'the limit is too high',
    'open_batch',
    'calculate_batch_limit(v_campaign.daily_send_limit,',
    'calculate_batch_limit(v_campaign.daily_send_limit + 1,',
    /expected to open with 5 contacts, was opened with 6/,
  ],
  [
    'the limit is too low',
    'open_batch',
    'calculate_batch_limit(v_campaign.daily_send_limit,',
    'calculate_batch_limit(v_campaign.daily_send_limit - 1,',
    /expected to open with 5 contacts, was opened with 4/,
  ],
  [
    'it does not wait for its time',
    'open_batch',
    'if v_now < v_due_at',
    'if false and v_now < v_due_at',
    /did not wait|violates check constraint/,
  ],
  [
    'it waits a second too long',
    'calculate_spacing',
    'calculate_due_time(p_counted_at + batch_interval, p_rules)',
    `calculate_due_time(p_counted_at + batch_interval + interval '1 second', p_rules)`,
    /not one interval later/,
  ],
  [
    'the first contact is left out',
    'fill_batch',
    'v_offset integer := 0;',
    'v_offset integer := 1;',
    /the head of contacts_remaining and the ledger tell of others/,
  ],
  [
    'everybody is mailed twice',
    'close_batch',
    'contacts_processed = c.contacts_processed || to_jsonb(v_ends.sent)',
    'contacts_processed = c.contacts_processed || to_jsonb(v_ends.sent) || to_jsonb(v_ends.sent)',
    /processed|stands/,
  ],
  [
    'it never completes',
    'advance_campaign',
    `then 'completed' else c.status end`,
    `then 'sending' else c.status end`,
    /nobody remains after batch 4, but the campaign is sending/,
  ],
  [
    'the history lies',
    'advance_campaign',
    `'sent_count', b.sent_count,\n      'failed_count'`,
    `'sent_count', b.sent_count + 1,\n      'failed_count'`,
    /history/,
  ],
  [
    'claims go out twice',
    'claim_deliveries',
    `and d.slot >= v_batch.next_slot and d.status = 'queued'`,
    'and d.slot >= v_batch.next_slot and d.slot < 3',
    /could be claimed/,
  ],
  ['nothing may be sent', 'begin_sending', `and d.status = 'claimed'`, `and d.status = 'none'`, /begun/],
] as const) {
  scenario(
    `says so when it is broken: ${what}`,
    async (t, db) => {
      await breakFunction(db, name, text, broken)
      const before = await readTables(db)
      const answer = await selfTest(db)
      t.equal(answer.ok, false)
      t.match(answer.disagreements.join('\n'), words)
      t.same(await readTables(db), before, 'and leaves nothing')
    },
    { audit: false },
  )
}

scenario('without open_batch at all', async (t, db) => {
  await db.query('drop function daybatch.open_batch(uuid, text)')
  t.match(await selfTest(db), { ok: false, disagreements: [/open_batch/] })
})

scenario('asleep it says why it cannot be tested', async (t, db) => {
  await db.query('update daybatch.settings set taken_over_at = null')
  const answer = await selfTest(db)
  t.equal(answer.ok, false)
  t.match(answer.disagreements.join(), /take_over/)
})
