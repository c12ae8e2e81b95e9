import t from 'tap'
import { advance, setClock } from '../helper/clock.ts'
import { closeBatch, send as deliver } from '../helper/make.ts'
import { openApi, UNKNOWN_ID } from './api.ts'

const CRON = '/api/cron/process-campaigns'
const START = '2025-09-24T09:00:00Z'

const { send, inject, makeList, pool, calls } = await openApi(t)
await setClock(pool, START)

async function startCampaign(name: string, emails: string[], limit: number): Promise<string> {
  const { body } = await send('POST', '/api/campaigns', {
    name,
    text_body: 'Good morning.',
    daily_send_limit: limit,
    contact_list_ids: [await makeList(...emails)],
    status: 'sending',
  })
  return body.id
}

const find = (body: { campaigns: { campaign_id: string }[] }, id: string) =>
  body.campaigns.find(({ campaign_id }) => campaign_id === id)

t.test('it opens what is due, says what was done, and why nothing was', async t => {
  const id = await startCampaign('Cron', ['a@example.test', 'b@example.test', 'c@example.test'], 2)
  const before = calls.wake
  const first = await send('POST', CRON)
  t.match(first, { status: 200, body: { ok: true } })
  t.match(find(first.body, id), {
    name: 'Cron',
    action: 'opened',
    batch_number: 1,
    delivery_count: 2,
    next_batch_send_time: '2025-09-25T09:00:00.000Z',
  })
  t.ok(calls.wake > before)
  await deliver(pool, id)
  await closeBatch(pool, id)

  await advance(pool, '23 hours 54 minutes')
  t.match(
    find((await send('POST', CRON)).body, id),
    { action: 'waiting', reason: /2025-09-25/ },
    'six minutes early: not due',
  )
  await advance(pool, '2 minutes')
  await pool.query('select * from daybatch.process_campaigns($1)', [id])
  t.equal(
    (await pool.query('select from daybatch.batches where campaign_id = $1', [id])).rowCount,
    1,
    'only a cron may be early',
  )
  t.match(
    find((await send('GET', CRON)).body, id),
    { action: 'opened', batch_number: 2 },
    'four minutes early: in the window',
  )
  await deliver(pool, id)
  await closeBatch(pool, id)
  t.match((await send('GET', `/api/campaigns/${id}`)).body, { status: 'completed', processed_count: 3 })
})

t.test('any body and content type will do; a campaign may be named', async t => {
  const id = await startCampaign('Named', ['d@example.test'], 5)
  const other = await startCampaign('Not named', ['e@example.test'], 5)
  const json = JSON.stringify({ campaignId: id })
  t.match(
    (
      await inject({
        method: 'POST',
        url: CRON,
        payload: json,
        headers: { 'content-type': 'application/json' },
      })
    ).body,
    {
      campaigns: [{ campaign_id: id, action: 'opened' }],
    },
  )
  t.match(
    (await inject({ method: 'POST', url: CRON, payload: json, headers: { 'content-type': 'text/plain' } }))
      .body.campaigns,
    [{ campaign_id: id }],
  )
  t.match((await send('GET', `${CRON}?campaignId=${id}`)).body.campaigns, { length: 1 })
  t.match((await send('GET', `/api/campaigns/${other}`)).body, { open_batch_number: null })

  const bodies: [payload: string, type: string | undefined][] = [
    ['', 'application/json'],
    ['', undefined],
    ['x=1', 'application/x-www-form-urlencoded'],
    ['ping', 'text/plain'],
    ['\x00\x01', 'application/octet-stream'],
    ['{}', 'application/json'],
    ['', 'nonsense'],
    ['x', 'nonsense'],
  ]
  for (const [payload, type] of bodies) {
    const answer = await inject({
      method: 'POST',
      url: CRON,
      payload,
      headers: type ? { 'content-type': type } : {},
    })
    t.equal(answer.status, 200, `${JSON.stringify(payload)} as ${type}`)
  }
})

t.test('what cannot be done is said', async t => {
  const json = { 'content-type': 'application/json' }
  t.match(await send('POST', CRON, { campaignId: UNKNOWN_ID }), { status: 404, body: { code: 'MB001' } })
  t.match(await send('POST', CRON, { campaignId: 'first' }), { status: 400, body: { detail: /uuid/ } })
  t.match(await inject({ method: 'POST', url: CRON, payload: '{"campaignId"', headers: json }), {
    status: 400,
    body: { type: '/problems/malformed-json' },
  })
  const { body } = await send('POST', '/api/campaigns', { name: 'Empty', text_body: 'x', status: 'sending' })
  t.match(find((await send('POST', CRON)).body, body.id), { action: 'paused', error_code: 'MB003' })
})

t.test('one campaign that fails stops no other, and the answer says so', async t => {
  const bad = await startCampaign('Bad', ['f@example.test'], 5)
  const good = await startCampaign('Good', ['g@example.test'], 5)
  await pool.query(
    `create function public.fail_bad() returns trigger language plpgsql as $$
     begin if new.campaign_id = '${bad}' then raise exception 'broken on purpose'; end if; return new; end $$;
     create trigger fail_bad before insert on daybatch.batches for each row execute function public.fail_bad()`,
  )
  const { body } = await send('POST', CRON)
  t.equal(body.ok, false)
  t.match(find(body, bad), { action: 'failed', reason: 'broken on purpose' })
  t.match(find(body, good), { action: 'opened' })
})
