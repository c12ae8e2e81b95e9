// The figures for Prometheus, each against a state made for it: a campaign that waits, opens late, is under way with every
// kind of delivery, is in doubt, paused; jobs, workers and sweeps.
import type pg from 'pg'
import { advance, setClock } from '../helper/clock.ts'
import {
  accepted,
  begin,
  call,
  claim,
  greylisted,
  makeCampaign,
  noReply,
  noSuchUser,
  openBatch,
  processCampaign,
  report,
  serverGone,
} from '../helper/make.ts'
import { after, HOUR, MINUTE, scenario } from '../helper/scenario.ts'

/** `metric` or `metric label`: value. */
async function read(db: pg.Pool): Promise<Record<string, number>> {
  const rows = await call(db, 'read_metrics')
  return Object.fromEntries(rows.map(({ metric, label, value }) => [`${metric} ${label}`.trim(), value]))
}

scenario('nothing is there: every figure is 0, but for those of what never was', async (t, db) => {
  const { engine_awake, ...figures } = await read(db)
  t.equal(engine_awake, 1)
  t.same([...new Set(Object.values(figures))], [0], JSON.stringify(figures))
  t.notOk('sweep_age_seconds' in figures)
  for (const name of [
    'open_deliveries queued',
    'in_doubt ask',
    'workers fit',
    'queue_age_seconds daybatch.batch',
  ])
    t.ok(name in figures, name)
})

scenario('a batch that is due: how late it is, before and after it opens', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 4, limit: 2 })
  await setClock(db, after(10 * MINUTE))
  t.match(await read(db), {
    'campaigns sending': 1,
    due_batches: 1,
    batch_lateness_seconds: 600,
    'queue_due_jobs daybatch.batch': 1,
    open_batches: 0,
  })
  await processCampaign(db, campaign.id)
  t.match(await read(db), { due_batches: 0, batch_lateness_seconds: 0, open_batches: 1, recent_batches: 1 })
  const claimed = await claim(db, campaign.id)
  await begin(db, campaign.id, claimed)
  await report(db, campaign.id, claimed, accepted)
  await call(db, 'close_batch', campaign.id)
  // due one interval after the opening, which was late
  await setClock(db, after(24 * HOUR + 10 * MINUTE + 7 * MINUTE))
  t.match(await read(db), { due_batches: 1, batch_lateness_seconds: 420, open_batches: 0, recent_batches: 0 })
  await processCampaign(db, campaign.id)
  t.match(await read(db), { due_batches: 0, recent_batches: 1, recent_batch_lateness_seconds: 420 })
  await advance(db, '16 minutes')
  t.match(await read(db), { recent_batches: 0, recent_batch_lateness_seconds: 0 })
})

scenario('scheduled campaigns are late from their time on', async (t, db) => {
  await makeCampaign(db, { status: 'scheduled', scheduled_at: after(HOUR).toISOString() })
  t.match(await read(db), { 'campaigns scheduled': 1, due_batches: 0 })
  await setClock(db, after(HOUR + MINUTE))
  t.match(await read(db), { due_batches: 1, batch_lateness_seconds: 60 })
})

scenario('a batch under way: queued, claimed, deferred; and what is in doubt afterwards', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 6, limit: 6, in_doubt_policy: 'ask' })
  await openBatch(db, campaign.id)
  t.match(await read(db), { 'open_deliveries queued': 6, 'open_deliveries claimed': 0 })
  const claimed = await claim(db, campaign.id, 4)
  t.match(await read(db), { 'open_deliveries queued': 2, 'open_deliveries claimed': 4 })
  await begin(db, campaign.id, claimed)
  t.match(await read(db), { 'open_deliveries queued': 2, 'open_deliveries claimed': 4 })
  await report(db, campaign.id, claimed, [accepted, noSuchUser, greylisted, noReply])
  t.match(await read(db), {
    'open_deliveries queued': 2,
    'open_deliveries claimed': 0,
    'open_deliveries deferred': 1,
    'in_doubt ask': 1,
    'in_doubt never': 0,
  })
  const rest = await claim(db, campaign.id)
  await begin(db, campaign.id, rest)
  await report(db, campaign.id, rest, accepted)
  await call(db, 'resolve_all_in_doubt', campaign.id, 'sent')
  t.match(await read(db), { 'open_deliveries queued': 0, 'in_doubt ask': 0, stuck_batches: 0 })
  await advance(db, '24 hours 1 minute')
  t.match(await read(db), { stuck_batches: 1 })
})

scenario('a server that refuses, and a campaign that is paused', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3 })
  await openBatch(db, campaign.id)
  const claimed = await claim(db, campaign.id, 1)
  await begin(db, campaign.id, claimed)
  await report(db, campaign.id, claimed, serverGone)
  t.match(await read(db), { refused_batches: 1 })
  await call(db, 'pause_campaign', campaign.id, 'wrong subject')
  t.match(await read(db), { 'campaigns sending': 0, 'campaigns paused': 1 })
})

scenario('messages to webhooks: those that wait, and those that were given up', async (t, db) => {
  await db.query(
    `select daybatch.create_webhook(gen_random_uuid(), 'https://example.org/', '{changed}', 'v1.k.sealed')`,
  )
  for (let n = 0; n < 3; n++) await call(db, 'record_event', null, 'changed')
  t.match(await read(db), { 'webhook_messages waiting': 3, 'webhook_messages dead': 0 })
  const { rows } = await db.query('select message_id from daybatch.webhook_messages')
  await call(db, 'record_webhook_try', rows[0].message_id, 1, 204, '', 5)
  await call(db, 'record_webhook_try', rows[1].message_id, 1, 410, 'gone', 5)
  t.match(await read(db), { 'webhook_messages waiting': 1, 'webhook_messages dead': 1 })
})

scenario('workers, sweeps, and jobs that are due, taken or given up', async (t, db) => {
  await call(db, 'report_worker', 'one', 10, 0, null)
  await call(db, 'report_worker', 'two', 10, 0, 'connection refused')
  t.match(await read(db), { 'workers fit': 1, 'workers troubled': 1 })
  await call(db, 'process_campaigns')
  await advance(db, '4 minutes')
  t.match(await read(db), { 'workers fit': 0, 'workers troubled': 0, sweep_age_seconds: 240 })

  const campaign = await makeCampaign(db)
  await db.query(`update pgboss.job set start_after = $1`, [after(MINUTE)])
  t.match(await read(db), { 'queue_due_jobs daybatch.batch': 1, 'queue_age_seconds daybatch.batch': 180 })
  await db.query(`update pgboss.job set state = 'active' where data ->> 'campaign_id' = $1`, [campaign.id])
  t.match(await read(db), { 'queue_due_jobs daybatch.batch': 0, 'queue_age_seconds daybatch.batch': 0 })
  await db.query(`update pgboss.job set state = 'failed' where data ->> 'campaign_id' = $1`, [campaign.id])
  t.match(await read(db), { 'queue_failed_jobs daybatch.batch': 1 })
})

scenario(
  'without pg-boss the figures of its queues are missing, and no other',
  async (t, db) => {
    await db.query('drop schema pgboss cascade')
    const figures = await read(db)
    t.notOk('queue_age_seconds daybatch.batch' in figures)
    t.equal(figures.open_batches, 0)
  },
  { audit: false },
)
