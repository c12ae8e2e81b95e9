import { PgBoss } from 'pg-boss'
import { batchQueue } from '../../src/schedule/queues.ts'
import { advance } from '../helper/clock.ts'
import {
  call,
  callOne,
  claim,
  makeCampaign,
  openBatch,
  processCampaign,
  type Row,
  readCampaign,
  readJobs,
  readOne,
  report,
} from '../helper/make.ts'
import { after, DAY, HOUR, START, scenario } from '../helper/scenario.ts'
import { openSession } from '../helper/session.ts'

const FUTURE = '2035-03-02T09:00:00.123456Z'

scenario('the row is the one that pg-boss itself makes, column by column', async (t, db, { url }) => {
  const campaign = await makeCampaign(db, { status: 'draft' })
  const boss = new PgBoss({
    connectionString: url,
    migrate: false,
    createSchema: false,
    supervise: false,
    schedule: false,
  })
  await boss.start()
  t.teardown(() => boss.stop({ graceful: false }))
  const data = { campaign_id: campaign.id, batch_number: 3, due_at: FUTURE }
  for (const queueOptions of [
    null,
    { retryLimit: 7, retryDelay: 3, expireInSeconds: 90, retentionSeconds: 3600 },
  ]) {
    if (queueOptions) await boss.updateQueue(batchQueue, queueOptions)
    await db.query('delete from pgboss.job')
    const theirs = await boss.send(batchQueue, data, { startAfter: FUTURE })
    const { enqueue_batch: ours } = await callOne(db, 'enqueue_batch', campaign.id, 3, FUTURE)
    const read = async (id: unknown) =>
      (await db.query('select * from pgboss.job where id = $1', [id])).rows[0]
    const [mine, their] = [await read(ours), await read(theirs)]
    t.ok(their && mine, 'both are there')
    t.same(Object.keys(mine), Object.keys(their))
    for (const column of Object.keys(their)) {
      if (['id', 'created_on'].includes(column)) continue
      if (['start_after', 'keep_until'].includes(column)) {
        t.equal(mine[column].getTime(), their[column].getTime(), column)
      } else if (column === 'data') {
        t.same(
          { ...mine.data, due_at: new Date(mine.data.due_at) },
          { ...their.data, due_at: new Date(FUTURE) },
        )
      } else t.same(mine[column], their[column], column)
    }
  }
})

scenario('pg-boss fetches it, when it is due and not before', async (t, db, { url }) => {
  const boss = new PgBoss({
    connectionString: url,
    migrate: false,
    createSchema: false,
    supervise: false,
    schedule: false,
  })
  await boss.start()
  t.teardown(() => boss.stop({ graceful: false }))
  const campaign = await makeCampaign(db, { status: 'draft' })
  await call(db, 'enqueue_batch', campaign.id, 1, FUTURE)
  t.same(await boss.fetch(batchQueue), [])
  const { enqueue_batch: id } = await callOne(db, 'enqueue_batch', campaign.id, 2, START)
  const [job] = await boss.fetch<Row>(batchQueue)
  t.match(job, { id, name: batchQueue, data: { campaign_id: campaign.id, batch_number: 2 } })
  await boss.complete(batchQueue, job!.id)
  t.equal((await readOne(db, 'select state from pgboss.job where id = $1', [id])).state, 'completed')
})

scenario('once however often called; another number or due time is another job', async (t, db) => {
  const campaign = await makeCampaign(db, { status: 'draft' })
  const enqueue = async (number: number, due: string | Date) =>
    (await callOne(db, 'enqueue_batch', campaign.id, number, due)).enqueue_batch
  const first = await enqueue(1, START)
  t.equal(await enqueue(1, START), first)
  t.equal(await enqueue(1, '2026-03-02T10:00:00+01:00'), first, 'the same moment in another zone')
  const others = [await enqueue(2, START), await enqueue(1, after(1)), await enqueue(1, FUTURE)]
  t.equal(new Set([first, ...others]).size, 4)
  t.equal((await readJobs(db, campaign.id)).length, 4)
  const other = await makeCampaign(db, { status: 'draft' })
  t.not((await callOne(db, 'enqueue_batch', other.id, 1, START)).enqueue_batch, first)
  await db.query(`update pgboss.job set state = 'completed' where id = $1`, [first])
  await enqueue(1, START)
  t.equal(
    (await readJobs(db, campaign.id)).length,
    4,
    'a finished job is not made again for the same due time',
  )
  await enqueue(1, after(HOUR))
  t.equal((await readJobs(db, campaign.id)).length, 5, 'nor does it block another one')
})

