import t from 'tap'
import { openApi, UNKNOWN_ID } from './api.ts'

const api = await openApi(t)
const { send, makeList, calls } = api

const message = { subject: 'Hello {{first_name|reader}}', text_body: 'Good morning.' }

t.test('a campaign is made, read, listed and changed', async t => {
  const listId = await makeList('ann@example.test')
  const made = await send('POST', '/api/campaigns', { name: 'First', ...message, contact_list_ids: [listId] })
  t.equal(made.status, 201)
  t.match(made.body, { name: 'First', status: 'draft', daily_send_limit: 5, subject: message.subject })
  t.equal(made.headers.location, `/api/campaigns/${made.body.id}`)

  const url = `/api/campaigns/${made.body.id}`
  const changed = await send('PATCH', url, {
    name: 'Renamed',
    daily_send_limit: 9,
    html_body: '<p>Hello</p>',
  })
  t.match(changed, { status: 200, body: { name: 'Renamed', daily_send_limit: 9, html_body: '<p>Hello</p>' } })
  t.same((await send('GET', url)).body, changed.body)
  const { body } = await send('GET', '/api/campaigns?status=draft')
  t.match(body, { items: [{ id: made.body.id, name: 'Renamed' }], next_cursor: null })
  t.same((await send('GET', '/api/campaigns?status=sending')).body.items, [])
})

t.test('sending rules are set, changed and taken away; what is not possible is refused in words', async t => {
  const rules = {
    send_window_from: '09:00',
    send_window_to: '17:00',
    send_window_days: [1, 2, 3, 4, 5],
    send_time_zone: 'Europe/Berlin',
    ramp_up_percent: 20,
    ramp_up_to: 100,
    spread_over: '4 hours',
    limit_policy: 'rolling',
  }
  const made = await send('POST', '/api/campaigns', { name: 'With rules', ...message, ...rules })
  t.match(made, {
    status: 201,
    body: { sending_rules: { send_window_from: '09:00:00', ramp_up_to: 100, limit_policy: 'rolling' } },
  })
  const url = `/api/campaigns/${made.body.id}`
  const off = Object.fromEntries(Object.keys(rules).map(name => [name, null]))
  t.match(await send('PATCH', url, { send_time_zone: 'Europe/Nowhere' }), {
    status: 422,
    body: {
      code: 'MB017',
      title: "'Europe/Nowhere' is no IANA time zone",
      errors: [{ path: 'body/send_time_zone' }],
    },
  })
  t.match(await send('PATCH', url, { limit_policy: 'monthly' }), { status: 400 })
  t.match(await send('PATCH', url, off), { status: 200, body: { sending_rules: null } })
  const daily = { daily_send_time: '09:00', send_time_zone: 'Europe/Berlin' }
  t.match((await send('PATCH', url, daily)).body.sending_rules, { daily_send_time: '09:00:00' })
})

t.test('a campaign is steered; repeating is harmless, a wrong status is refused with SQLs words', async t => {
  const listId = await makeList('bob@example.test')
  const { body } = await send('POST', '/api/campaigns', {
    name: 'Steered',
    ...message,
    contact_list_ids: [listId],
  })
  const url = `/api/campaigns/${body.id}`
  const before = calls.wake

  const scheduled = await send('POST', `${url}/schedule`, { scheduled_at: '2099-01-31T09:00:00Z' })
  t.match(scheduled, { status: 200, body: { status: 'scheduled' } })
  t.equal(Date.parse(scheduled.body.scheduled_at), Date.UTC(2099, 0, 31, 9))
  t.match(await send('POST', `${url}/start`), { status: 200, body: { status: 'sending' } })
  t.match(await send('POST', `${url}/start`), { status: 200, body: { status: 'sending' } })
  const paused = await send('POST', `${url}/pause`, { reason: 'typo in the subject' })
  t.match(paused, { status: 200, body: { status: 'paused', pause_reason: 'typo in the subject' } })
  const refused = await send('POST', `${url}/start`)
  t.match(refused, {
    status: 409,
    body: { code: 'MB002', type: '/problems/wrong-status', detail: /resume/i },
  })
  t.match(await send('POST', `${url}/resume`), { status: 200, body: { status: 'sending' } })
  t.match(await send('POST', `${url}/cancel`), { status: 200, body: { status: 'cancelled' } })
  t.match(await send('POST', `${url}/cancel`), { status: 200, body: { status: 'cancelled' } })
  t.match(await send('POST', `${url}/resume`), { status: 409, body: { code: 'MB002' } })
  t.equal(calls.wake - before, 7, 'every change wakes the worker')
})

t.test('made with status sending, its job stands in pg-boss', async t => {
  const listId = await makeList('cy@example.test')
  const { body } = await send('POST', '/api/campaigns', {
    name: 'At once',
    ...message,
    contact_list_ids: [listId],
    status: 'sending',
  })
  const { rows } = await api.pool.query(`select data from pgboss.job where data ->> 'campaign_id' = $1`, [
    body.id,
  ])
  t.match(rows, [{ data: { batch_number: 1 } }])
})

