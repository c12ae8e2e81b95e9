// What became of a campaign, over HTTP: the rows are those of the views, page by page.
import t from 'tap'
import { advance, setClock } from '../helper/clock.ts'
import { makeCampaign, processCampaign, runBatch } from '../helper/make.ts'
import { makeSpringOffer } from '../helper/spring-offer.ts'
import { openApi, UNKNOWN_ID } from './api.ts'

const { send, inject, pool, makeList, calls } = await openApi(t)
const { id, contacts } = await makeSpringOffer(pool)
const url = `/api/campaigns/${id}`

async function readAll(path: string, limit: number) {
  const items: Record<string, unknown>[] = []
  let cursor: string | null = ''
  for (let pages = 0; cursor !== null && pages < 50; pages++) {
    const separator: string = path.includes('?') ? '&' : '?'
    const { status, body } = await send(
      'GET',
      `${path}${separator}limit=${limit}${cursor && `&cursor=${cursor}`}`,
    )
    if (status !== 200) throw new Error(JSON.stringify(body))
    items.push(...body.items)
    cursor = body.next_cursor
  }
  return items
}

t.test('one campaign tells its version, what it waits for, and when it is done', async t => {
  const { body, headers } = await send('GET', url)
  t.equal(headers.etag, `"${body.version}"`)
  t.equal(headers['cache-control'], 'no-store')
  const blockers = await pool.query(
    'select blocker, reason, needs_somebody from daybatch.campaign_blockers where campaign_id = $1',
    [id],
  )
  t.same(
    body.blockers.map(({ blocker, reason, needs_somebody }: Record<string, unknown>) => ({
      blocker,
      reason,
      needs_somebody,
    })),
    blockers.rows,
  )
  const { rows } = await pool.query('select * from daybatch.forecast_campaign($1)', [id])
  const coming = rows.filter(({ is_under_way }) => !is_under_way)
  t.equal(body.batches_to_come, coming.length)
  t.equal(Date.parse(body.finish_at), rows.at(-1).due_at.getTime())
  t.equal(Date.parse(body.next_batch.due_at), coming[0].due_at.getTime())
  t.equal(body.next_batch.size, coming[0].size)

  const draft = await send('POST', '/api/campaigns', { name: 'No start yet' })
  t.match(draft.body, { next_batch: null, batches_to_come: 0, finish_at: null })
  t.equal(draft.body.blockers[0].blocker, 'draft')
})

t.test('batches: past, under way and to come', async t => {
  const items = await readAll(`${url}/batches`, 2)
  const { rows } = await pool.query(
    'select batch_number, sent_count, failed_count, skipped_count, in_doubt_count from daybatch.batch_history where campaign_id = $1 order by 1',
    [id],
  )
  t.same(
    items.map(({ batch_number }) => batch_number),
    items.map((_, n) => n + 1),
    'in order, without a gap',
  )
  t.match(items[0], { state: 'closed', ...rows[0] })
  t.match(items[1], { state: 'open', batch_number: 2, closed_at: null })
  t.equal(items.at(-1)?.state, 'forecast')
  t.equal(items.at(-1)?.remaining_count, 0)
  const { refused_count, skipped_count, in_doubt_count, failed_count } = items[0] as Record<string, number>
  t.equal(refused_count! + skipped_count! + in_doubt_count!, failed_count)
  const from = await send('GET', `${url}/batches?from=3`)
  t.equal(from.body.items[0].batch_number, 3)
})

t.test('deliveries: per contact, with the words of the server', async t => {
  const { rows } = await pool.query(
    'select status, count(*)::integer from daybatch.deliveries where campaign_id = $1 group by status',
    [id],
  )
  const all = await readAll(`${url}/deliveries`, 3)
  t.equal(
    all.length,
    rows.reduce((sum, { count }) => sum + count, 0),
  )
  t.equal(new Set(all.map(({ contact_id }) => contact_id)).size, all.length)
  for (const { status, count } of rows) {
    const some = await readAll(`${url}/deliveries?status=${status}`, 1)
    t.equal(some.length, count, status)
    t.ok(
      some.every(item => item.status === status),
      status,
    )
  }
  const failed = await pool.query('select * from daybatch.failed_contacts where campaign_id = $1', [id])
  const { body } = await send('GET', `${url}/deliveries?status=failed`)
  t.match(body.items[0], {
    contact_id: failed.rows[0].contact_id,
    reason: failed.rows[0].reason,
    reply_code: failed.rows[0].reply_code,
    email: 'someone@example.org',
  })
  t.same((await send('GET', `${url}/deliveries?status=failed&rule=nonsense`)).body.items, [])
  t.match(await send('GET', `${url}/deliveries?status=lost`), { status: 400 })
  t.match(await send('GET', `${url}/deliveries?batch=-1`), { status: 400 })
})

