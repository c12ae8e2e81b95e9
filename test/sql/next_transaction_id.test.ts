import t from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import { openSession } from '../helper/session.ts'

t.test('is above every transaction id that was given, and unknown to who has one', async t => {
  const { pool, url } = await createTestDatabase(t)
  const own = 'select pg_current_xact_id()::text::bigint::integer as id'
  const running = await openSession(url)
  await running.query('begin')
  const first = (await running.client.query(own)).rows[0].id
  const ended = await pool.query(own)
  const read = `select daybatch.next_transaction_id()::text::integer as next, pg_snapshot_xmax(pg_current_snapshot())::text::integer as xmax`
  const later = await openSession(url)
  await later.query('begin')
  const last = (await later.client.query(own)).rows[0].id
  t.ok(last > ended.rows[0].id && ended.rows[0].id > first)
  const { next, xmax } = (await pool.query(read)).rows[0]
  t.ok(next > last, `${next} is above ${last}, which runs`)
  t.ok(xmax <= next)
  t.equal((await later.client.query(read)).rows[0].next, null)
  t.same((await later.client.query('select daybatch.read_events(0) as page')).rows[0].page.xmax, null)
  for (const session of [running, later]) {
    await session.query('rollback')
    await session.end()
  }
})
