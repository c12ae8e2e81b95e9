import type pg from 'pg'
import t from 'tap'
import { begin, claim, makeCampaign, openBatch, report } from '../helper/make.ts'
import { openSession } from '../helper/session.ts'
import { until } from '../helper/until.ts'
import { openEventApi, openStream, wait } from './client.ts'

t.setTimeout(280_000)

/** What other test files have under way in the same server may take its time. */
const LONG_MS = 200_000

const record = (db: pg.Pool | pg.ClientBase, event: string, campaignId: string | null = null, detail = {}) =>
  db.query('select daybatch.record_event($1, $2, $3)', [campaignId, event, JSON.stringify(detail)])

const readIds = async (db: pg.Pool) =>
  (await db.query('select event_id::integer as id from daybatch.events order by event_id')).rows.map(
    ({ id }) => id,
  )

t.test('all events, and those of one campaign, as they happen', async t => {
  const { base, pool } = await openEventApi(t)
  const one = await makeCampaign(pool, { status: 'draft' })
  const other = await makeCampaign(pool, { status: 'draft' })
  const all = await openStream(`${base}/events`)
  const mine = await openStream(`${base}/campaigns/${one.id}/events`)
  t.equal(all.response.headers['content-type'], 'text/event-stream; charset=utf-8')
  t.equal(all.response.headers['cache-control'], 'no-store')
  for (const { id } of [one, other]) await pool.query('select daybatch.start_campaign($1)', [id])
  await openBatch(pool, one.id)
  await pool.query('select daybatch.pause_campaign($1, $2)', [one.id, 'wrong\nsubject'])
  await until(async () => all.events.some(({ event }) => event === 'paused'))
  const names = all.events.map(({ event }) => event)
  t.ok(names.includes('batch_opened') && names.filter(name => name === 'started').length === 2, `${names}`)
  await until(async () => mine.events.some(({ event }) => event === 'paused'))
  t.ok(mine.events.every(({ data }) => data.campaign_id === one.id))
  t.match(mine.events.at(-1), {
    event: 'paused',
    data: {
      event: 'paused',
      detail: { reason: 'wrong\nsubject' },
      happened_at: /^\d{4}-\d\d-\d\dT.*\+00:00$/,
    },
  })
  t.equal(mine.events.at(-1)!.id, String(mine.events.at(-1)!.data.event_id), 'nothing is missing below it')
  const head = await fetch(`${base}/events`, { method: 'HEAD' })
  t.equal(head.status, 405)
  t.equal(head.headers.get('allow'), 'GET')
  for (const [url, status] of [
    [`${base}/events?last_event_id=abc`, 400],
    [`${base}/campaigns/00000000-0000-4000-8000-000000000001/events`, 404],
  ] as const) {
    const answer = await fetch(url)
    t.equal(answer.status, status)
    t.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8')
    await answer.text()
  }
})

t.test('resumes without gap or double, by header and by query, also from the beginning', async t => {
  const { base, pool } = await openEventApi(t)
  const first = await openStream(`${base}/events`)
  for (let i = 0; i < 5; i++) await record(pool, `one_${i}`)
  await wait(first, 5)
  first.close()
  // more than a page
  await pool.query(`select daybatch.record_event(null, 'two_' || i) from generate_series(1, 1200) as i`)
  const resumed = await openStream(`${base}/events`, { 'last-event-id': first.lastEventId! })
  await record(pool, 'three')
  await wait(resumed, 1201)
  const ids = await readIds(pool)
  t.same([...first.ids(), ...resumed.ids()], ids)
  const whole = await openStream(`${base}/events?last_event_id=0`)
  await wait(whole, ids.length)
  t.same(whole.ids(), ids)
  const later = await openStream(`${base}/events?last_event_id=${resumed.lastEventId}`)
  await record(pool, 'four')
  t.match(await wait(later, 1), [{ event: 'four' }])
})

