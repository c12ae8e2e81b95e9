// Idempotency-Key: done once, answered again, never twice.
import { randomUUID } from 'node:crypto'
import t from 'tap'
import { advance, setClock } from '../helper/clock.ts'
import { openApi } from './api.ts'

const { inject, pool, makeList, app } = await openApi(t)

const post = (url: string, key: string, payload: object | string, headers: Record<string, string> = {}) =>
  inject({ method: 'POST', url, payload, headers: { 'idempotency-key': key, ...headers } })
const countCampaigns = async (name: string) =>
  (await pool.query('select from public.campaigns where name = $1', [name])).rowCount

t.test('a retry gets the answer of the first, and nothing is made twice', async t => {
  const key = randomUUID()
  const first = await post('/api/campaigns', key, { name: 'Once' })
  t.equal(first.status, 201)
  t.notOk(first.headers['idempotency-replayed'])
  const again = await post('/api/campaigns', key, { name: 'Once' })
  t.equal(again.status, 201)
  t.equal(again.headers['idempotency-replayed'], 'true')
  t.same(again.body, first.body)
  for (const name of ['location', 'etag', 'content-type'])
    t.equal(again.headers[name], first.headers[name], name)
  t.equal((await post('/api/campaigns', `"${key}"`, { name: 'Once' })).body.id, first.body.id, 'quoted')
  t.equal(await countCampaigns('Once'), 1)
  const { rows } = await pool.query('select to_jsonb(r)::text as row from daybatch.idempotent_requests as r')
  t.notMatch(rows.map(({ row }) => row).join(), new RegExp(key), 'only its hash is kept')
})

t.test('another body is refused, another route or caller is another request', async t => {
  const key = randomUUID()
  await post('/api/campaigns', key, { name: 'Mine' })
  t.match(await post('/api/campaigns', key, { name: 'Other' }), {
    status: 422,
    body: { code: 'MB052', type: '/problems/idempotency-key-reused' },
  })
  t.match(await post('/api/lists', key, { name: 'Mine' }), { status: 201 })
  const { rows } = await pool.query(`select * from daybatch.create_api_key('shop', 'write')`)
  t.match(
    await post('/api/campaigns', key, { name: 'Theirs' }, { authorization: `Bearer ${rows[0].api_key}` }),
    { status: 201, body: { name: 'Theirs' } },
  )
  t.equal(await countCampaigns('Other'), 0)
  for (const bad of ['', 'a b', 'x'.repeat(256), 'ü'])
    t.match(await post('/api/lists', bad, { name: 'x' }), { status: 400 }, JSON.stringify(bad))
})

t.test('many at once: one is done', async t => {
  const key = randomUUID()
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => post('/api/campaigns', key, { name: 'Raced' })),
  )
  t.equal(await countCampaigns('Raced'), 1)
  const ids = new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id))
  t.equal(ids.size, 1)
  for (const { status, body } of answers)
    if (status !== 201) t.match({ status, body }, { status: 409, body: { code: 'MB053' } })
})

t.test('what was refused may be tried again; what nobody finished is never done again', async t => {
  const { body: campaign } = await inject({
    method: 'POST',
    url: '/api/campaigns',
    payload: { name: 'Later' },
  })
  const start = `/api/campaigns/${campaign.id}/start`
  const key = randomUUID()
  t.match(await post(start, key, {}), { status: 409, body: { code: 'MB003' } })
  const listId = await makeList('later@example.test')
  await inject({
    method: 'PATCH',
    url: `/api/campaigns/${campaign.id}`,
    payload: { text_body: 'Hello', contact_list_ids: [listId] },
  })
  t.match(await post(start, key, {}), { status: 200, body: { status: 'sending' } })
  t.match(await post('/api/lists', 'not-valid', {}), { status: 400 })
  t.match(await post('/api/lists', 'not-valid', { name: 'Valid' }), { status: 201 })

  const lost = randomUUID()
  await post('/api/lists', lost, { name: 'Lost' })
  // as if the process had died before its answer was kept
  await pool.query(
    'update daybatch.idempotent_requests set answered_at = null, status_code = null, headers = null, body = null',
  )
  t.match(await post('/api/lists', lost, { name: 'Lost' }), {
    status: 409,
    body: { code: 'MB053', detail: /look whether the request had its effect/ },
  })
})

t.test('a busy database took it back: it may be tried again; after another failure nobody knows', async t => {
  /** Lets the making of lists fail with this SQLSTATE, as often as it is tried. */
  async function breakLists(code: string): Promise<() => Promise<unknown>> {
    await pool.query(`
      create function public.fail() returns trigger language plpgsql as
        $$ begin raise exception 'not now' using errcode = '${code}'; end; $$;
      create trigger fail before insert on public.contact_lists for each row execute function public.fail()`)
    return () => pool.query('drop function public.fail() cascade')
  }
  const name = 'At last'
  const key = randomUUID()
  const mendBusy = await breakLists('40001')
  t.match(await post('/api/lists', key, { name }), { status: 503, body: { type: '/problems/busy' } })
  await mendBusy()
  t.match(await post('/api/lists', key, { name }), { status: 201 })
  t.match(await post('/api/lists', key, { name }), {
    status: 201,
    headers: { 'idempotency-replayed': 'true' },
  })

  const broken = randomUUID()
  const mendBroken = await breakLists('XX000')
  t.match(await post('/api/lists', broken, { name }), { status: 500 })
  await mendBroken()
  t.match(await post('/api/lists', broken, { name }), { status: 409, body: { code: 'MB053' } })
  const { rowCount } = await pool.query('select from public.contact_lists where name = $1', [name])
  t.equal(rowCount, 1)
})

t.test('imports by stream, keys of the API, and the end of 24 hours', async t => {
  await setClock(pool, '2026-03-01T09:00:00Z')
  const listId = await makeList()
  const csv = 'email\nstream@example.org\n'
  const key = randomUUID()
  const send = (text: string) =>
    post(`/api/lists/${listId}/imports`, key, text, { 'content-type': 'text/csv' })
  const first = await send(csv)
  t.equal(first.status, 201)
  t.same((await send(csv)).body, first.body)
  t.equal((await send(`${csv}more@example.org\n`)).status, 422)

  const made = await post('/api/keys', key, { name: 'shown once' })
  t.match(made.body, { api_key: /^dbk_/ })
  t.same((await post('/api/keys', key, { name: 'shown once' })).body, { key_id: made.body.key_id })
  const { rows } = await pool.query('select body from daybatch.idempotent_requests')
  t.notMatch(JSON.stringify(rows), /dbk_/)

  await advance(pool, '24 hours')
  t.not((await send(csv)).body.import_id, first.body.import_id, 'a day later it is a new request')
  await advance(pool, '24 hours')
  await app.inject({ method: 'POST', url: '/api/cron/process-campaigns' })
  const { rowCount } = await pool.query(
    `select from daybatch.idempotent_requests where started_at < '2026-03-03'`,
  )
  t.equal(rowCount, 0, 'the sweep forgets')
})
