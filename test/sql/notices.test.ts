import type pg from 'pg'
import { advance } from '../helper/clock.ts'
import { call, makeCampaign, openBatch, readOne, runBatch, send } from '../helper/make.ts'
import { after, HOUR, MINUTE, scenario } from '../helper/scenario.ts'

const readNotices = async (db: pg.Pool, id: string) =>
  (
    await db.query(
      'select notice_id, cause, detail, due_at, given_at from daybatch.notices where campaign_id = $1 order by notice_id',
      [id],
    )
  ).rows
const readJobs = async (db: pg.Pool) =>
  (
    await db.query(
      `select data, start_after from pgboss.job where name = 'daybatch.notice' order by start_after, data ->> 'target'`,
    )
  ).rows
const pause = (db: pg.Pool, id: string, reason: string) => call(db, 'pause_campaign', id, reason)
const resume = (db: pg.Pool, id: string) => call(db, 'resume_campaign', id)

scenario('a pause is told with its reason, by a job for each way, in the same transaction', async (t, db) => {
  const { id } = await makeCampaign(db)
  await openBatch(db, id)
  const client = await db.connect()
  await client.query('begin')
  await client.query('select daybatch.pause_campaign($1, $2)', [id, 'wrong subject'])
  await client.query('rollback')
  client.release()
  t.same(await readNotices(db, id), [])
  await pause(db, id, 'wrong subject')
  const [notice, ...others] = await readNotices(db, id)
  t.match(notice, { cause: 'paused', detail: { reason: 'wrong subject' }, due_at: after(0), given_at: null })
  t.same(others, [])
  t.same(
    (await readJobs(db)).map(({ data }) => data),
    [
      { notice_id: Number(notice.notice_id), target: 'mail' },
      { notice_id: Number(notice.notice_id), target: 'webhook' },
    ],
  )
  const [taken] = await call(db, 'take_notice', notice.notice_id)
  t.match(taken, { cause: 'paused', status: 'paused', total_contacts: 3, remaining_count: 3 })
  t.same((await readNotices(db, id))[0].given_at, after(0))
  t.same(await call(db, 'take_notice', 9999), [])
})

scenario('at most one per cause and hour: what comes sooner waits, and tells the latest', async (t, db) => {
  const { id } = await makeCampaign(db)
  const other = await makeCampaign(db)
  await openBatch(db, id)
  await pause(db, id, 'one')
  await call(db, 'take_notice', (await readNotices(db, id))[0].notice_id)
  for (const reason of ['two', 'three']) {
    await advance(db, '10 minutes')
    await resume(db, id)
    await pause(db, id, reason)
  }
  t.same(
    (await readNotices(db, id)).map(({ detail, due_at }) => [detail.reason, due_at]),
    [
      ['one', after(0)],
      ['three', after(HOUR)],
    ],
  )
  t.equal((await readJobs(db)).length, 4)
  await pause(db, other.id, 'another campaign')
  t.same((await readNotices(db, other.id))[0].due_at, after(20 * MINUTE))
  await call(db, 'record_notice', id, 'bounce_rate', '{}')
  t.equal((await readNotices(db, id)).length, 3, 'another cause')
  await advance(db, '3 hours')
  await resume(db, id)
  await pause(db, id, 'four')
  t.same((await readNotices(db, id)).at(-1).due_at, after(3 * HOUR + 20 * MINUTE))
})

scenario('a campaign that completes is told with its figures', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 3 })
  t.match(await runBatch(db, id), { completed: true })
  const [notice] = await readNotices(db, id)
  t.match(notice, { cause: 'completed' })
  t.match(await call(db, 'take_notice', notice.notice_id), [
    { total_contacts: 3, processed_count: 3, failed_count: 0, remaining_count: 0 },
  ])
})

scenario('a finish date that moves is told once, a batch on time is not', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 20, limit: 5 })
  await runBatch(db, id)
  const look = () => call(db, 'note_finish_dates')
  t.match(await look(), [{ note_finish_dates: 0 }], 'the first look')
  await advance(db, '24 hours')
  await runBatch(db, id)
  t.match(await look(), [{ note_finish_dates: 0 }], 'on time')
  await call(db, 'set_daily_limit', id, 2)
  t.match(await look(), [{ note_finish_dates: 1 }])
  t.match(await look(), [{ note_finish_dates: 0 }])
  const notice = (await readNotices(db, id)).find(({ cause }) => cause === 'finish_moved')
  t.same(
    [notice.detail.from, notice.detail.to].map(text => new Date(text)),
    [after(72 * HOUR), after(24 * HOUR * 6)],
  )
  await advance(db, '48 hours')
  await openBatch(db, id)
  await send(db, id)
  t.match(await look(), [{ note_finish_dates: 1 }], 'a day late')
})

scenario('without the queue nothing fails', async (t, db) => {
  const { id } = await makeCampaign(db)
  await db.query(`select pgboss.delete_queue('daybatch.notice')`)
  await pause(db, id, 'no queue')
  t.match(await readOne(db, 'select status from public.campaigns where id = $1', [id]), { status: 'paused' })
})
