import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { advance, setClock } from '../helper/clock.ts'
import {
  begin,
  byHand,
  call,
  callOne,
  claim,
  closeBatch,
  insertRow,
  makeCampaign,
  makeContacts,
  makeList,
  openBatch,
  processCampaign,
  type Row,
  readAudit,
  readBatch,
  readCampaign,
  readDeliveries,
  readJobs,
  readOne,
  readState,
  report,
  runBatch,
  send,
} from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { after, DAY, HOUR, MINUTE, START, scenario } from '../helper/scenario.ts'

/** The answers of a run over all campaigns, by campaign. */
async function sweep(db: pg.Pool, source = 'sweep'): Promise<Map<string, Row>> {
  const rows = await call(db, 'process_campaigns', null, source)
  return new Map(rows.map(row => [row.campaign_id, row]))
}

const lastSweep = (db: pg.Pool) => readOne(db, 'select * from daybatch.sweeps order by sweep_id desc limit 1')

scenario('the five steps of a campaign, from its insert to its completion', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 7, limit: 5, name: 'Spring offer' })
  t.same(await processCampaign(db, campaign.id, 'job'), {
    campaign_id: campaign.id,
    name: 'Spring offer',
    action: 'opened',
    batch_number: 1,
    delivery_count: 5,
    next_batch_send_time: after(DAY),
    reason: null,
    error_code: null,
  })
  t.match(await processCampaign(db, campaign.id), {
    action: 'sending',
    batch_number: 1,
    reason: '5 to be sent',
  })
  await send(db, campaign.id)
  t.match(await processCampaign(db, campaign.id), {
    action: 'closed',
    batch_number: 1,
    next_batch_send_time: after(DAY),
    reason: /batch 2 .* is not due until 2026-03-03T09:00:00Z/,
  })
  t.match(await processCampaign(db, campaign.id), {
    action: 'waiting',
    batch_number: 2,
    reason: /not due until/,
  })
  await setClock(db, after(DAY))
  t.match(await processCampaign(db, campaign.id), { action: 'opened', batch_number: 2, delivery_count: 2 })
  await send(db, campaign.id)
  t.match(await processCampaign(db, campaign.id), {
    action: 'completed',
    batch_number: 2,
    next_batch_send_time: null,
    reason: null,
  })
  t.match(await processCampaign(db, campaign.id), {
    action: 'completed',
    batch_number: 2,
    reason: 'completed before',
  })
})

scenario('one call closes what is finished and opens what is due', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2, limit: 1 })
  await openBatch(db, campaign.id)
  await send(db, campaign.id)
  await setClock(db, after(DAY))
  t.match(await processCampaign(db, campaign.id, 'job'), {
    action: 'opened',
    batch_number: 2,
    delivery_count: 1,
  })
  t.ok((await readBatch(db, campaign.id, 1)).closed_at)
})

scenario('a whole campaign by sweeps alone, without any job', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 5, limit: 2 })
  await db.query('delete from pgboss.job')
  for (let at = 0; at <= 3 * DAY; at += 5 * MINUTE) {
    await setClock(db, after(at))
    const row = (await sweep(db)).get(campaign.id)
    if (row?.action === 'opened') await send(db, campaign.id)
    if ((await readCampaign(db, campaign.id)).status === 'completed') break
  }
  const row = await readCampaign(db, campaign.id)
  t.equal(row.status, 'completed')
  t.same(
    row.batch_history.map((entry: Row) => [entry.timestamp, entry.sent_count]),
    [
      ['2026-03-02T09:00:00Z', 2],
      ['2026-03-03T09:00:00Z', 2],
      ['2026-03-04T09:00:00Z', 1],
    ],
  )
})

