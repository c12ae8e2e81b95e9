// The views that say where campaigns and batches stand.
import type pg from 'pg'
import { advance, setClock } from '../helper/clock.ts'
import {
  accepted,
  begin,
  call,
  callOne,
  claim,
  greylisted,
  makeCampaign,
  noReply,
  noSuchUser,
  openBatch,
  readOne,
  report,
  runBatch,
  send,
  serverGone,
} from '../helper/make.ts'
import { after, DAY, HOUR, scenario } from '../helper/scenario.ts'

const status = (db: pg.Pool, id: string) =>
  readOne(db, 'select * from daybatch.campaign_status where id = $1', [id])
const waitsFor = async (db: pg.Pool, id: string) => (await status(db, id)).waits_for

scenario('campaign_status: live counts of the batch under way', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 8, limit: 6 })
  t.match(await status(db, campaign.id), {
    total_contacts: null,
    remaining_count: null,
    processed_count: null,
    failed_count: null,
    percent_done: null,
    open_batch_number: null,
    daily_send_limit: 6,
  })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id, 5)
  await begin(db, campaign.id, rows.slice(0, 4))
  await report(db, campaign.id, rows.slice(0, 3), [accepted, noSuchUser, noReply])
  t.match(await status(db, campaign.id), {
    total_contacts: 8,
    remaining_count: 5,
    processed_count: 1,
    failed_count: 2,
    percent_done: '37.5',
    current_batch_number: 1,
    open_batch_number: 1,
    open_batch_size: 6,
    open_batch_sent: 1,
    open_batch_sending: 1,
  })
  await report(db, campaign.id, rows.slice(3), accepted)
  await send(db, campaign.id)
  await call(db, 'process_campaigns', campaign.id)
  t.match(await status(db, campaign.id), {
    remaining_count: 2,
    processed_count: 4,
    failed_count: 2,
    percent_done: '75.0',
    current_batch_number: 2,
    open_batch_number: null,
    open_batch_sent: null,
  })
})

scenario('campaign_status: what each campaign waits for, in words', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3, limit: 2 })
  t.equal(await waitsFor(db, campaign.id), 'first processing')
  await openBatch(db, campaign.id)
  t.match(await waitsFor(db, campaign.id), /^batch 1 is under way: 0 of 2 sent/)
  const rows = await claim(db, campaign.id)
  await report(db, campaign.id, rows.slice(0, 1))
  t.match(await waitsFor(db, campaign.id), /^batch 1 is under way: 1 of 2 sent/)
  await report(db, campaign.id, rows.slice(1), serverGone)
  t.match(
    await waitsFor(db, campaign.id),
    /^server refuses: connect: connection refused; tries again 2026-03-02 09:00:30Z/,
  )
  await advance(db, '30 seconds')
  await send(db, campaign.id)
  await call(db, 'process_campaigns', campaign.id)
  t.match(await waitsFor(db, campaign.id), /^batch 2 is due 2026-03-03 09:00:00Z/)
  await call(db, 'pause_campaign', campaign.id, 'a break')
  t.match(await waitsFor(db, campaign.id), /^paused: a break/)
  await call(db, 'cancel_campaign', campaign.id)
  t.match(await waitsFor(db, campaign.id), /^cancelled/)
  const scheduled = await makeCampaign(db, { status: 'scheduled', scheduled_at: after(DAY) })
  t.match(await waitsFor(db, scheduled.id), /^scheduled for 2026-03-03 09:00:00Z/)
  t.equal(await waitsFor(db, (await makeCampaign(db, { status: 'scheduled' })).id), 'scheduled for now')
  const early = await makeCampaign(db, { status: 'draft' })
  await call(db, 'initialize_contact_tracking', early.id)
  await call(db, 'start_campaign', early.id)
  t.equal(await waitsFor(db, early.id), 'batch 1 is due now')
  const draft = await makeCampaign(db, { status: 'draft', daily_send_limit: null })
  t.match(await status(db, draft.id), { waits_for: 'draft', daily_send_limit: 5 })
  await db.query('update daybatch.settings set taken_over_at = null')
  t.match(await waitsFor(db, scheduled.id), /take_over/)
})

scenario('batch_history: one row per batch, also the one under way', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 5, limit: 3, name: 'Spring offer' })
  await openBatch(db, campaign.id)
  await send(db, campaign.id, [accepted, noSuchUser, greylisted])
  await setClock(db, after(DAY + HOUR))
  await call(db, 'process_campaigns', campaign.id)
  const { rows } = await db.query(
    `select *, lateness::text as late from daybatch.batch_history where name = 'Spring offer' order by batch_number`,
  )
  t.match(rows, [
    {
      batch_number: 1,
      sent_count: 1,
      failed_count: 1,
      skipped_count: 0,
      in_doubt_count: 0,
      returned_count: 1,
      remaining_count: 3,
      slot_count: 3,
      late: 'PT0S',
    },
    { batch_number: 2, sent_count: null, closed_at: null, slot_count: 3, late: 'PT1H', source: 'manual' },
  ])
  t.same(rows[1].next_due_at, after(2 * DAY + HOUR))
  await runBatch(db, (await makeCampaign(db, { contacts: 1 })).id)
  t.equal((await db.query(`select from daybatch.batch_history where name = 'Spring offer'`)).rowCount, 2)
})

scenario('the back-off of a deferred contact', async (t, db) => {
  const delay = async (count: number, first = '15 minutes', interval = '24 hours') =>
    (await callOne(db, 'calculate_retry_delay', count, first, interval)).calculate_retry_delay
  t.same(await Promise.all([0, 1, 2, 3, 4, 5, 100].map(count => delay(count))), [
    'PT15M',
    'PT15M',
    'PT30M',
    'PT1H',
    'PT2H',
    'PT2H',
    'PT2H',
  ])
  t.equal(await delay(1, '15 minutes', '01:00:00'), 'PT6M', 'a tenth of a short interval')
  t.equal(await delay(3, '1 second'), 'PT4S')
})
