// What is due and coming, what pg-boss will trigger, and what happened: due_batches, scheduled_jobs, batch_history,
// sweep_log, worker_status.
import type pg from 'pg'
import { advance, setClock } from '../helper/clock.ts'
import {
  accepted,
  call,
  claim,
  closeBatch,
  makeCampaign,
  noReply,
  noSuchUser,
  openBatch,
  processCampaign,
  type Row,
  runBatch,
  send,
} from '../helper/make.ts'
import { after, DAY, HOUR, MINUTE, scenario } from '../helper/scenario.ts'

const read = async (db: pg.Pool, query: string): Promise<Row[]> => (await db.query(query)).rows

scenario('due_batches: the longest waiting first, never a batch under way', async (t, db) => {
  const waiting = await makeCampaign(db, { name: 'waiting', contacts: 3, limit: 2 })
  await runBatch(db, waiting.id)
  await setClock(db, after(HOUR))
  const fresh = await makeCampaign(db, { name: 'fresh', contacts: 3, limit: 2 })
  const scheduled = await makeCampaign(db, {
    name: 'scheduled',
    status: 'scheduled',
    scheduled_at: after(2 * HOUR).toISOString(),
    limit: 4,
  })
  const early = await makeCampaign(db, {
    name: 'started before its time',
    status: 'scheduled',
    scheduled_at: after(9 * HOUR).toISOString(),
  })
  await call(db, 'start_campaign', early.id)
  const under = await makeCampaign(db, { name: 'under way' })
  await openBatch(db, under.id)
  for (const status of ['draft', 'paused', 'cancelled']) await makeCampaign(db, { name: status, status })
  const rows = await read(
    db,
    `select campaign_id, name, batch_number, due_at, is_due, extract(epoch from due_in)::integer as due_in, expected_size
     from daybatch.due_batches order by due_at nulls first, name`,
  )
  t.same(rows, [
    {
      campaign_id: fresh.id,
      name: 'fresh',
      batch_number: 1,
      due_at: null,
      is_due: true,
      due_in: null,
      expected_size: 2,
    },
    {
      campaign_id: early.id,
      name: 'started before its time',
      batch_number: 1,
      due_at: null,
      is_due: true,
      due_in: null,
      expected_size: 5,
    },
    {
      campaign_id: scheduled.id,
      name: 'scheduled',
      batch_number: 1,
      due_at: after(2 * HOUR),
      is_due: false,
      due_in: 3600,
      expected_size: 4,
    },
    {
      campaign_id: waiting.id,
      name: 'waiting',
      batch_number: 2,
      due_at: after(DAY),
      is_due: false,
      due_in: 82_800,
      expected_size: 1,
    },
  ])
  await setClock(db, after(DAY))
  const due = await read(db, `select is_due from daybatch.due_batches`)
  t.ok(due.every(row => row.is_due))
})

scenario('scheduled_jobs: what pg-boss will trigger, by campaign', async (t, db) => {
  const campaign = await makeCampaign(db, { name: 'Spring offer', contacts: 3, limit: 2 })
  await call(db, 'initialize_contact_tracking', campaign.id)
  await openBatch(db, campaign.id)
  const jobs = await read(
    db,
    'select due_at, queue, state, campaign_id, name, batch_number, retry_count from daybatch.scheduled_jobs order by due_at, batch_number',
  )
  const job = {
    queue: 'daybatch.batch',
    state: 'created',
    campaign_id: campaign.id,
    name: 'Spring offer',
    retry_count: 0,
  }
  t.match(jobs.at(-1), { ...job, due_at: after(DAY), batch_number: 2 })
  t.ok(jobs.slice(0, -1).every(row => row.batch_number === 1))
  const client = await db.connect()
  try {
    await client.query('begin')
    await client.query('drop schema pgboss cascade')
    t.same(
      (await client.query('select * from daybatch.scheduled_jobs')).rows,
      [],
      'none without pg-boss, and no error',
    )
    t.same((await client.query('select * from daybatch.audit')).rows, [])
  } finally {
    await client.query('rollback')
    client.release()
  }
})

