// Where each campaign stands, in every state of its life, with live counts of the batch under way.
import type pg from 'pg'
import { setClock } from '../helper/clock.ts'
import {
  accepted,
  begin,
  byHand,
  call,
  claim,
  closeBatch,
  greylisted,
  makeCampaign,
  noReply,
  noSuchUser,
  openBatch,
  type Row,
  report,
  runBatch,
  send,
  serverGone,
} from '../helper/make.ts'
import { after, DAY, HOUR, scenario } from '../helper/scenario.ts'

async function readStatus(db: pg.Pool, id: string): Promise<Row> {
  const { rows } = await db.query('select * from daybatch.campaign_status where id = $1', [id])
  return rows[0]
}

async function readCounts(db: pg.Pool, id: string) {
  const row = await readStatus(db, id)
  return [row.remaining_count, row.processed_count, row.failed_count, row.percent_done].map(count =>
    count === null ? null : Number(count),
  )
}

const waits = async (db: pg.Pool, id: string) => (await readStatus(db, id)).waits_for

scenario('every column of a campaign in mid-batch', async (t, db) => {
  const campaign = await makeCampaign(db, { name: 'Spring offer', contacts: 12, limit: 5 })
  await runBatch(db, campaign.id, [accepted, accepted, accepted, noSuchUser, noReply])
  await setClock(db, after(DAY))
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id, 4)
  await begin(db, campaign.id, rows.slice(0, 3))
  await report(db, campaign.id, rows.slice(0, 2), [accepted, noSuchUser])
  const { created_at: _, tracking_initialised_at: initialised, ...row } = await readStatus(db, campaign.id)
  t.same(initialised, after(0))
  t.same(row, {
    id: campaign.id,
    name: 'Spring offer',
    status: 'sending',
    daily_send_limit: 5,
    contact_list_ids: campaign.lists,
    total_contacts: 12,
    remaining_count: '5',
    processed_count: '4',
    failed_count: '3',
    percent_done: '58.3',
    current_batch_number: 2,
    open_batch_number: 2,
    open_batch_size: 5,
    open_batch_sent: '1',
    open_batch_sending: '1',
    first_batch_sent_at: after(0),
    next_batch_send_time: after(2 * DAY),
    batch_interval: 'PT24H',
    in_doubt_policy: 'never',
    scheduled_at: null,
    pause_reason: null,
    paused_at: null,
    sending_rules: null,
    waits_for: 'batch 2 is under way: 1 of 5 sent',
  })
})

scenario('counts, percent and what it waits for, from draft to completion', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 4, limit: 3, status: 'draft' })
  t.equal(await waits(db, campaign.id), 'draft')
  t.same(await readCounts(db, campaign.id), [null, null, null, null])
  await call(db, 'schedule_campaign', campaign.id, after(HOUR))
  t.equal(await waits(db, campaign.id), 'scheduled for 2026-03-02 10:00:00Z')
  await call(db, 'start_campaign', campaign.id)
  t.equal(await waits(db, campaign.id), 'first processing')
  await call(db, 'initialize_contact_tracking', campaign.id)
  t.same(await readCounts(db, campaign.id), [4, 0, 0, 0])
  t.equal(await waits(db, campaign.id), 'batch 1 is due 2026-03-02 09:00:00Z')
  await openBatch(db, campaign.id)
  await report(db, campaign.id, await claim(db, campaign.id, 1), serverGone)
  t.match(
    await waits(db, campaign.id),
    /^server refuses: connect: connection refused; tries again 2026-03-02 09:00:30Z$/,
  )
  await setClock(db, after(HOUR))
  await send(db, campaign.id)
  await send(db, campaign.id, [accepted, greylisted])
  t.same(await readCounts(db, campaign.id), [2, 2, 0, 50])
  await call(db, 'pause_campaign', campaign.id, 'wrong subject')
  t.equal(await waits(db, campaign.id), 'paused: wrong subject')
  await setClock(db, after(DAY))
  await closeBatch(db, campaign.id)
  t.same(await readCounts(db, campaign.id), [2, 2, 0, 50])
  await call(db, 'resume_campaign', campaign.id)
  await runBatch(db, campaign.id)
  t.same(await readCounts(db, campaign.id), [0, 4, 0, 100])
  t.equal(await waits(db, campaign.id), 'completed')
  t.match(await readStatus(db, campaign.id), {
    open_batch_number: null,
    open_batch_sent: null,
    next_batch_send_time: null,
  })
})

scenario('cancelled, and asleep', async (t, db) => {
  const campaign = await makeCampaign(db)
  await byHand(db, 'update daybatch.settings set taken_over_at = null')
  t.equal(await waits(db, campaign.id), 'the engine sleeps until daybatch.take_over(true)')
  await byHand(db, 'update daybatch.settings set taken_over_at = installed_at')
  await call(db, 'cancel_campaign', campaign.id)
  t.equal(await waits(db, campaign.id), 'cancelled')
})