t.test('deliveries of one batch are those that it counts', async t => {
  const batches = (await send('GET', `${url}/batches`)).body.items.filter(
    ({ state }: { state: string }) => state !== 'forecast',
  )
  t.equal(batches.length, 2)
  for (const batch of batches) {
    const of = `${url}/deliveries?batch=${batch.batch_number}`
    const all = await readAll(of, 1)
    t.ok(all.every(item => item.batch_number === batch.batch_number))
    for (const [status, counted] of [
      ['sent', batch.sent_count],
      ['failed', batch.refused_count],
      ['skipped', batch.skipped_count],
      ['in_doubt', batch.in_doubt_count],
    ] as const)
      t.equal(
        (await readAll(`${of}&status=${status}`, 1)).length,
        counted,
        `${status} of ${batch.batch_number}`,
      )
    for (const status of ['queued', 'claimed', 'sending', 'deferred'])
      t.equal(
        (await readAll(`${of}&status=${status}`, 1)).length,
        all.filter(item => item.status === status).length,
        status,
      )
  }
  t.same((await send('GET', `${url}/deliveries?batch=99`)).body.items, [])
})

t.test('answers are grouped, the history is told, the last first', async t => {
  const { body } = await send('GET', `${url}/answers`)
  const { rows } = await pool.query(
    `select sum(n)::integer as tries from (select count(*) as n from daybatch.delivery_attempts where campaign_id = $1 and outcome <> 'sent') as s`,
    [id],
  )
  t.equal(
    body.items.reduce((sum: number, { tries }: { tries: number }) => sum + tries, 0),
    rows[0].tries,
  )
  t.equal(body.is_complete, true)
  t.match(
    body.items.find(({ outcome }: { outcome: string }) => outcome === 'failed'),
    { reply_code: 550, contacts: 1 },
  )

  const history = await readAll(`${url}/history`, 2)
  const events = await pool.query(
    'select event_id, event from daybatch.events where campaign_id = $1 order by event_id desc',
    [id],
  )
  t.same(
    history.map(({ event_id, event }) => ({ event_id, event })),
    events.rows,
  )
})

t.test('a cursor fits its own list only', async t => {
  const { body } = await send('GET', `${url}/deliveries?limit=1`)
  for (const path of [
    `${url}/deliveries?status=failed&`,
    `${url}/deliveries?batch=1&`,
    `${url}/history?`,
    `${url}/batches?`,
    '/api/campaigns?',
    '/api/contacts?',
    '/api/lists?',
    '/api/bounce-limits?',
    `/api/campaigns/${UNKNOWN_ID}/deliveries?`,
  ]) {
    const answer = await send('GET', `${path}cursor=${body.next_cursor}`)
    t.match(answer, { status: 400, body: { type: '/problems/invalid-cursor' } }, path)
  }
  for (const path of ['batches', 'deliveries', 'history', 'answers']) {
    const answer = await send('GET', `/api/campaigns/${UNKNOWN_ID}/${path}`)
    t.match(answer, { status: 404, body: { code: 'MB001' } }, path)
  }
})

t.test('the list of campaigns is searched by name, without wildcards', async t => {
  await send('POST', '/api/campaigns', { name: '100 % off_season' })
  const names = async (q: string) =>
    (await send('GET', `/api/campaigns?q=${encodeURIComponent(q)}`)).body.items.map(
      ({ name }: { name: string }) => name,
    )
  t.same(await names('SPRING'), ['Spring offer'])
  t.same(await names('% off_'), ['100 % off_season'])
  t.same(await names('_pring'), [])
})