t.test('a line that is committed late comes once: live, and to who resumed past it', async t => {
  const { base, pool, url } = await openEventApi(t)
  const live = await openStream(`${base}/events`)
  await record(pool, 'before')
  const slow = await openSession(url)
  const rolledBack = await openSession(url)
  await slow.query('begin')
  await record(slow.client, 'late')
  await rolledBack.query('begin')
  await record(rolledBack.client, 'never')
  await record(pool, 'after')
  await wait(live, 2)
  t.same(
    live.events.map(({ event }) => event),
    ['before', 'after'],
  )
  const [, after] = live.events
  const id = after!.data.event_id
  t.equal(after!.id, `${id}-${id - 2}-${id - 1}`, 'the place names what may still come')

  const cut = await openStream(`${base}/events`, { 'last-event-id': after!.id! })
  const fresh = await openStream(`${base}/events`)
  cut.close()
  await slow.query('commit')
  await wait(live, 3)
  await rolledBack.query('rollback')
  await slow.end()
  await rolledBack.end()
  const resumed = await openStream(`${base}/events`, { 'last-event-id': cut.lastEventId! })
  await record(pool, 'last')
  for (const [client, expected] of [
    [live, ['before', 'after', 'late', 'last']],
    [resumed, ['late', 'last']],
    [fresh, ['late', 'last']],
  ] as const) {
    await wait(client, expected.length)
    t.same(
      client.events.map(({ event }) => event),
      expected,
    )
  }
  // what was rolled back is forgotten, once the transactions of that time have ended, also those of other databases
  await until(async () => {
    const count = live.events.length + 1
    await record(pool, 'one more')
    await wait(live, count)
    const { id, data } = live.events.at(-1)!
    return id === String(data.event_id)
  }, LONG_MS)
})

t.test('a line whose transaction has the higher id but took its place first comes as well', async t => {
  const { base, pool, url } = await openEventApi(t)
  const live = await openStream(`${base}/events`)
  const [low, high] = [await openSession(url), await openSession(url)]
  // no later transaction may end before: the snapshot's own xmax is one above the highest that ended
  for (const session of [low, high]) await session.query('begin; select pg_current_xact_id()')
  await record(high.client, 'took its id first')
  await record(low.client, 'ended first')
  await low.query('commit')
  await wait(live, 1)
  await record(pool, 'another')
  await wait(live, 2)
  await high.query('commit')
  await wait(live, 3)
  t.same(
    live.events.map(({ event }) => event),
    ['ended first', 'another', 'took its id first'],
  )
  await Promise.all([low.end(), high.end()])
})

t.test('many sessions at once, and a client that is cut again and again: every line once', async t => {
  const { base, pool, url } = await openEventApi(t)
  const live = await openStream(`${base}/events`)
  const seen: number[] = []
  let place = live.lastEventId ?? '0'
  let isWriting = true
  const reader = (async () => {
    while (isWriting) {
      const client = await openStream(`${base}/events`, { 'last-event-id': place })
      await new Promise(resolve => setTimeout(resolve, 40))
      client.close()
      seen.push(...client.ids())
      place = client.lastEventId ?? place
    }
  })()
  const sessions = await Promise.all(Array.from({ length: 8 }, () => openSession(url)))
  await Promise.all(
    sessions.map(async (session, s) => {
      for (let i = 0; i < 60; i++) {
        await session.query('begin')
        await record(session.client, `session_${s}`, null, { i })
        await session.query(`select pg_sleep(${((s * 7 + i * 13) % 10) / 1000})`)
        await session.query((s + i) % 9 === 0 ? 'rollback' : 'commit')
      }
    }),
  )
  isWriting = false
  await reader
  const ids = await readIds(pool)
  await wait(live, ids.length)
  const rest = await openStream(`${base}/events`, { 'last-event-id': place })
  await record(pool, 'end')
  await until(async () => rest.events.at(-1)?.event === 'end')
  seen.push(...rest.ids().slice(0, -1))
  t.same(
    [...live.ids()].slice(0, ids.length).sort((a, b) => a - b),
    ids,
    'live',
  )
  t.same(
    seen.sort((a, b) => a - b),
    ids,
    'cut and resumed',
  )
  await Promise.all(sessions.map(session => session.end()))
})

t.test('the connection for notifications is cut: what came meanwhile is read from the table', async t => {
  const { base, pool, name } = await openEventApi(t)
  const client = await openStream(`${base}/events`)
  await record(pool, 'before')
  await wait(client, 1)
  const { rows } = await pool.query(
    `select pid, pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name = 'daybatch test listener'`,
    [name],
  )
  // its place may be taken soon
  await until(
    async () =>
      (await pool.query('select from pg_stat_activity where pid = $1', [rows[0].pid])).rowCount === 0,
  )
  await record(pool, 'while it was away')
  await wait(client, 2)
  await record(pool, 'after')
  await wait(client, 3)
  t.same(
    client.events.map(({ event }) => event),
    ['before', 'while it was away', 'after'],
  )
})