scenario('what there is to do is found, and nothing else is touched', async (t, db) => {
  const fresh = await makeCampaign(db)
  const draft = await makeCampaign(db, { status: 'draft' })
  const later = await makeCampaign(db, { status: 'scheduled', scheduled_at: after(HOUR) })
  const due = await makeCampaign(db, { status: 'scheduled', scheduled_at: after(-HOUR) })
  const untimed = await makeCampaign(db, { status: 'scheduled' })
  const paused = await makeCampaign(db, { status: 'paused' })
  const waiting = await makeCampaign(db, { contacts: 2, limit: 1 })
  await runBatch(db, waiting.id)
  const finished = await makeCampaign(db, { contacts: 1 })
  await openBatch(db, finished.id)
  await send(db, finished.id)
  const rows = await sweep(db)
  t.same(
    [...rows.keys()].sort(),
    [fresh.id, due.id, untimed.id, finished.id].sort(),
    'the sweep reads only rows that are due',
  )
  t.same([...rows.keys()], [...rows.keys()].sort(), 'in the order of their ids')
  for (const { id } of [fresh, due, untimed]) t.match(rows.get(id), { action: 'opened', batch_number: 1 })
  t.match(rows.get(finished.id), { action: 'completed' })
  t.match(await lastSweep(db), {
    source: 'sweep',
    looked_at_count: 4,
    opened_count: 3,
    closed_count: 1,
    failed_count: 0,
  })

  const answers = await sweep(db, 'cron')
  t.match(answers.get(later.id), { action: 'waiting', reason: 'scheduled for 2026-03-02T10:00:00Z' })
  t.match(answers.get(waiting.id), { action: 'waiting', reason: /not due until/ }, 'a cron hears why')
  t.notOk(answers.has(draft.id))
  t.notOk(answers.has(paused.id))
  t.equal((await readCampaign(db, draft.id)).tracking_initialised_at, null)
  t.equal((await readCampaign(db, later.id)).tracking_initialised_at, null)
})

scenario('one bad campaign never stops the others', async (t, db) => {
  const good = await makeCampaign(db)
  const broken = await makeCampaign(db)
  const nobody = await insertRow(db, 'public.campaigns', {
    name: 'Nobody',
    status: 'sending',
    text_body: 'x',
  })
  const mute = await makeCampaign(db, { text_body: null })
  const unknownField = await makeCampaign(db, { text_body: 'Dear {{titel}}' })
  const vanished = await makeCampaign(db, { lists: [randomUUID()] })
  const last = await makeCampaign(db)
  await db.query(
    `create function public.say_no() returns trigger language plpgsql as $$ begin raise exception 'the application says no'; end $$`,
  )
  await db.query(
    `create trigger say_no before update on public.campaigns for each row when (old.id = '${broken.id}') execute function public.say_no()`,
  )
  const rows = await sweep(db)
  t.equal(rows.size, 7)
  t.match(rows.get(good.id), { action: 'opened' })
  t.match(rows.get(last.id), { action: 'opened' })
  t.match(rows.get(broken.id), { action: 'failed', reason: 'the application says no', error_code: 'P0001' })
  t.match(rows.get(nobody.id), { action: 'paused', error_code: 'MB003' })
  t.match(rows.get(mute.id), { action: 'paused', error_code: 'MB010' })
  t.match(rows.get(unknownField.id), { action: 'paused', error_code: 'MB011', reason: /\{\{titel\}\}/ })
  t.match(rows.get(vanished.id), { action: 'paused', error_code: 'MB003' })
  t.match(await lastSweep(db), { looked_at_count: 7, opened_count: 2, failed_count: 1 })
  t.equal((await readCampaign(db, broken.id)).tracking_initialised_at, null, 'rolled back alone')
  await checkRefusal(t, 'P0001', /the application says no/, () => processCampaign(db, broken.id))
  await db.query('drop trigger say_no on public.campaigns')
  t.match((await sweep(db)).get(broken.id), { action: 'opened' })
})

scenario(
  'without a body: paused with that reason, tracking initialised; with one it goes on',
  async (t, db) => {
    const campaign = await makeCampaign(db, { text_body: null, contacts: 2 })
    t.match(await processCampaign(db, campaign.id), {
      action: 'paused',
      error_code: 'MB010',
      reason: /no message/,
      batch_number: 1,
    })
    const row = await readCampaign(db, campaign.id)
    t.match(row, { status: 'paused', pause_reason: /no message/, contacts_remaining: campaign.contacts })
    t.same(row.tracking_initialised_at, new Date(START))
    t.same((await readState(db, campaign.id)).batches, [])
    await callOne(db, 'resume_campaign', campaign.id)
    t.match(await processCampaign(db, campaign.id), { action: 'paused', error_code: 'MB010' }, 'still none')
    await db.query(`update public.campaigns set html_body = '<p>Hello</p>' where id = $1`, [campaign.id])
    await callOne(db, 'resume_campaign', campaign.id)
    t.match(await processCampaign(db, campaign.id), { action: 'opened', delivery_count: 2 })
    t.equal((await readCampaign(db, campaign.id)).pause_reason, null)
  },
)