scenario('batch_history: one row per batch, also the one under way', async (t, db) => {
  const campaign = await makeCampaign(db, { name: 'Spring offer', contacts: 5, limit: 3 })
  await runBatch(db, campaign.id, [accepted, noSuchUser, noReply])
  await setClock(db, after(DAY + 2 * MINUTE))
  await openBatch(db, campaign.id, 'sweep')
  const rows = await read(
    db,
    `select *, extract(epoch from lateness)::integer as late from daybatch.batch_history where name = 'Spring offer' order by batch_number`,
  )
  t.match(rows, [
    {
      campaign_id: campaign.id,
      batch_number: 1,
      source: 'manual',
      send_limit: 3,
      slot_count: 3,
      due_at: after(0),
      opened_at: after(0),
      closed_at: after(0),
      counted_at: after(0),
      cut_off_at: after(DAY - 15 * MINUTE),
      next_due_at: after(DAY),
      sent_count: 1,
      failed_count: 2,
      skipped_count: 0,
      in_doubt_count: 1,
      returned_count: 0,
      remaining_count: 2,
      late: 0,
    },
    {
      batch_number: 2,
      source: 'sweep',
      slot_count: 2,
      due_at: after(DAY),
      opened_at: after(DAY + 2 * MINUTE),
      closed_at: null,
      counted_at: after(DAY),
      next_due_at: after(2 * DAY),
      sent_count: null,
      remaining_count: null,
      late: 120,
    },
  ])
})

scenario('sweep_log: each run, with its source, what it did, how long it took', async (t, db) => {
  const { rows } = await db.query('select session_user as name')
  const one = await makeCampaign(db, { contacts: 1 })
  await makeCampaign(db, { contacts: 0 })
  await call(db, 'process_campaigns', null, 'sweep')
  await claim(db, one.id)
  await advance(db, '61 seconds')
  await call(db, 'process_campaigns', null, 'cron')
  await send(db, one.id)
  await call(db, 'process_campaigns', null, 'api')
  await processCampaign(db, one.id)
  const sweeps = await read(db, 'select * from daybatch.sweep_log order by sweep_id')
  const sweep = {
    took: 'PT0S',
    failed_count: 0,
    jobs_mended_count: 0,
    claims_released_count: 0,
    done_by: rows[0].name,
  }
  t.match(sweeps, [
    { ...sweep, source: 'sweep', started_at: after(0), looked_at_count: 2, opened_count: 1, closed_count: 0 },
    {
      ...sweep,
      source: 'cron',
      started_at: after(61_000),
      looked_at_count: 1,
      opened_count: 0,
      closed_count: 0,
    },
    { ...sweep, source: 'api', looked_at_count: 1, opened_count: 0, closed_count: 1 },
  ])
  t.equal(sweeps.length, 3, 'a single campaign is no sweep')
})

scenario('worker_status: who delivers, alive when seen in the last 3 minutes', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 5 })
  await call(db, 'report_worker', 'one', 10)
  await advance(db, '2 minutes')
  await call(db, 'report_worker', 'two', 5, 3, `the server says ${'x'.repeat(2000)}`)
  await openBatch(db, campaign.id)
  await claim(db, campaign.id, 2, 'two')
  const view = 'select * from daybatch.worker_status order by worker_id'
  const [one, two] = await read(db, view)
  t.same(one, {
    worker_id: 'one',
    started_at: after(0),
    seen_at: after(0),
    is_alive: true,
    connections: 10,
    held_count: 0,
    problem: null,
    claims: '0',
  })
  t.match(two, {
    worker_id: 'two',
    started_at: after(2 * MINUTE),
    is_alive: true,
    connections: 5,
    held_count: 3,
    claims: '1',
  })
  t.ok(two!.problem.length <= 1000)
  await advance(db, '1 minute')
  t.same(
    (await read(db, view)).map(row => row.is_alive),
    [false, true],
  )
  await call(db, 'report_worker', 'one', 12)
  t.match((await read(db, view))[0], {
    started_at: after(0),
    seen_at: after(3 * MINUTE),
    is_alive: true,
    connections: 12,
  })
  await call(db, 'forget_worker', 'two')
  await call(db, 'forget_worker', 'nobody')
  t.equal((await read(db, view)).length, 1)
  await advance(db, '25 hours')
  await call(db, 'report_worker', 'three', 1)
  t.same(
    (await read(db, view)).map(row => row.worker_id),
    ['three'],
    'not seen for a day: forgotten',
  )
  await setClock(db, after(0))
  await send(db, campaign.id)
  await call(db, 'cancel_campaign', campaign.id)
  await closeBatch(db, campaign.id)
})