t.test('what cannot be sent is refused at start, and the reason is told', async t => {
  const start = async (fields: object) => {
    const { body } = await send('POST', '/api/campaigns', { name: 'Refused', ...fields })
    return send('POST', `/api/campaigns/${body.id}/start`)
  }
  const listId = await makeList('dee@example.test')
  t.match(await start({ ...message, contact_list_ids: [] }), { status: 409, body: { code: 'MB003' } })
  t.match(await start({ ...message, contact_list_ids: [await makeList()] }), {
    status: 409,
    body: { code: 'MB003' },
  })
  t.match(await start({ contact_list_ids: [listId] }), { status: 409, body: { code: 'MB010' } })
  t.match(await start({ text_body: '{{nonsense_field}}', contact_list_ids: [listId] }), {
    status: 422,
    body: { code: 'MB011', title: /nonsense_field/ },
  })
})

t.test('pages follow each other by cursor, and the last one says so', async t => {
  for (const name of ['p1', 'p2', 'p3']) await send('POST', '/api/campaigns', { name })
  const names: string[] = []
  let cursor: string | null = ''
  for (let pages = 0; cursor !== null && pages < 20; pages++) {
    const { body } = await send('GET', `/api/campaigns?status=draft&limit=2${cursor && `&cursor=${cursor}`}`)
    t.ok(body.items.length <= 2)
    names.push(...body.items.map(({ name }: { name: string }) => name))
    cursor = body.next_cursor
  }
  t.same(names.slice(0, 3), ['p3', 'p2', 'p1'], 'newest first')
  t.equal(
    new Set(names).size,
    new Set(
      (await send('GET', '/api/campaigns?status=draft&limit=200')).body.items.map(
        (c: { name: string }) => c.name,
      ),
    ).size,
  )
  t.match(await send('GET', '/api/campaigns?cursor=bm9uc2Vuc2U'), {
    status: 400,
    body: { type: '/problems/invalid-cursor' },
  })
  t.match(await send('GET', '/api/campaigns?limit=201'), { status: 400 })
})

t.test('wrong input is refused before or by SQL, and the answer says what is wrong where', async t => {
  const refusals: [payload: object, status: number, body: object][] = [
    [{}, 400, { errors: [{ path: 'body', message: /name/ }] }],
    [{ name: '' }, 400, { detail: /body\/name/ }],
    [
      { name: 'x', daily_send_limit: '5' },
      400,
      { errors: [{ path: 'body/daily_send_limit', message: 'must be integer' }] },
    ],
    [{ name: 'x', daily_send_limit: null }, 400, { detail: /daily_send_limit/ }],
    [{ name: 'x', daily_send_limit: 0 }, 422, { code: 'MB004', type: '/problems/limit-below-one' }],
    [
      { name: 'x', daily_send_limit: 1e30 },
      422,
      { code: 'MB017', errors: [{ path: 'body/daily_send_limit' }] },
    ],
    [{ name: 'x', contact_list_ids: ['no uuid'] }, 400, { detail: 'body/contact_list_ids/0 must be a uuid' }],
    [{ name: 'x', contact_list_ids: [UNKNOWN_ID] }, 404, { code: 'MB005', type: '/problems/unknown-list' }],
    [{ name: 'x', status: 'completed' }, 400, { detail: /body\/status/ }],
    [{ name: 'x', scheduled_at: 'tomorrow' }, 400, { detail: /must be a time like/ }],
    [{ name: 'x', contacts_remaining: [] }, 400, { detail: /unknown fields: contacts_remaining/ }],
    [{ name: 'x', batch_interval: 'a while' }, 422, { code: 'MB017' }],
    [
      { name: 'x', batch_interval: '1 day' },
      422,
      { code: '23514', title: /batch interval is given in hours/ },
    ],
    [{ name: 'x\u0000' }, 400, {}],
    [{ name: 'x\ny' }, 422, { code: 'MB017' }],
  ]
  for (const [payload, status, body] of refusals) {
    const answer = await send('POST', '/api/campaigns', payload)
    t.match(answer, { status, body }, JSON.stringify(payload).slice(0, 80))
    t.match(answer.headers['content-type'], /^application\/problem\+json/)
    t.equal(answer.body.instance, `urn:uuid:${answer.headers['x-request-id']}`)
  }
  const { rows } = await api.pool.query(`select from public.campaigns where name like 'x%' or name = ''`)
  t.equal(rows.length, 0, 'nothing was made')
})

t.test('unknown and impossible ids', async t => {
  for (const action of ['start', 'pause', 'resume', 'cancel']) {
    t.match(
      await send('POST', `/api/campaigns/${UNKNOWN_ID}/${action}`),
      { status: 404, body: { code: 'MB001' } },
      action,
    )
  }
  t.match(await send('GET', `/api/campaigns/${UNKNOWN_ID}`), {
    status: 404,
    body: { type: '/problems/unknown-campaign' },
  })
  t.match(await send('PATCH', `/api/campaigns/${UNKNOWN_ID}`, { name: 'x' }), { status: 404 })
  t.match(await send('PATCH', `/api/campaigns/${UNKNOWN_ID}`, {}), { status: 400 })
  t.match(await send('GET', '/api/campaigns/17'), {
    status: 400,
    body: { detail: 'params/id must be a uuid' },
  })
})