scenario('an empty html beside a text is a message', async (t, db) => {
  const campaign = await makeCampaign(db, { html_body: '', text_body: 'Hello' })
  t.match(await processCampaign(db, campaign.id), { action: 'opened' })
})

scenario('an empty audience: paused, and goes on when somebody is on the list', async (t, db) => {
  const list = await makeList(db, [])
  const campaign = await makeCampaign(db, { lists: [list] })
  t.match(await processCampaign(db, campaign.id), { action: 'paused', error_code: 'MB003' })
  const row = await readCampaign(db, campaign.id)
  t.match(row, { status: 'paused', pause_reason: /nobody in its audience/, tracking_initialised_at: null })
  const [contact] = await makeContacts(db, 1)
  await db.query('insert into public.contact_list_members (list_id, contact_id) values ($1, $2)', [
    list,
    contact,
  ])
  await callOne(db, 'resume_campaign', campaign.id)
  t.match(await processCampaign(db, campaign.id), { action: 'opened', delivery_count: 1 })
})

scenario('a list that vanishes before the first processing: the others are mailed', async (t, db) => {
  const contacts = await makeContacts(db, 2)
  const campaign = await makeCampaign(db, { lists: [randomUUID(), await makeList(db, contacts)] })
  t.match(await processCampaign(db, campaign.id), { action: 'opened', delivery_count: 2 })
})

scenario(
  'a list that vanishes while the campaign runs changes nothing: its audience is frozen',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 2, limit: 1 })
    await runBatch(db, campaign.id)
    await db.query('delete from public.contact_lists where id = $1', [campaign.lists[0]])
    await setClock(db, after(DAY))
    t.match(await processCampaign(db, campaign.id), { action: 'opened', delivery_count: 1 })
  },
)

scenario('an unknown field pauses also when the tracking was initialised before', async (t, db) => {
  const campaign = await makeCampaign(db, { text_body: 'Dear {{titel}}', status: 'draft' })
  await call(db, 'initialize_contact_tracking', campaign.id)
  await db.query(`update public.campaigns set status = 'sending' where id = $1`, [campaign.id])
  t.match(await processCampaign(db, campaign.id), { action: 'paused', error_code: 'MB011' })
  await callOne(db, 'resume_campaign', campaign.id)
  t.match(
    await processCampaign(db, campaign.id),
    { action: 'paused', error_code: 'MB011' },
    'resumed as it was',
  )
  await db.query(`update public.contacts set attributes = '{"titel": "Dr."}' where id = $1`, [
    campaign.contacts[1],
  ])
  await callOne(db, 'resume_campaign', campaign.id)
  t.match(
    await processCampaign(db, campaign.id),
    { action: 'opened' },
    'one contact has it: the others get the default',
  )
})

scenario('claims of a dead worker are taken back on the way', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id)
  await begin(db, campaign.id, rows)
  await advance(db, '2 minutes')
  t.match(await processCampaign(db, campaign.id), { action: 'completed' })
  t.same(
    (await readDeliveries(db, campaign.id)).map(line => line.status),
    ['in_doubt', 'in_doubt'],
  )
})