t.test('a what-if without a campaign', async t => {
  const { body } = await send('GET', '/api/forecast?contacts=17')
  t.equal(body.batches, 4)
  t.same(
    body.items.map(({ size }: { size: number }) => size),
    [5, 5, 5, 2],
  )
  t.equal(body.items[3].due_at, body.finish_at)
  const many = await send('GET', '/api/forecast?contacts=1000000&limit=5&interval=1 hour')
  t.equal(many.body.batches, 200_000)
  t.equal(many.body.items.length, 200)
  t.match(await send('GET', '/api/forecast?contacts=17&interval=nonsense'), { status: 400 })
  t.match(await send('GET', '/api/forecast?contacts=17&interval=-1 hour'), {
    status: 422,
    body: { code: 'MB017' },
  })
  t.match(await send('GET', '/api/forecast'), { status: 400 })
})

t.test('a what-if with sending rules, by the names of their fields', async t => {
  const ask = (rules: unknown, more = '') =>
    send(
      'GET',
      `/api/forecast?contacts=30&limit=5${more}&rules=${encodeURIComponent(typeof rules === 'string' ? rules : JSON.stringify(rules))}`,
    )
  const growing = await ask({ ramp_up_by: 5, ramp_up_to: 20 })
  t.same(
    growing.body.items.map(({ size }: { size: number }) => size),
    [5, 10, 15],
  )
  const weekdays = { send_window_days: [1, 2], send_time_zone: 'Europe/Berlin', daily_send_time: '09:00' }
  const { body } = await ask(weekdays, '&start_at=2030-01-02T12:00:00Z')
  t.match(body, { batches: 6, finish_at: '2030-01-22T08:00:00.000Z' }, 'three weeks of Mondays and Tuesdays')
  t.match(await ask({ ramp_up_by: 5 }), {
    status: 422,
    body: { code: 'MB017', errors: [{ path: 'body/ramp_up_to', message: /needs ramp_up_to/ }] },
  })
  for (const wrong of ['[]', '{', 'null', { status: 'sending' }, { toString: 1 }])
    t.match(await ask(wrong), { status: 400, body: { type: '/problems/invalid-rules' } })
})

t.test('If-Match: a change of what was seen, or 412', async t => {
  const listId = await makeList('match@example.test')
  const { body, headers } = await send('POST', '/api/campaigns', {
    name: 'Matched',
    text_body: 'Hello',
    contact_list_ids: [listId],
  })
  const path = `/api/campaigns/${body.id}`
  const patch = (tag: string, payload: object) =>
    inject({ method: 'PATCH', url: path, payload, headers: { 'if-match': tag } })
  const first = headers.etag as string
  const second = await patch(first, { name: 'Renamed' })
  t.equal(second.status, 200)
  t.not(second.headers.etag, first)
  t.match(await patch(first, { name: 'Lost' }), {
    status: 412,
    body: { code: 'MB050', type: '/problems/changed-meanwhile', detail: /Read it again/ },
  })
  t.match(await patch(`"nonsense", ${second.headers.etag}`, { name: 'Third' }), { status: 200 })
  t.match(await patch('*', { name: 'Fourth' }), { status: 200 })
  t.match(await patch('nonsense', { name: 'x' }), { status: 400 })
  const steer = (action: string, tag: unknown) =>
    inject({ method: 'POST', url: `${path}/${action}`, headers: { 'if-match': String(tag) } })
  t.match(await steer('start', first), { status: 412 })
  const { headers: now } = await send('GET', path)
  t.match(await steer('start', `W/${now.etag}`), { status: 412 }, 'a weak tag never matches')
  const started = await steer('start', now.etag)
  t.match(started, { status: 200, body: { status: 'sending', name: 'Fourth' } })
  await processCampaign(pool, body.id)
  t.equal((await send('GET', path)).headers.etag, started.headers.etag, 'counts are not of the version')
})

t.test('two changes of the same version at once: one is refused', async t => {
  const { body, headers } = await send('POST', '/api/campaigns', { name: 'Raced' })
  const answers = await Promise.all(
    ['a', 'b', 'c', 'd'].map(name =>
      inject({
        method: 'PATCH',
        url: `/api/campaigns/${body.id}`,
        payload: { name },
        headers: { 'if-match': headers.etag as string },
      }),
    ),
  )
  t.same(answers.map(({ status }) => status).sort(), [200, 412, 412, 412])
})

