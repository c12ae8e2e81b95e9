// The mission's debug endpoint, with the requests that the mission shows.
import t from 'tap'
import { makeCampaign, type Row, readCampaign, readState } from '../helper/make.ts'
import { startService } from './service.ts'

const { pool, ask, smtp } = await startService(t, { at: '2025-09-24T09:00:00Z' })

/** The mission's requests, verbatim but for the id. */
const TEST_BATCHING = 'GET /api/debug/test-batch-campaign'
const INITIALIZE = `POST /api/debug/test-batch-campaign
{
  "campaignId": "uuid-of-campaign"
}`

function request(text: string, id = '') {
  const [line, ...body] = text.replace('uuid-of-campaign', id).split('\n')
  const [method, path] = line!.split(' ') as ['GET' | 'POST', string]
  return body.length > 0 ? ask(method, path, JSON.parse(body.join('\n'))) : ask(method, path)
}

t.test('GET tests the batching system: the example of the mission, and nothing is left of it', async t => {
  const tables = `select count(*)::integer as count, 'campaigns' as name from campaigns
    union all select count(*)::integer, 'contacts' from contacts union all select count(*)::integer, 'lists' from contact_lists
    union all select count(*)::integer, 'jobs' from pgboss.job union all select count(*)::integer, 'batches' from daybatch.batches
    union all select count(*)::integer, 'deliveries' from daybatch.deliveries`
  const { rows: before } = await pool.query(tables)
  const { status, body } = await request(TEST_BATCHING)
  t.equal(status, 200)
  t.match(body, { ok: true, simulation: { ok: true, contacts: 17, daily_send_limit: 5, disagreements: [] } })
  t.same(
    body.simulation.timeline.map((entry: Row) => [
      entry.batch_number,
      entry.sent_count,
      entry.remaining_count,
    ]),
    [
      [1, 5, 12],
      [2, 5, 7],
      [3, 5, 2],
      [4, 2, 0],
    ],
  )
  t.same((await pool.query(tables)).rows, before)
  t.equal(smtp.accepted.length, 0, 'no mail')
})

t.test('POST initialises the contact tracking of one campaign', async t => {
  const { id, contacts } = await makeCampaign(pool, { contacts: 7, status: 'draft' })
  const other = await makeCampaign(pool, { contacts: 2, status: 'draft' })
  const untouched = await readState(pool, other.id)
  const counts = {
    campaign_id: id,
    total_contacts: 7,
    remaining_count: 7,
    processed_count: 0,
    failed_count: 0,
  }
  t.same(await request(INITIALIZE, id), { status: 200, body: { ...counts, initialised_now: true } })
  const row = await readCampaign(pool, id)
  t.same([row.contacts_remaining, row.contacts_processed, row.contacts_failed], [contacts, [], []])
  t.match(row, { status: 'draft', total_contacts: 7 })
  t.same(await request(INITIALIZE, id), { status: 200, body: { ...counts, initialised_now: false } })
  t.same(await readCampaign(pool, id), row, 'once')
  t.same(await readState(pool, other.id), untouched)
  t.equal(smtp.accepted.length, 0, 'and sends nothing')
})

t.test('GET shows the batching state of what is under way', async t => {
  const { id } = await makeCampaign(pool, {
    name: 'Under way',
    contacts: 3,
    limit: 2,
    scheduled_at: '2025-09-25T09:00:00Z',
    status: 'scheduled',
  })
  await request(INITIALIZE, id)
  const { body } = await request(TEST_BATCHING)
  t.match(
    body.campaigns.find((campaign: Row) => campaign.id === id),
    {
      name: 'Under way',
      status: 'scheduled',
      total_contacts: 3,
      remaining_count: 3,
      processed_count: 0,
      failed_count: 0,
      tracking_initialised: true,
      disagreements: [],
    },
  )
})