scenario(
  'batches of paused and cancelled campaigns are closed by the sweep when they are over',
  async (t, db) => {
    const paused = await makeCampaign(db, { contacts: 2 })
    const sending = await makeCampaign(db, { contacts: 2 })
    for (const { id } of [paused, sending]) await openBatch(db, id)
    await callOne(db, 'pause_campaign', paused.id, 'a break')
    const rows = await claim(db, sending.id)
    await begin(db, sending.id, rows.slice(0, 1))
    await callOne(db, 'cancel_campaign', sending.id)
    t.same([...(await sweep(db)).keys()], [], 'not before')
    await advance(db, '1 minute')
    t.match((await sweep(db)).get(sending.id), { action: 'closed' }, 'the worker of the last mail is gone')
    await setClock(db, after(DAY - 15 * MINUTE))
    t.match((await sweep(db)).get(paused.id), { action: 'closed', reason: 'a break' })
    t.match(await readCampaign(db, paused.id), { status: 'paused', contacts_remaining: paused.contacts })
  },
)

scenario('every status answers what it is', async (t, db) => {
  for (const status of ['draft', 'paused', 'cancelled', 'completed']) {
    const campaign = await makeCampaign(db, { status })
    const before = await readState(db, campaign.id)
    t.match(await processCampaign(db, campaign.id), {
      action: status,
      delivery_count: null,
      error_code: null,
    })
    t.same(await readState(db, campaign.id), before)
  }
})

scenario('cron opens one window early, all others wait', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2, limit: 1 })
  await runBatch(db, campaign.id)
  await setClock(db, after(DAY - 5 * MINUTE))
  for (const source of ['job', 'sweep', 'manual', 'api']) {
    t.match(await processCampaign(db, campaign.id, source), { action: 'waiting' }, source)
    t.not((await sweep(db, source)).get(campaign.id)?.action, 'opened')
  }
  t.match((await sweep(db, 'cron')).get(campaign.id), { action: 'opened', batch_number: 2 })
})

scenario('twice at once: the second finds the batch open', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 9, limit: 2 })
  t.match((await sweep(db)).get(campaign.id), { action: 'opened' })
  t.match((await sweep(db)).get(campaign.id), { action: 'sending', batch_number: 1, delivery_count: null })
  t.match((await sweep(db, 'cron')).get(campaign.id), { action: 'sending' })
  t.equal((await readDeliveries(db, campaign.id)).length, 2)
})

scenario('everybody deleted in the meantime: skipped and completed', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3, limit: 2 })
  await call(db, 'initialize_contact_tracking', campaign.id)
  await db.query('delete from public.contacts')
  t.match(await processCampaign(db, campaign.id), { action: 'opened', delivery_count: 0 })
  t.match(await processCampaign(db, campaign.id), { action: 'completed' })
  t.same((await readCampaign(db, campaign.id)).contacts_failed, campaign.contacts)
})

scenario('lost jobs of the next ten minutes are put back, and counted', async (t, db) => {
  const soon = await makeCampaign(db, { contacts: 2, limit: 1 })
  const kept = await makeCampaign(db, { contacts: 2, limit: 1 })
  await runBatch(db, soon.id)
  await runBatch(db, kept.id)
  await db.query(`delete from pgboss.job where data ->> 'campaign_id' = $1`, [soon.id])
  t.match(await readAudit(db), [/^job_is_missing: batch 2 is due/])
  await setClock(db, after(DAY - 10 * MINUTE - 1))
  await sweep(db)
  t.same(await readJobs(db, soon.id), [])
  await setClock(db, after(DAY - 10 * MINUTE))
  await sweep(db)
  t.equal((await lastSweep(db)).jobs_mended_count, 1, 'the job that was there is not mended')
  const [job] = await readJobs(db, soon.id)
  t.same([job!.data.batch_number, job!.start_after], [2, after(DAY)])
})

scenario('expired claims of all campaigns are released, and counted', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3 })
  await openBatch(db, campaign.id)
  await claim(db, campaign.id, 2)
  await advance(db, '1 minute')
  const rows = await sweep(db)
  t.match(rows.get(campaign.id), { action: 'sending', reason: '3 to be sent' })
  t.same(
    (await readDeliveries(db, campaign.id)).map(line => line.status),
    ['queued', 'queued', 'queued'],
  )
})

scenario('asleep: says so and does nothing', async (t, db) => {
  await db.query('update daybatch.settings set taken_over_at = null, found_application = true')
  const campaign = await makeCampaign(db)
  const before = await readState(db, campaign.id)
  t.match(await processCampaign(db, campaign.id), { action: 'asleep', error_code: 'MB009' })
  t.match((await sweep(db)).get(campaign.id), { action: 'asleep' })
  t.same(await readState(db, campaign.id), before)
})

