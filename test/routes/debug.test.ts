import t from 'tap'
import { openApi, UNKNOWN_ID } from './api.ts'

const DEBUG = '/api/debug/test-batch-campaign'
const { send, inject, makeList, pool } = await openApi(t)

async function startCampaign(): Promise<string> {
  const contact_list_ids = [await makeList('a@example.test', 'b@example.test')]
  const { body } = await send('POST', '/api/campaigns', {
    name: 'Active',
    text_body: 'x',
    contact_list_ids,
    status: 'sending',
  })
  return body.id
}

t.test('POST initialises tracking and returns the counts, again and again', async t => {
  const campaignId = await startCampaign()
  const counts = {
    campaign_id: campaignId,
    total_contacts: 2,
    remaining_count: 2,
    processed_count: 0,
    failed_count: 0,
  }
  t.same(await send('POST', DEBUG, { campaignId }).then(({ body }) => body), {
    ...counts,
    initialised_now: true,
  })
  t.same(await send('POST', DEBUG, { campaignId }).then(({ body }) => body), {
    ...counts,
    initialised_now: false,
  })

  t.match(await send('POST', DEBUG, { campaignId: UNKNOWN_ID }), { status: 404, body: { code: 'MB001' } })
  t.match(await send('POST', DEBUG, { campaignId: 'x' }), {
    status: 400,
    body: { detail: 'body/campaignId must be a uuid' },
  })
  t.match(await inject({ method: 'POST', url: DEBUG }), { status: 400 })
})

t.test('GET runs a simulated campaign, leaves nothing behind, and shows the active ones', async t => {
  const id = await startCampaign()
  const before = await pool.query('select count(*) from public.campaigns')
  const { status, body } = await send('GET', DEBUG)
  t.match({ status, body }, { status: 200, body: { ok: true, simulation: { ok: true, disagreements: [] } } })
  t.ok(body.simulation.timeline.length >= 4)
  t.match(
    body.campaigns.find((campaign: { id: string }) => campaign.id === id),
    { name: 'Active', disagreements: [] },
  )
  t.same((await pool.query('select count(*) from public.campaigns')).rows, before.rows)
})

t.test('a broken open_batch is noticed', async t => {
  const { rows } = await pool.query(`select pg_get_functiondef('daybatch.open_batch'::regproc) as source`)
  const broken = rows[0].source.replace(/fill_batch\(/, 'no_fill_batch(')
  t.not(broken, rows[0].source)
  await pool.query(broken)
  const answer = await send('GET', DEBUG)
  t.equal(answer.body.ok ?? false, false)
  await pool.query(rows[0].source)
  t.match((await send('GET', DEBUG)).body, { ok: true })
})

t.test('arrays that were changed behind the engine are noticed', async t => {
  const id = await startCampaign()
  await send('POST', DEBUG, { campaignId: id })
  await pool.query(
    `begin; set local session_replication_role = replica;
     update public.campaigns set contacts_remaining = contacts_remaining - 0 where id = '${id}'; commit`,
  )
  const { body } = await send('GET', DEBUG)
  t.equal(body.ok, false)
  t.not(body.campaigns.find((campaign: { id: string }) => campaign.id === id).disagreements.length, 0)
})