scenario('a due job is told to listening workers, a later one is not', async (t, db, { url }) => {
  const listener = await openSession(url)
  t.teardown(() => listener.end())
  const heard: string[] = []
  listener.client.on('notification', ({ channel, payload }) => heard.push(`${channel} ${payload}`))
  const { channel } = await readOne(
    db,
    `select 'pgboss_' || left(encode(sha224('pgboss'), 'hex'), 24) as channel`,
  )
  await listener.query(`listen ${channel}`)
  const campaign = await makeCampaign(db, { status: 'draft' })
  await call(db, 'enqueue_batch', campaign.id, 1, FUTURE)
  await listener.query('select 1')
  t.same(heard, [])
  await call(db, 'enqueue_batch', campaign.id, 1, START)
  await listener.query('select 1')
  t.same(heard, [`${channel} daybatch.batch`])
})

// the application's statement never fails

// and whether the audit can know that the next job is missing
for (const [what, known, breaking] of [
  ['no queue', true, `delete from pgboss.queue where name = 'daybatch.batch'`],
  ['no schema', false, 'drop schema pgboss cascade'],
  ['no table', false, 'drop table pgboss.job cascade'],
  ['another column', true, 'alter table pgboss.job rename column start_after to begin_after'],
  [
    'no rights',
    false,
    'revoke all on pgboss.job, pgboss.queue from daybatch_owner; revoke usage on schema pgboss from daybatch_owner',
  ],
  ['a new column that must be filled', true, 'alter table pgboss.job add column shard integer not null'],
] as const) {
  scenario(
    `${what}: a warning, and the application's insert still commits`,
    async (t, db) => {
      const existing = await makeCampaign(db, { status: 'draft' })
      await db.query('delete from pgboss.job')
      await db.query(breaking)
      const client = await db.connect()
      const warnings: string[] = []
      client.on('notice', ({ severity, message }) => warnings.push(`${severity}: ${message}`))
      const campaign = await makeCampaign(client, { contacts: 2, limit: 1 })
      t.match(warnings, [/^WARNING: daybatch: /], 'one line')
      t.equal((await readCampaign(db, campaign.id)).status, 'sending')
      t.same((await callOne(client, 'enqueue_batch', campaign.id, 1, START)).enqueue_batch, null)
      await client.query(`update public.campaigns set status = 'sending' where id = $1`, [existing.id])
      // without any job the sweep, or anybody who calls it, does the work
      t.match(await processCampaign(client, campaign.id), { action: 'opened', delivery_count: 1 })
      await report(client, campaign.id, await claim(client, campaign.id))
      t.match(await processCampaign(client, campaign.id), { action: 'closed' })
      const { rows } = await client.query('select count(*)::integer as count from daybatch.audit')
      t.equal(rows[0].count, known ? 1 : 0, 'what cannot be known is no disagreement')
      client.release(true)
    },
    { audit: false },
  )
}

// where jobs come from

scenario('an insert or update by anyone puts the job in, in its own transaction', async (t, db) => {
  const client = await db.connect()
  await client.query('begin')
  const lost = await makeCampaign(client, {})
  await client.query('rollback')
  client.release()
  t.same(await readJobs(db, lost.id), [], 'rolled back with its statement')

  const draft = await makeCampaign(db, { status: 'draft' })
  t.same(await readJobs(db, draft.id), [])
  await db.query(`update public.campaigns set name = 'x' where id = $1`, [draft.id])
  t.same(await readJobs(db, draft.id), [], 'nothing started')
  await db.query(`update public.campaigns set status = 'scheduled', scheduled_at = $2 where id = $1`, [
    draft.id,
    after(DAY),
  ])
  await db.query(`update public.campaigns set scheduled_at = $2 where id = $1`, [draft.id, after(2 * DAY)])
  await db.query(`update public.campaigns set status = 'sending' where id = $1`, [draft.id])
  t.same(
    (await readJobs(db, draft.id)).map(job => job.start_after),
    [after(0), after(DAY), after(2 * DAY)],
  )
  await db.query(`update public.campaigns set name = 'y', subject = 'z', status = 'sending' where id = $1`, [
    draft.id,
  ])
  t.equal((await readJobs(db, draft.id)).length, 3, 'nothing new started')
})

scenario('every next batch has its job when the one before opens, and one only', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 4, limit: 2 })
  await openBatch(db, campaign.id)
  const times = async () =>
    (await readJobs(db, campaign.id)).map(job => [job.data.batch_number, job.start_after])
  const expected = [
    [1, after(0)],
    [2, after(DAY)],
  ]
  t.same(await times(), expected)
  await report(db, campaign.id, await claim(db, campaign.id))
  await processCampaign(db, campaign.id)
  await processCampaign(db, campaign.id)
  t.same(await times(), expected)
  await advance(db, '24 hours')
  await processCampaign(db, campaign.id)
  t.same(await times(), [...expected, [3, after(2 * DAY)]])
})
