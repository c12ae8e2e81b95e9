// Each guard of the sending rules once, on one database and within seconds: scripts/faults takes them away one at a time, and
// this must fail. What the rules do in the course of days stands in sending_rules, counted_limits and limit_proofs.
import type pg from 'pg'
import t from 'tap'
import { advance, setClock } from '../helper/clock.ts'
import { createTestDatabase } from '../helper/database.ts'
import { begin, call, claim, makeCampaign, openBatch, type Row, report, send } from '../helper/make.ts'
import { openSession, type Session } from '../helper/session.ts'

t.setTimeout(120_000)

const { pool, url } = await createTestDatabase(t)
await setClock(pool, '2026-03-02T09:00:00Z')

async function open(fields: Row): Promise<string> {
  await advance(pool, '1 second')
  const { id } = await makeCampaign(pool, { limit: 10, ...fields })
  await openBatch(pool, id)
  return id
}

/** Claims in a transaction that stays open; whoever shares the limit must wait for it. */
async function claimAtOnce(t: Tester, one: string, two: string): Promise<string | number> {
  const [a, b] = [await openSession(url), await openSession(url)]
  t.teardown(() => Promise.all([a.end(), b.end()]))
  await b.query(`set lock_timeout = '500ms'`)
  await a.query('begin')
  await claim(a.client, one, 2)
  const second = await tell(b, two)
  await a.query('rollback')
  return second
}

type Tester = { teardown: (work: () => Promise<unknown>) => void }

/** How many the session got, or the SQLSTATE. */
const tell = (session: Session, id: string) =>
  claim(session.client, id, 3).then(
    rows => rows.length,
    (error: pg.DatabaseError) => error.code!,
  )
const LOCK_NOT_AVAILABLE = '55P03'

t.test('a sender’s limit: over campaigns, for 24 hours, one claim after the other', async t => {
  await pool.query(`insert into daybatch.sender_limits values ('news@example.org', 3)`)
  const sender = 'news@example.org'
  const [one, two] = [await open({ contacts: 5, sender }), await open({ contacts: 5, sender })]
  t.equal(await claimAtOnce(t, one, two), LOCK_NOT_AVAILABLE)
  t.equal((await send(pool, one)).length, 3)
  await advance(pool, '23 hours 30 minutes')
  t.same(await claim(pool, two), [])
})

t.test('a domain’s limit: over campaigns, one claim after the other', async t => {
  await pool.query(`insert into daybatch.domain_limits (domain, daily_limit) values ('g.example', 3)`)
  const readers = (from: number) => [0, 1, 2].map(n => `reader-${from + n}@g.example`)
  const [one, two] = [await open({ contacts: readers(0) }), await open({ contacts: readers(10) })]
  t.equal(await claimAtOnce(t, one, two), LOCK_NOT_AVAILABLE)
  t.equal((await send(pool, one)).length, 3)
  t.same(await claim(pool, two), [])
})

t.test('two who change limits wait for each other', async t => {
  const [a, b] = [await openSession(url), await openSession(url)]
  t.teardown(() => Promise.all([a.end(), b.end()]))
  await b.query(`set lock_timeout = '500ms'`)
  await a.query('begin')
  await a.query(`insert into daybatch.sender_limits values ('other@example.org', 3)`)
  await t.rejects(b.query(`delete from daybatch.domain_limits`), { code: LOCK_NOT_AVAILABLE })
  await a.query('rollback')
  await pool.query('delete from daybatch.domain_limits')
})

t.test('the rolling limit', async t => {
  const id = await open({ contacts: 5, limit: 2, limit_policy: 'rolling' })
  const [first] = [await claim(pool, id, 1)]
  await begin(pool, id, first)
  await report(pool, id, first)
  await advance(pool, '10 hours')
  t.equal((await send(pool, id)).length, 1)
  await call(pool, 'close_batch', id)
  await advance(pool, '14 hours')
  await openBatch(pool, id)
  t.equal((await send(pool, id)).length, 1, 'the second place is free in ten hours')
})

t.test('the send window, at the claim and before the data', async t => {
  await setClock(pool, '2026-03-09T15:59:30Z')
  const window = { send_window_from: '09:00', send_window_to: '17:00', send_time_zone: 'Europe/Berlin' }
  const id = await open({ contacts: 3, ...window })
  const early = await claim(pool, id, 1)
  await setClock(pool, '2026-03-09T16:00:00Z')
  t.match(await begin(pool, id, early), [{ may_send: false, refusal: 'the send window is closed' }])
  t.same(await claim(pool, id), [])
})
