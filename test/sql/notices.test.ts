import pg from 'pg'
import { advance, setClock } from '../helper/clock.ts'
import { call, closeBatch, makeCampaign, openBatch, readOne, runBatch, send } from '../helper/make.ts'
import { after, HOUR, MINUTE, scenario } from '../helper/scenario.ts'
import { openSession } from '../helper/session.ts'

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

scenario('a finish date that moves slowly is told when its moves add up', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 20, limit: 4 })
  await openBatch(db, id)
  const look = async () => (await call(db, 'note_finish_dates'))[0]!.note_finish_dates
  t.equal(await look(), 0, 'the first look')
  // each batch 25 minutes late, which is below the hour that is told
  const told: number[] = []
  for (let batch = 1; batch <= 3; batch++) {
    await send(db, id)
    await closeBatch(db, id)
    await advance(db, '24 hours 25 minutes')
    await openBatch(db, id)
    told.push(await look())
  }
  t.same(told, [0, 0, 1])
  const notice = (await readNotices(db, id)).find(({ cause }) => cause === 'finish_moved')
  t.same(
    [notice.detail.from, notice.detail.to].map(text => new Date(text)),
    [after(96 * HOUR), after(96 * HOUR + 75 * MINUTE)],
  )
})

/** Looks, and tells how many rows of campaigns that read, by whatever scan: of this transaction alone. */
async function countRead(db: pg.Pool): Promise<number> {
  await db.query('analyze public.campaigns; analyze daybatch.finish_marks')
  // a session of its own, without plans: of 20 campaigns, which are one page, a look by key may read all
  const client = new pg.Client({ connectionString: db.options.connectionString })
  await client.connect()
  try {
    for (const way of ['seqscan', 'bitmapscan', 'hashjoin', 'mergejoin', 'material'])
      await client.query(`set enable_${way} = off`)
    await client.query('begin')
    const read = async () => {
      const { rows } = await client.query(
        `select (seq_tup_read + idx_tup_fetch)::integer as count from pg_stat_xact_user_tables
         where schemaname = 'public' and relname = 'campaigns'`,
      )
      return rows[0].count
    }
    const before = await read()
    await client.query('select daybatch.note_finish_dates()')
    const count = (await read()) - before
    await client.query('commit')
    return count
  } finally {
    await client.end()
  }
}
const readMarks = async (db: pg.Pool | pg.ClientBase) =>
  (await db.query('select distinct campaign_id as id from daybatch.finish_marks order by 1')).rows.map(
    ({ id }) => id,
  )

scenario('a campaign is looked at once for each change, and no other is read', async (t, db) => {
  const ids: string[] = []
  for (let n = 0; n < 20; n++) {
    const { id } = await makeCampaign(db, { contacts: 4, limit: 2 })
    await openBatch(db, id)
    ids.push(id)
  }
  t.same(await readMarks(db), ids.toSorted())
  const all = await countRead(db)
  t.same(await readMarks(db), [])
  t.equal(await countRead(db), 0)
  await db.query(`update public.campaigns set name = 'Renamed', text_body = 'Other', daily_send_limit = 2`)
  t.same(await readMarks(db), [], 'nothing that a finish date depends on')
  t.equal(await countRead(db), 0)
  const [changed, steered] = ids as [string, string]
  await send(db, changed)
  await closeBatch(db, changed)
  await call(db, 'set_daily_limit', steered, 1)
  t.same(await readMarks(db), [changed, steered].toSorted())
  const some = await countRead(db)
  // the planner may find two of twenty by one pass over all; each is read once more or twice for its forecast
  t.ok(some > 0 && some < all / 2, `${some} rows of campaigns for two of them, ${all} for twenty`)
  t.equal(await countRead(db), 0)
})

scenario(
  'a change that meets a sweep waits for none, and is looked at by the next',
  async (t, db, { url }) => {
    const { id } = await makeCampaign(db, { contacts: 20, limit: 5 })
    await openBatch(db, id)
    const sweep = await openSession(url)
    const other = await openSession(url)
    const look = async (client: pg.ClientBase) =>
      (await call(client, 'note_finish_dates'))[0]!.note_finish_dates
    try {
      await sweep.query('begin')
      t.equal(await look(sweep.client), 0, 'the first look, not committed')
      await other.query(`set lock_timeout = '2s'`)
      await other.query('begin')
      await other.query('update public.campaigns set daily_send_limit = 1 where id = $1', [id])
      t.equal(await look(sweep.client), 0, 'what is not committed is not seen')
      await other.query('commit')
      await sweep.query('commit')
      t.equal(await look(other.client), 1, 'from what was seen first')
      await call(other.client, 'set_daily_limit', id, 5)
      await sweep.query('begin')
      t.equal(await look(sweep.client), 1)
      t.equal(await look(other.client), 0, 'told by one of two sweeps')
      await sweep.query('rollback')
      t.equal(await look(other.client), 1, 'a sweep that broke off leaves its marks')
    } finally {
      await sweep.end()
      await other.end()
    }
  },
)