scenario('refusals', async (t, db) => {
  await checkRefusal(t, 'MB001', /does not exist/, () => processCampaign(db, randomUUID()))
  const campaign = await makeCampaign(db)
  for (const source of ['', 'CRON', 'old_method', null]) {
    for (const id of [campaign.id, null]) {
      await checkRefusal(
        t,
        'MB017',
        /source .* is unknown/,
        () => call(db, 'process_campaigns', id, source),
        () => readState(db, campaign.id),
      )
    }
  }
})

scenario('a campaign that disappears between the listing and its turn fails alone', async (t, db) => {
  const campaign = await makeCampaign(db)
  const good = await makeCampaign(db)
  await db.query(`create or replace function daybatch.list_due_campaigns(p_source text default 'sweep', p_limit integer default 1000)
    returns table (campaign_id uuid) language sql stable security definer set search_path = ''
    as $$ select '${randomUUID()}'::uuid union all select '${good.id}' $$`)
  const rows = await call(db, 'process_campaigns')
  t.match(rows, [
    { action: 'failed', error_code: 'MB001', name: null },
    { action: 'opened', campaign_id: good.id },
  ])
  await call(db, 'process_campaigns', campaign.id)
})

// list_work: what workers wait for

scenario('list_work: what is ready, and when the rest will be', async (t, db) => {
  const work = async () =>
    new Map(
      (await call(db, 'list_work')).map(row => [
        row.campaign_id,
        [row.is_ready, row.wait_ms, row.batch_number],
      ]),
    )
  const campaign = await makeCampaign(db, { contacts: 3, limit: 2 })
  t.equal((await work()).size, 0, 'no open batch')
  await openBatch(db, campaign.id)
  t.same((await work()).get(campaign.id), [true, 0, 1])
  const rows = await claim(db, campaign.id)
  t.same((await work()).get(campaign.id), [false, 60_000, 1], 'a claim that may expire')
  await begin(db, campaign.id, rows)
  await report(db, campaign.id, rows.slice(0, 1), { stage: 'rcpt', reply_code: 450 })
  t.same((await work()).get(campaign.id), [false, 60_000, 1])
  await report(db, campaign.id, rows.slice(1))
  t.same((await work()).get(campaign.id), [false, 900_000, 1], 'the retry')
  await callOne(db, 'pause_campaign', campaign.id)
  t.same((await work()).get(campaign.id), [false, DAY - 15 * MINUTE, 1], 'paused: its cut-off')
  await callOne(db, 'resume_campaign', campaign.id)
  await setClock(db, after(15 * MINUTE))
  t.same((await work()).get(campaign.id), [true, 0, 1])
  await send(db, campaign.id)
  t.same((await work()).get(campaign.id), [true, 0, 1], 'to be closed')
  await closeBatch(db, campaign.id)
  t.equal((await work()).size, 0)
})

scenario('list_work: a refusing server, the cut-off, a cancelled and a deleted campaign', async (t, db) => {
  const ready = async (id: string) => {
    const row = (await call(db, 'list_work')).find(line => line.campaign_id === id)
    return row && [row.is_ready, row.wait_ms]
  }
  const campaign = await makeCampaign(db, { contacts: 2 })
  await openBatch(db, campaign.id)
  await report(db, campaign.id, await claim(db, campaign.id, 1), { stage: 'connect' })
  t.same(await ready(campaign.id), [false, 30_000])
  await setClock(db, after(30_000))
  t.same(await ready(campaign.id), [true, 0])
  await setClock(db, after(DAY - 15 * MINUTE))
  t.same(await ready(campaign.id), [true, 0])
  await byHand(db, `update public.campaigns set status = 'cancelled' where id = $1`, [campaign.id])
  t.same(await ready(campaign.id), [true, 0])
  await closeBatch(db, campaign.id)
  const gone = await makeCampaign(db, { contacts: 2 })
  await openBatch(db, gone.id)
  await db.query('delete from public.campaigns where id = $1', [gone.id])
  t.equal(await ready(gone.id), undefined)
})
