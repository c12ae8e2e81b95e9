// The mission's queries on campaigns, verbatim but for the placeholders.
import type pg from 'pg'
import { accepted, makeCampaign, noSuchUser, type Row, readCampaign, runBatch } from '../helper/make.ts'
import { after, DAY, HOUR, scenario } from '../helper/scenario.ts'
import { openLogin } from './login.ts'

const CAMPAIGN_STATUS = `
SELECT
  id,
  name,
  status,
  daily_send_limit,
  total_contacts,
  jsonb_array_length(contacts_remaining) as remaining_count,
  jsonb_array_length(contacts_processed) as processed_count,
  jsonb_array_length(contacts_failed) as failed_count,
  current_batch_number,
  next_batch_send_time,
  batch_history
FROM campaigns
WHERE status IN ('sending', 'scheduled')
ORDER BY created_at DESC;`

const BATCH_HISTORY = `
-- View batch history for a campaign
SELECT
  name,
  jsonb_pretty(batch_history) as batch_details
FROM campaigns
WHERE id = 'your-campaign-uuid';`

const forCampaign = (query: string, id: string) => query.replace('your-campaign-uuid', id)

/** One campaign after its first batch, one that waits for its time, and one of each status that is not under way. */
async function makeCampaigns(db: pg.Pool) {
  const running = await makeCampaign(db, {
    name: 'Running',
    contacts: 7,
    limit: 5,
    created_at: after(-2 * HOUR),
  })
  await runBatch(db, running.id, [accepted, noSuchUser, accepted, accepted, accepted])
  const planned = await makeCampaign(db, {
    name: 'Planned',
    status: 'scheduled',
    scheduled_at: after(3 * DAY),
    created_at: after(-HOUR),
  })
  for (const status of ['draft', 'paused', 'completed', 'cancelled'])
    await makeCampaign(db, { name: `Not under way: ${status}`, status, created_at: after(0) })
  const first = await makeCampaign(db, { name: 'Just started', limit: 50, created_at: after(-HOUR / 2) })
  return { running, planned, first }
}

const HISTORY = [
  {
    batch_number: 1,
    timestamp: '2026-03-02T09:00:00Z',
    sent_count: 4,
    failed_count: 1,
    remaining_count: 2,
  },
]

const FRESH: Row = {
  total_contacts: null,
  remaining_count: 0,
  processed_count: 0,
  failed_count: 0,
  current_batch_number: 1,
  next_batch_send_time: null,
  batch_history: [],
}

scenario('the status query: what is under way, the newest first', async (t, db, database) => {
  const { running, planned, first } = await makeCampaigns(db)
  const expected = [
    { id: first.id, name: 'Just started', status: 'sending', daily_send_limit: 50, ...FRESH },
    { id: planned.id, name: 'Planned', status: 'scheduled', daily_send_limit: 5, ...FRESH },
    {
      id: running.id,
      name: 'Running',
      status: 'sending',
      daily_send_limit: 5,
      total_contacts: 7,
      remaining_count: 2,
      processed_count: 4,
      failed_count: 1,
      current_batch_number: 2,
      next_batch_send_time: after(DAY),
      batch_history: HISTORY,
    },
  ]
  const answer = await db.query(CAMPAIGN_STATUS)
  t.same(answer.rows, expected)
  t.same(
    answer.fields.map(({ name }) => name),
    Object.keys(expected[0]!),
  )
  for (const group of ['daybatch_app', 'daybatch_operator']) {
    const login = await openLogin(t, database, group)
    t.same((await login.query(CAMPAIGN_STATUS)).rows, expected, `the same for a login in ${group}`)
  }
})

scenario('the batch history query', async (t, db, database) => {
  const { running, first } = await makeCampaigns(db)
  const expected = [
    {
      name: 'Running',
      batch_details: `[
    {
        "timestamp": "2026-03-02T09:00:00Z",
        "sent_count": 4,
        "batch_number": 1,
        "failed_count": 1,
        "remaining_count": 2
    }
]`,
    },
  ]
  t.same((await db.query(forCampaign(BATCH_HISTORY, running.id))).rows, expected)
  for (const group of ['daybatch_app', 'daybatch_operator']) {
    const login = await openLogin(t, database, group)
    t.same((await login.query(forCampaign(BATCH_HISTORY, running.id))).rows, expected, group)
  }
  t.same((await db.query(forCampaign(BATCH_HISTORY, first.id))).rows, [
    { name: 'Just started', batch_details: '[\n]' },
  ])
})

scenario('while a batch is under way the status query still says what remains', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 6, limit: 5 })
  await db.query('select * from daybatch.process_campaigns($1)', [campaign.id])
  t.match((await db.query(CAMPAIGN_STATUS)).rows, [
    { total_contacts: 6, remaining_count: 6, processed_count: 0, current_batch_number: 1, batch_history: [] },
  ])
  t.same((await readCampaign(db, campaign.id)).next_batch_send_time, after(DAY))
})