scenario(
  'marks wait while the engine sleeps, and of a deleted campaign go',
  async (t, db) => {
    const { id } = await makeCampaign(db, { contacts: 20, limit: 5 })
    const gone = await makeCampaign(db, { contacts: 4, limit: 2 })
    const draft = await makeCampaign(db, { status: 'draft' })
    for (const campaign of [id, gone.id]) await openBatch(db, campaign)
    await db.query('update public.campaigns set daily_send_limit = 3 where id = $1', [draft.id])
    await db.query('delete from public.campaigns where id = $1', [gone.id])
    await db.query('update daybatch.settings set taken_over_at = null')
    t.equal(await countRead(db), 0)
    t.same(await readMarks(db), [id, gone.id].toSorted(), 'a draft has no finish date')
    await db.query('update daybatch.settings set taken_over_at = now()')
    t.ok((await countRead(db)) > 0)
    t.same(await readMarks(db), [])
    const { rows } = await db.query('select campaign_id from daybatch.finish_dates')
    t.same(rows, [{ campaign_id: id }])
  },
  { audit: false },
)

scenario('bounces and complaints above their limit are told as what they are', async (t, db) => {
  await call(db, 'set_bounce_limits', null, 0.05, 2, 0.05, 2)
  const { id } = await makeCampaign(db, { contacts: 20, limit: 20 })
  await openBatch(db, id)
  const sent = await send(db, id)
  const tell = async (place: number, word: string) =>
    call(
      db,
      'record_bounces',
      'postmark',
      JSON.stringify([
        { email: sent[place]!.email, message_id: `<${sent[place]!.message_key}@example.org>`, word },
      ]),
    )
  await closeBatch(db, id)
  const more = await makeCampaign(db, { contacts: 20, limit: 10 })
  await openBatch(db, more.id)
  sent.splice(0, sent.length, ...(await send(db, more.id)))
  for (const place of [0, 1]) await tell(place, 'permanent')
  t.match(await readNotices(db, more.id), [
    { cause: 'bounce_rate', detail: { reason: /^bounce rate 20\.00 %: 2 of 10/ } },
  ])
  await resume(db, more.id)
  await advance(db, '2 hours')
  for (const place of [2, 3]) await tell(place, 'complaint')
  t.match((await readNotices(db, more.id))[1], {
    cause: 'bounce_rate',
    detail: { reason: /^complaint rate 20\.00 %/ },
  })
})

/** A webhook with one message of the event, which it will not take. */
async function makeWebhook(db: pg.Pool, host: string): Promise<{ id: string; fail: Fail }> {
  const { webhook_id: id } = await readOne(
    db,
    `select daybatch.create_webhook(gen_random_uuid(), $1, '{changed}', 'v1.k.sealed') as webhook_id`,
    [`https://${host}/secret-path`],
  )
  await call(db, 'record_event', null, 'changed')
  const fail = async (code: number | null = 503) => {
    const { message_id, attempt_count } = await readOne(
      db,
      `select message_id, attempt_count from daybatch.webhook_messages where webhook_id = $1 and status = 'waiting' limit 1`,
      [id],
    )
    const [answer] = await call(db, 'record_webhook_try', message_id, attempt_count + 1, code, 'no', 5)
    return answer!.record_webhook_try
  }
  return { id, fail }
}
type Fail = (code?: number | null) => Promise<string>

scenario('a webhook that was switched off for failing is told once', async (t, db) => {
  const webhook = await makeWebhook(db, 'hooks.example.org')
  const readTold = async (id: string) =>
    (await db.query('select * from daybatch.notices where webhook_id = $1 order by notice_id', [id])).rows
  // until its last try, three days later
  let status = 'waiting'
  for (let n = 0; status === 'waiting' && n < 50; n++) {
    t.same(await readTold(webhook.id), [])
    status = await webhook.fail()
    await db.query('select daybatch.record_event(null, $1) where $2', ['changed', n === 0])
    const { due_at } = await readOne(
      db,
      'select max(due_at) as due_at from daybatch.webhook_messages where attempt_count > 0',
    )
    if (due_at) await setClock(db, due_at)
  }
  t.equal(status, 'dead')
  const [notice, ...others] = await readTold(webhook.id)
  t.same(others, [])
  t.match(notice, {
    campaign_id: null,
    cause: 'webhook_switched_off',
    detail: {
      host: 'hooks.example.org',
      reason: /^nothing was delivered since 2026-03-02T09:00:00Z$/,
      dead_count: 1,
      waiting_count: 1,
      webhook_id: webhook.id,
    },
  })
  t.notMatch(JSON.stringify(notice), /secret-path/)
  t.same(
    (await readJobs(db)).map(({ data }) => [data.notice_id, data.target]),
    [
      [Number(notice.notice_id), 'mail'],
      [Number(notice.notice_id), 'webhook'],
    ],
  )
  const [taken] = await call(db, 'take_notice', notice.notice_id)
  t.match(taken, { campaign_id: null, name: null, cause: 'webhook_switched_off', total_contacts: null })

  // again within the hour: it waits; another webhook has its own; a person's own decision is no notice
  await call(db, 'switch_webhook', webhook.id, true)
  await webhook.fail(410)
  const times = (await readTold(webhook.id)).map(({ due_at }) => due_at.getTime())
  t.equal(times[1]! - times[0]!, HOUR)
  const other = await makeWebhook(db, 'other.example.org')
  await other.fail(410)
  t.match(await readTold(other.id), [{ detail: { reason: 'the receiver answered 410 Gone' } }])
  const kept = await makeWebhook(db, 'kept.example.org')
  await call(db, 'switch_webhook', kept.id, false)
  t.same(await readTold(kept.id), [])
})

scenario('without the queue nothing fails', async (t, db) => {
  const { id } = await makeCampaign(db)
  await db.query(`select pgboss.delete_queue('daybatch.notice')`)
  await pause(db, id, 'no queue')
  t.match(await readOne(db, 'select status from public.campaigns where id = $1', [id]), { status: 'paused' })
})