t.test('the audience of a running campaign is changed, all or nothing', async t => {
  const before = calls.wake
  const { body: extra } = await send('POST', '/api/contacts', { email: 'late@example.org' })
  const last = contacts.at(-1)!
  t.match(await send('POST', `${url}/contacts`, { add: [extra.id], remove: [UNKNOWN_ID] }), {
    status: 404,
    body: { code: 'MB018' },
  })
  const counts = async () => (await send('GET', url)).body.total_contacts
  const total = await counts()
  const answer = await send('POST', `${url}/contacts`, { add: [extra.id], remove: [last, contacts[0]!] })
  t.match(answer, { status: 200, body: { added: 1, removed: [last] } }, 'who was mailed stays')
  t.equal(await counts(), total + 1)
  t.match(await send('POST', `${url}/contacts`, { add: [extra.id] }), { body: { added: 0 } })
  t.match(await send('POST', `${url}/contacts`, {}), { status: 400 })
  t.equal(calls.wake - before, 2)
})

t.test('a contact is changed and unsubscribed', async t => {
  const { body } = await send('POST', '/api/contacts', {
    email: 'change@example.org',
    attributes: { city: 'Rome', plan: 'free' },
  })
  const path = `/api/contacts/${body.id}`
  const changed = await send('PATCH', path, {
    email: 'changed@example.org',
    first_name: 'Ada',
    attributes: { plan: null, tier: 2 },
  })
  t.match(changed, { status: 200, body: { email: 'changed@example.org', first_name: 'Ada' } })
  t.same(changed.body.attributes, { city: 'Rome', tier: 2 })
  t.match(await send('PATCH', path, { email: 'Ada@Example.org' }), { status: 409, body: { code: 'MB051' } })
  t.match(await send('PATCH', path, { email: 'no address' }), { status: 422, body: { code: 'MB015' } })
  t.match(await send('PATCH', path, { email: 'CHANGED@example.org' }), { status: 200 })
  t.match(await send('PATCH', path, {}), { status: 400 })
  t.match(await send('PATCH', `/api/contacts/${UNKNOWN_ID}`, { first_name: 'x' }), { status: 404 })
  t.match(await send('POST', `${path}/unsubscribe`), { body: { unsubscribed: true, is_new: true } })
  t.match(await send('POST', `${path}/unsubscribe`), { body: { is_new: false } })
  t.ok((await send('GET', path)).body.unsubscribed_at)
})

t.test('what operators do', async t => {
  const servers = await send('GET', '/api/smtp-servers')
  t.match(servers.body.items, [{ name: 'default', is_enabled: true, under_way: 2 }])
  t.notMatch(JSON.stringify(servers.body), /sealed/)
  t.match(await send('PATCH', '/api/bounce-limits', { campaign_id: id, bounce_rate: 0.02 }), { status: 200 })
  const { body: limits } = await send('GET', '/api/bounce-limits')
  t.match(limits.items, [
    { campaign_id: null, bounce_rate: 0.05 },
    { campaign_id: id, bounce_rate: 0.02 },
  ])
  t.equal((await readAll('/api/bounce-limits', 1)).length, 2)
  t.match(await send('PATCH', '/api/bounce-limits', { bounce_rate: 2 }), { status: 400 })
  t.match(await send('POST', '/api/purge-deliveries', { older_than: '1 hour' }), {
    status: 422,
    body: { code: 'MB017' },
  })
  t.match(await send('POST', '/api/purge-history', { older_than: '8760 hours' }), { body: { purged: 0 } })
  t.match(await send('POST', '/api/take-over'), { body: { explanation: 'daybatch is awake' } })
  t.match(await send('GET', '/api/adopt-report'), { status: 200 })
  t.match(await send('POST', '/api/confirm-installation'), { status: 200 })
  t.match(await send('POST', '/api/rotate-token-key'), { body: { key_number: 2 } })
  const checks = await send('GET', '/api/check-operation')
  t.ok(checks.body.items.length > 0)
})

t.test('of a completed campaign nothing is to come', async t => {
  await setClock(pool, '2026-03-01T09:00:00Z')
  const campaign = await makeCampaign(pool, { contacts: 2 })
  await runBatch(pool, campaign.id)
  await advance(pool, '24 hours')
  const { body } = await send('GET', `/api/campaigns/${campaign.id}`)
  t.match(body, { status: 'completed', next_batch: null, batches_to_come: 0, finish_at: null })
  t.match((await send('GET', `/api/campaigns/${campaign.id}/batches`)).body.items, [
    { state: 'closed', sent_count: 2 },
  ])
})