t.test(
  '100 clients get every line; who does not read is let go and resumes; no listener is left',
  async t => {
    const { base, pool, feed, name } = await openEventApi(t)
    const clients = await Promise.all(Array.from({ length: 100 }, () => openStream(`${base}/events`)))
    const slow = await openStream(`${base}/events`)
    slow.response.pause()
    t.equal(feed.clientCount, 101)
    const listeners = await pool.query(
      `select from pg_stat_activity where datname = $1 and application_name = 'daybatch test listener'`,
      [name],
    )
    t.equal(listeners.rowCount, 1, 'one connection for all of them')
    const text = 'x'.repeat(20_000)
    let count = 0
    while (feed.clientCount > 100) {
      await record(pool, 'large', null, { text })
      count += 1
      if (count > 2000) break
      await until(async () => clients[0]!.events.length >= count)
    }
    t.equal(feed.clientCount, 100, `the slow one was let go after ${count} lines of 20 kB`)
    for (const client of clients) await wait(client, count)
    t.same(new Set(clients.map(client => client.events.length)), new Set([count]))
    slow.response.resume()
    await until(async () => slow.isClosed)
    const resumed = await openStream(`${base}/events`, { 'last-event-id': slow.lastEventId ?? '0' })
    await until(async () => slow.ids().length + resumed.ids().length >= count)
    t.same([...slow.ids(), ...resumed.ids()], await readIds(pool))
    for (const client of [...clients, resumed]) client.close()
    await until(async () => feed.clientCount === 0)
  },
)

t.test('comments keep a quiet connection; a stop ends the streams and refuses new ones', async t => {
  const { base, app, pool } = await openEventApi(t, { heartbeatMs: 20 })
  const client = await openStream(`${base}/events`)
  await until(async () => client.comments > 3)
  await record(pool, 'last')
  await wait(client, 1)
  const start = Date.now()
  await app.close()
  await until(async () => client.isClosed)
  t.ok(Date.now() - start < 5000)
  t.equal(client.response.complete, true, 'ended in order')
})

t.test(
  'progress: counts of the batch under way, at most once a second, and only while somebody listens',
  async t => {
    const { base, pool, db } = await openEventApi(t)
    const { id } = await makeCampaign(pool, { contacts: 2000, limit: 2000 })
    await openBatch(pool, id)
    let looks = 0
    const list = db.listProgress
    db.listProgress = function (args) {
      looks += 1
      return list.call(this, args)
    }
    const sendTen = async () => {
      const claimed = await claim(pool, id, 10)
      await begin(pool, id, claimed)
      await report(pool, id, claimed)
    }
    await sendTen()
    t.equal(looks, 0, 'nobody listens')
    const client = await openStream(`${base}/campaigns/${id}/events`)
    const all = await openStream(`${base}/events`)
    await claim(pool, id, 5)
    await until(async () => client.events.length > 0 && all.events.length > 0)
    const counts = {
      batch_number: 1,
      delivery_count: 2000,
      sent_count: 10,
      claimed_count: 5,
      failed_count: 0,
    }
    t.match(client.events[0], {
      id: client.lastEventId,
      event: 'progress',
      data: { campaign_id: id, event: 'progress', detail: counts },
    })
    const start = Date.now()
    let sent = 10
    // a busy database is asked less often
    while (sent < 160 || (client.events.length < 3 && sent < 1900)) {
      await sendTen()
      sent += 10
      await new Promise(resolve => setTimeout(resolve, 200))
    }
    const count = client.events.length
    t.ok(
      count >= 3 && count <= 2 + (Date.now() - start) / 1000,
      `${count} messages in ${Date.now() - start} ms`,
    )
    await until(async () => client.events.at(-1)!.data.detail.sent_count === sent)
    t.equal((await pool.query(`select from daybatch.events where event = 'progress'`)).rowCount, 0)
    client.close()
    all.close()
  },
)
