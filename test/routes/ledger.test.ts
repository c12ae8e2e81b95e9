import t from 'tap'
import { advance, setClock } from '../helper/clock.ts'
import { openApi, UNKNOWN_ID } from './api.ts'

const { send, inject, makeList, pool } = await openApi(t)
await setClock(pool, '2026-03-02T09:00:00Z')

/** A campaign with one mail sent, one refused, one in doubt (its worker is gone), and its closed batch. */
async function makeCampaign(name: string) {
  const list = await makeList(
    `sent.${name}@example.test`,
    `refused.${name}@example.test`,
    `doubt.${name}@example.test`,
  )
  const made = await send('POST', '/api/campaigns', {
    name,
    text_body: 'Hello',
    contact_list_ids: [list],
    status: 'sending',
  })
  const id: string = made.body.id
  await pool.query('select daybatch.process_campaigns($1)', [id])
  const { rows } = await pool.query('select * from daybatch.claim_deliveries($1, $2, 3)', [id, 'a worker'])
  const [sent, refused, doubt] = rows
  await pool.query('select daybatch.begin_sending($1, $2, $3)', [
    id,
    [sent.claim_token, doubt.claim_token],
    [sent.delivery_id, doubt.delivery_id],
  ])
  const report = (row: { delivery_id: string; claim_token: string }, answer: object) => ({
    delivery_id: row.delivery_id,
    claim_token: row.claim_token,
    ...answer,
  })
  await pool.query('select daybatch.report_outcomes($1, $2)', [
    id,
    JSON.stringify([
      report(sent, { stage: 'message', reply_code: 250 }),
      report(refused, { stage: 'rcpt', reply_code: 550, enhanced_code: '5.1.1', reply_text: 'no such user' }),
    ]),
  ])
  await advance(pool, '10 minutes')
  await pool.query('select daybatch.process_campaigns($1)', [id])
  return { id, sent: sent.contact_id, refused: refused.contact_id, doubt: doubt.contact_id }
}

t.test('a mail in doubt is settled by contact, and all of them', async t => {
  const campaign = await makeCampaign('settle')
  t.match((await send('GET', `/api/campaigns/${campaign.id}`)).body, {
    status: 'completed',
    processed_count: 1,
    failed_count: 2,
  })
  const url = `/api/campaigns/${campaign.id}/in-doubt`
  t.match(await send('POST', url, { contacts: [campaign.sent], as: 'not_sent' }), {
    status: 200,
    body: { settled: 0 },
  })
  t.match(await send('POST', url, { contacts: 'all', as: 'sent' }), { status: 200, body: { settled: 1 } })
  t.match(await send('POST', url, { contacts: 'all', as: 'sent' }), { status: 200, body: { settled: 0 } })
  t.match((await send('GET', `/api/campaigns/${campaign.id}`)).body, { processed_count: 2, failed_count: 1 })
  t.match(await send('POST', url, { contacts: 'some', as: 'sent' }), { status: 400 })
  t.match(await send('POST', url, { contacts: 'all', as: 'lost' }), { status: 400 })
  t.match(await send('POST', `/api/campaigns/${UNKNOWN_ID}/in-doubt`, { contacts: 'all', as: 'sent' }), {
    status: 404,
    body: { code: 'MB001' },
  })
})

t.test('refused contacts go back, the forecast shows them, and the story tells it', async t => {
  const campaign = await makeCampaign('retry')
  t.match(await send('POST', `/api/campaigns/${campaign.id}/retry-failed`), {
    status: 200,
    body: { returned: 1 },
  })
  t.match(await send('POST', `/api/campaigns/${campaign.id}/retry-failed`), { body: { returned: 0 } })
  t.match((await send('GET', `/api/campaigns/${campaign.id}`)).body, {
    status: 'sending',
    remaining_count: 1,
    failed_count: 1,
  })
  t.same((await send('GET', `/api/campaigns/${campaign.id}/forecast?limit=1`)).body.items.length, 1)
  t.match(await send('GET', `/api/campaigns/${campaign.id}/forecast?limit=0`), {
    status: 422,
    body: { code: 'MB004' },
  })
  const many = await send('POST', '/api/campaigns', {
    name: 'Many batches',
    text_body: 'Hello',
    contact_list_ids: [await makeList(...Array.from({ length: 205 }, (_, n) => `many-${n}@example.test`))],
  })
  const forecast = `/api/campaigns/${many.body.id}/forecast?limit=1`
  const first = (await send('GET', forecast)).body
  t.equal(first.items.length, 200)
  const rest = (await send('GET', `${forecast}&cursor=${first.next_cursor}`)).body
  t.match(rest, { next_cursor: null, items: [{ batch_number: 201 }, {}, {}, {}, { batch_number: 205 }] })
  t.match(await send('GET', `${forecast}0&cursor=${first.next_cursor}`), { status: 400 }, 'of another limit')
  const story = await send('GET', `/api/campaigns/${campaign.id}/contacts/${campaign.refused}`)
  t.match(story.body.items.at(-1), { happened_at: null, what: 'stands in remaining' })
  t.ok(
    story.body.items.some((row: { detail: string }) => row.detail.includes('550')),
    'with the server’s words',
  )
  t.match(await send('GET', `/api/campaigns/${campaign.id}/contacts/${UNKNOWN_ID}`), {
    status: 404,
    body: { code: 'MB018' },
  })
})

t.test('the proof names each promise with its figures', async t => {
  const campaign = await makeCampaign('proof')
  const { status, body } = await send('GET', `/api/campaigns/${campaign.id}/proof`)
  t.equal(status, 200)
  t.ok(body.items.length >= 4)
  t.ok(body.items.every((row: { holds: boolean }) => row.holds))
})

t.test('a person is erased, an address is suppressed', async t => {
  const made = await send('POST', '/api/contacts', { email: 'erase@example.test' })
  const remove = () => inject({ method: 'DELETE', url: `/api/contacts/${made.body.id}` })
  t.match(await remove(), { status: 204 })
  t.match(await remove(), { status: 204 })
  t.match(await send('GET', `/api/contacts/${made.body.id}`), { status: 404 })
  t.match(await send('POST', '/api/suppressions', { email: 'never@example.test', reason: 'complained' }), {
    status: 201,
    body: { is_new: true },
  })
  t.match(await send('POST', '/api/suppressions', { email: 'NEVER@example.test' }), {
    status: 200,
    body: { is_new: false },
  })
  t.match(await send('POST', '/api/suppressions', { email: 'a@example.test', reason: 'erased' }), {
    status: 400,
  })
})
