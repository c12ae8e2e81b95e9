import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { advance, setClock } from '../helper/clock.ts'
import {
  begin,
  call,
  callOne,
  claim,
  insertRow,
  makeCampaign,
  makeContacts,
  makeList,
  openBatch,
  processCampaign,
  readBatch,
  readCampaign,
  readDeliveries,
  readEvents,
  readJobs,
  readState,
  report,
  runBatch,
  send,
} from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { after, DAY, HOUR, MINUTE, scenario } from '../helper/scenario.ts'

const steer = async (db: pg.Pool, name: string, ...values: unknown[]) =>
  (await callOne(db, name, ...values))[name]
const dueTimes = async (db: pg.Pool, id: string) => (await readJobs(db, id)).map(job => job.start_after)
const lastEvent = async (db: pg.Pool, id: string) => (await readEvents(db, id)).at(-1)

scenario('unknown campaigns', async (t, db) => {
  for (const [name, ...values] of [
    ['start_campaign'],
    ['schedule_campaign', after(HOUR)],
    ['pause_campaign'],
    ['resume_campaign'],
    ['cancel_campaign'],
    ['set_daily_limit', 5],
    ['update_campaign', '{}'],
    ['get_campaign'],
  ] as [string, ...unknown[]][]) {
    await checkRefusal(t, 'MB001', /does not exist/, () => call(db, name, randomUUID(), ...values))
    await checkRefusal(t, 'MB001', /campaign null does not exist/, () => call(db, name, null, ...values))
  }
})

// start_campaign

scenario('start: sending, with a job for now; starting twice changes nothing', async (t, db) => {
  const campaign = await makeCampaign(db, { status: 'draft' })
  t.same(await readJobs(db, campaign.id), [])
  t.equal(await steer(db, 'start_campaign', campaign.id), 'sending')
  t.equal((await readCampaign(db, campaign.id)).status, 'sending')
  t.same(await dueTimes(db, campaign.id), [after(0)])
  t.match(await lastEvent(db, campaign.id), { event: 'started' })
  const before = await readState(db, campaign.id)
  t.equal(await steer(db, 'start_campaign', campaign.id), 'sending')
  t.same(await readState(db, campaign.id), before)
})

scenario('start refuses at once what would pause the campaign later', async (t, db) => {
  const refused = async (code: string, message: RegExp, fields: object) => {
    const campaign = await makeCampaign(db, { status: 'draft', ...fields })
    for (const work of ['start_campaign', 'schedule_campaign']) {
      await checkRefusal(
        t,
        code,
        message,
        () => call(db, work, campaign.id, ...(work === 'start_campaign' ? [] : [after(HOUR)])),
        () => readState(db, campaign.id),
      )
    }
  }
  const list = await makeList(db, await makeContacts(db, [{ attributes: { city: 'Bern' } }]))
  const missing = randomUUID()
  await refused('MB005', new RegExp(`list ${missing} .* does not exist`), { lists: [list, missing] })
  await refused('MB003', /nobody in its audience/, { lists: [await makeList(db, [])] })
  await refused('MB003', /nobody in its audience/, { lists: [], contact_list_ids: null })
  await refused('MB010', /no message/, { text_body: null })
  await refused('MB010', /no message/, { text_body: '', html_body: '' })
  await refused('MB011', /\{\{titel\}\}/, { text_body: 'Dear {{ titel | friend }}' })
  await refused('MB011', /\{\{Town\}\}/, { subject: 'News from {{Town}}' })
  await refused('MB011', /\{\{zip\}\}/, { html_body: '<b>{{first_name}} {{zip}}</b>' })
  const fine = await makeCampaign(db, {
    status: 'draft',
    lists: [list],
    subject: 'News from {{city|here}}',
    text_body: '{{email}} {{first_name}} { {x} } {{ }} {{1}} {{ city }}',
  })
  t.equal(await steer(db, 'start_campaign', fine.id), 'sending')
})

scenario('start: only drafts and scheduled campaigns', async (t, db) => {
  for (const [status, hint] of [
    ['paused', /resume_campaign/],
    ['completed', /new campaign/],
    ['cancelled', /new campaign/],
  ] as const) {
    const campaign = await makeCampaign(db, { status })
    const refusal = await checkRefusal(
      t,
      'MB002',
      new RegExp(`is ${status}: it cannot be started`),
      () => call(db, 'start_campaign', campaign.id),
      () => readState(db, campaign.id),
    )
    t.match(refusal.hint, hint)
  }
})

scenario('start of a scheduled campaign does not wait for its time, initialised or not', async (t, db) => {
  for (const initialised of [false, true]) {
    const campaign = await makeCampaign(db, { status: 'scheduled', scheduled_at: after(3 * DAY) })
    if (initialised) await call(db, 'initialize_contact_tracking', campaign.id)
    await call(db, 'start_campaign', campaign.id)
    t.match(await processCampaign(db, campaign.id, 'job'), { action: 'opened', batch_number: 1 })
    t.same((await readCampaign(db, campaign.id)).next_batch_send_time, after(DAY))
  }
})

// schedule_campaign

scenario('schedule: scheduled, with a job for its time; again: the new time counts', async (t, db) => {
  const campaign = await makeCampaign(db, { status: 'draft' })
  t.equal(await steer(db, 'schedule_campaign', campaign.id, after(2 * HOUR)), 'scheduled')
  t.match(await readCampaign(db, campaign.id), { status: 'scheduled', next_batch_send_time: null })
  t.same((await readCampaign(db, campaign.id)).scheduled_at, after(2 * HOUR))
  t.same(await dueTimes(db, campaign.id), [after(2 * HOUR)])
  await call(db, 'initialize_contact_tracking', campaign.id)
  await call(db, 'schedule_campaign', campaign.id, after(HOUR))
  t.same(await dueTimes(db, campaign.id), [after(HOUR), after(2 * HOUR)])
  t.match(await processCampaign(db, campaign.id), {
    action: 'waiting',
    reason: 'scheduled for 2026-03-02T10:00:00Z',
  })
  await call(db, 'schedule_campaign', campaign.id, after(3 * HOUR))
  await setClock(db, after(2 * HOUR))
  t.match(await processCampaign(db, campaign.id, 'job'), { action: 'waiting' }, 'the job of the old time')
  await setClock(db, after(3 * HOUR))
  t.match(await processCampaign(db, campaign.id, 'job'), { action: 'opened' })
  t.same((await readBatch(db, campaign.id, 1)).due_at, after(3 * HOUR))
})

scenario('schedule: refusals', async (t, db) => {
  for (const status of ['sending', 'paused', 'completed', 'cancelled']) {
    const campaign = await makeCampaign(db, { status })
    await checkRefusal(
      t,
      'MB002',
      new RegExp(`is ${status}: it cannot be scheduled`),
      () => call(db, 'schedule_campaign', campaign.id, after(HOUR)),
      () => readState(db, campaign.id),
    )
  }
  const campaign = await makeCampaign(db, { status: 'draft' })
  for (const time of [null, 'infinity', '-infinity']) {
    await checkRefusal(
      t,
      'MB017',
      /needs a time/,
      () => call(db, 'schedule_campaign', campaign.id, time),
      () => readState(db, campaign.id),
    )
  }
})

scenario('schedule: a time in the past is due now', async (t, db) => {
  const campaign = await makeCampaign(db, { status: 'draft' })
  await call(db, 'schedule_campaign', campaign.id, after(-HOUR))
  t.match(await processCampaign(db, campaign.id), { action: 'opened' })
  t.same((await readCampaign(db, campaign.id)).next_batch_send_time, after(DAY), 'counted from now')
})

// pause_campaign and resume_campaign

scenario('pause: with reason and time; a second reason replaces the first, not the time', async (t, db) => {
  const campaign = await makeCampaign(db)
  t.equal(await steer(db, 'pause_campaign', campaign.id, 'wrong subject'), 'paused')
  t.match(await readCampaign(db, campaign.id), { status: 'paused', pause_reason: 'wrong subject' })
  await advance(db, '1 hour')
  await call(db, 'pause_campaign', campaign.id, 'wrong list')
  await call(db, 'pause_campaign', campaign.id)
  const row = await readCampaign(db, campaign.id)
  t.equal(row.pause_reason, 'wrong list')
  t.same(row.paused_at, after(0))
  const unnamed = await makeCampaign(db)
  await call(db, 'pause_campaign', unnamed.id)
  t.match((await readCampaign(db, unnamed.id)).pause_reason, /^paused by /)
  for (const status of ['draft', 'completed', 'cancelled']) {
    const other = await makeCampaign(db, { status })
    await checkRefusal(
      t,
      'MB002',
      new RegExp(`is ${status}: there is nothing to pause`),
      () => call(db, 'pause_campaign', other.id),
      () => readState(db, other.id),
    )
  }
})

scenario('resume: the open batch goes on, the grid stays', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 4, limit: 3 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id, 1)
  await begin(db, campaign.id, rows)
  await report(db, campaign.id, rows)
  await call(db, 'pause_campaign', campaign.id)
  await advance(db, '30 minutes')
  t.equal(await steer(db, 'resume_campaign', campaign.id), 'sending')
  t.match(await readCampaign(db, campaign.id), { status: 'sending', pause_reason: null, paused_at: null })
  t.same((await readCampaign(db, campaign.id)).next_batch_send_time, after(DAY))
  t.equal((await send(db, campaign.id)).length, 2)
  t.match(await processCampaign(db, campaign.id), { action: 'closed', next_batch_send_time: after(DAY) })
  const before = await readState(db, campaign.id)
  t.equal(await steer(db, 'resume_campaign', campaign.id), 'sending', 'repeatable')
  t.same(await readState(db, campaign.id), before)
})

scenario(
  'resume after the due time: one batch now, with a job, and the grid goes on from it',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 3, limit: 1 })
    await runBatch(db, campaign.id)
    await call(db, 'pause_campaign', campaign.id)
    await setClock(db, after(3 * DAY + HOUR))
    await call(db, 'resume_campaign', campaign.id)
    t.same((await readCampaign(db, campaign.id)).next_batch_send_time, after(3 * DAY + HOUR))
    t.same((await dueTimes(db, campaign.id)).at(-1), after(3 * DAY + HOUR))
    t.match(await processCampaign(db, campaign.id), { action: 'opened', batch_number: 2 })
    t.same((await readCampaign(db, campaign.id)).next_batch_send_time, after(4 * DAY + HOUR))
  },
)

scenario('resume before the due time waits for it', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3, limit: 1 })
  await runBatch(db, campaign.id)
  await call(db, 'pause_campaign', campaign.id)
  await advance(db, '2 hours')
  await call(db, 'resume_campaign', campaign.id)
  t.same((await readCampaign(db, campaign.id)).next_batch_send_time, after(DAY))
  t.match(await processCampaign(db, campaign.id), { action: 'waiting' })
})

scenario('resume with a batch open past its interval: never two at once', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 5, limit: 2 })
  await openBatch(db, campaign.id)
  await call(db, 'pause_campaign', campaign.id)
  await setClock(db, after(2 * DAY))
  await call(db, 'resume_campaign', campaign.id)
  t.match(await processCampaign(db, campaign.id), { action: 'opened', batch_number: 2, delivery_count: 2 })
  t.ok((await readBatch(db, campaign.id, 1)).closed_at, 'the old batch gave its contacts back first')
  t.match((await readCampaign(db, campaign.id)).batch_history, [{ sent_count: 0, remaining_count: 5 }])
})

scenario(
  'a scheduled campaign that is paused and resumed before its time is scheduled again',
  async (t, db) => {
    for (const initialised of [false, true]) {
      const campaign = await makeCampaign(db, { status: 'scheduled', scheduled_at: after(DAY) })
      if (initialised) await call(db, 'initialize_contact_tracking', campaign.id)
      await call(db, 'pause_campaign', campaign.id)
      t.equal(await steer(db, 'resume_campaign', campaign.id), 'scheduled')
      t.match(await processCampaign(db, campaign.id), { action: 'waiting' })
      await call(db, 'pause_campaign', campaign.id)
    }
    const campaign = await makeCampaign(db, { status: 'scheduled', scheduled_at: after(DAY) })
    await call(db, 'pause_campaign', campaign.id)
    await setClock(db, after(2 * DAY))
    t.equal(await steer(db, 'resume_campaign', campaign.id), 'sending', 'after its time it is due')
    t.match(await processCampaign(db, campaign.id), { action: 'opened' })
  },
)

scenario('resume: refusals', async (t, db) => {
  for (const status of ['draft', 'scheduled', 'completed', 'cancelled']) {
    const campaign = await makeCampaign(db, { status })
    await checkRefusal(
      t,
      'MB002',
      new RegExp(`is ${status}: it cannot be resumed`),
      () => call(db, 'resume_campaign', campaign.id),
      () => readState(db, campaign.id),
    )
  }
})

scenario('a pause without any batch, and one by a plain update', async (t, db) => {
  const campaign = await makeCampaign(db)
  await db.query(`update public.campaigns set status = 'paused' where id = $1`, [campaign.id])
  t.match(await processCampaign(db, campaign.id), { action: 'paused' })
  await db.query(`update public.campaigns set status = 'sending' where id = $1`, [campaign.id])
  t.match(await processCampaign(db, campaign.id), { action: 'opened' })
})

// cancel_campaign

scenario('cancel: for good, with reason, whatever the state', async (t, db) => {
  for (const status of ['draft', 'scheduled', 'sending', 'paused']) {
    const campaign = await makeCampaign(db, { status, scheduled_at: after(HOUR) })
    t.equal(await steer(db, 'cancel_campaign', campaign.id, 'withdrawn'), 'cancelled')
    t.match(await readCampaign(db, campaign.id), { status: 'cancelled', pause_reason: 'withdrawn' })
    const before = await readState(db, campaign.id)
    t.equal(await steer(db, 'cancel_campaign', campaign.id, 'again'), 'cancelled')
    t.same(await readState(db, campaign.id), before, 'repeatable')
    t.match(await processCampaign(db, campaign.id, 'job'), { action: 'cancelled' }, 'its job does nothing')
  }
  const done = await makeCampaign(db, { contacts: 1 })
  await runBatch(db, done.id)
  await checkRefusal(
    t,
    'MB002',
    /is completed: there is nothing to cancel/,
    () => call(db, 'cancel_campaign', done.id),
    () => readState(db, done.id),
  )
})

scenario('cancel between batches: remaining stays, nothing is due', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3, limit: 1 })
  await runBatch(db, campaign.id)
  await call(db, 'cancel_campaign', campaign.id)
  t.match(await readCampaign(db, campaign.id), {
    next_batch_send_time: null,
    contacts_remaining: campaign.contacts.slice(1),
  })
  await setClock(db, after(DAY))
  t.same(await call(db, 'process_campaigns', null, 'sweep'), [])
  await checkRefusal(t, 'MB002', /is cancelled/, () => openBatch(db, campaign.id))
})

// set_daily_limit

scenario('the limit: from the next batch on, a notice outside 5 to 50, never a refusal', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 9, limit: 2 })
  await openBatch(db, campaign.id)
  const client = await db.connect()
  const notices: string[] = []
  client.on('notice', notice => notices.push(notice.message ?? ''))
  for (const [limit, noticed] of [
    [1, true],
    [4, true],
    [5, false],
    [50, false],
    [51, true],
    [2_000_000_000, true],
  ] as const) {
    notices.length = 0
    const { rows } = await client.query('select daybatch.set_daily_limit($1, $2) as limit', [
      campaign.id,
      limit,
    ])
    t.equal(rows[0].limit, limit)
    t.equal(notices.length, noticed ? 1 : 0, `${limit}: ${notices}`)
    t.equal((await readCampaign(db, campaign.id)).daily_send_limit, limit)
  }
  client.release(true)
  t.match(await readBatch(db, campaign.id, 1), { send_limit: 2 }, 'the batch under way keeps its own')
  await send(db, campaign.id)
  await processCampaign(db, campaign.id)
  await setClock(db, after(DAY))
  t.match(await processCampaign(db, campaign.id), { action: 'opened', delivery_count: 7 })
})

scenario('the limit: refusals', async (t, db) => {
  const campaign = await makeCampaign(db)
  for (const limit of [0, -1, null]) {
    await checkRefusal(
      t,
      'MB004',
      /it is at least 1/,
      () => call(db, 'set_daily_limit', campaign.id, limit),
      () => readState(db, campaign.id),
    )
  }
  for (const status of ['completed', 'cancelled']) {
    const other = await makeCampaign(db, { status })
    await checkRefusal(
      t,
      'MB002',
      /no longer matters/,
      () => call(db, 'set_daily_limit', other.id, 5),
      () => readState(db, other.id),
    )
  }
})

// create_campaign and update_campaign

const create = (db: pg.Pool, fields: unknown) => steer(db, 'create_campaign', JSON.stringify(fields))

scenario('create: defaults of the table, every field that can be set', async (t, db) => {
  const plain = await readCampaign(db, await create(db, { name: 'Spring offer' }))
  t.match(plain, {
    name: 'Spring offer',
    status: 'draft',
    daily_send_limit: 5,
    contact_list_ids: null,
    in_doubt_policy: 'never',
    contacts_remaining: [],
    tracking_initialised_at: null,
  })
  t.equal(plain.batch_interval, 'PT24H')
  const list = await makeList(db, await makeContacts(db, 1))
  const fields = {
    name: 'All',
    subject: 'Hello {{first_name}}',
    sender: 'Ada <ada@example.org>',
    reply_to: 'bo@example.org',
    html_body: '<p>\n</p>',
    text_body: 'a\n\tb',
    daily_send_limit: 7,
    contact_list_ids: [list.toUpperCase()],
    batch_interval: '01:30:00',
    in_doubt_policy: 'ask',
    status: 'scheduled',
    scheduled_at: '2026-03-05T10:00:00+01:00',
  }
  const { id } = await readCampaign(db, await create(db, fields))
  const row = await readCampaign(db, id)
  t.match(row, {
    ...fields,
    contact_list_ids: [list],
    batch_interval: 'PT1H30M',
    scheduled_at: new Date('2026-03-05T09:00:00Z'),
  })
  t.same(await dueTimes(db, id), [new Date('2026-03-05T09:00:00Z')])
  const sending = await create(db, {
    name: 'Now',
    status: 'sending',
    text_body: 'x',
    contact_list_ids: [list],
  })
  t.same(await dueTimes(db, sending), [after(0)])
})

scenario('create: refusals leave no row', async (t, db) => {
  const count = async () => (await db.query('select count(*) from public.campaigns')).rows
  const refused = (code: string, message: RegExp, fields: unknown) =>
    checkRefusal(t, code, message, () => create(db, fields), count)
  for (const fields of [[], 'x', 5, null]) await refused('MB017', /JSON object/, fields)
  for (const name of [undefined, null, '', '  ']) await refused('MB017', /needs a name/, { name })
  for (const key of [
    'id',
    'contacts_remaining',
    'tracking_initialised_at',
    'colour',
    'pause_reason',
    'Name',
  ]) {
    await refused('MB017', new RegExp(`${key} is no field`), { name: 'x', [key]: null })
  }
  for (const limit of [0, -5, null])
    await refused('MB004', /at least 1/, { name: 'x', daily_send_limit: limit })
  for (const fields of [
    { daily_send_limit: 'many' },
    { daily_send_limit: 2.5 },
    { daily_send_limit: 99999999999 },
    { contact_list_ids: 'x' },
    { contact_list_ids: ['x'] },
    { batch_interval: 'often' },
    { scheduled_at: 'tomorrowish' },
  ]) {
    await refused('MB017', /cannot be read/, { name: 'x', ...fields })
  }
  const missing = randomUUID()
  await refused('MB005', new RegExp(`list ${missing} does not exist`), {
    name: 'x',
    contact_list_ids: [missing],
  })
  for (const sender of ['nobody', 'a@b', '', '<>', 'A <a b@example.org>']) {
    await refused('MB017', /is no e-mail address/, { name: 'x', sender })
  }
  for (const key of ['name', 'subject', 'sender', 'reply_to']) {
    await refused('MB017', /control characters/, { name: 'x', [key]: 'a@example.org\r\nBcc: b@example.org' })
  }
  for (const [fields, constraint] of [
    [{ batch_interval: '1 day' }, 'batch_interval_is_given_in_hours'],
    [{ batch_interval: '1 month' }, 'batch_interval_is_given_in_hours'],
    [{ batch_interval: '0' }, 'batch_interval_is_at_least_a_second'],
    [{ in_doubt_policy: 'maybe' }, 'in_doubt_policy_is_never_resend_or_ask'],
    [{ status: 'sent' }, 'status_is_one_of_ours'],
  ] as const) {
    const refusal = await refused('23514', /violates check constraint/, { name: 'x', ...fields })
    t.equal(refusal.constraint, constraint)
  }
})

scenario('update: only what is named changes', async (t, db) => {
  const campaign = await makeCampaign(db, {
    status: 'draft',
    subject: 'Old',
    sender: 'ada@example.org',
    limit: 5,
  })
  const update = (changes: object, id = campaign.id) =>
    call(db, 'update_campaign', id, JSON.stringify(changes))
  await update({ subject: 'New', daily_send_limit: 9, batch_interval: '12:00' })
  const row = await readCampaign(db, campaign.id)
  t.match(row, {
    subject: 'New',
    sender: 'ada@example.org',
    daily_send_limit: 9,
    text_body: 'Hello',
    status: 'draft',
  })
  t.equal(row.batch_interval, 'PT12H')
  await update({ sender: null })
  t.equal((await readCampaign(db, campaign.id)).sender, null)
  const before = await readState(db, campaign.id)
  await update({})
  t.same(await readState(db, campaign.id), before)
  const refused = (code: string, message: RegExp, changes: object, id = campaign.id) =>
    checkRefusal(
      t,
      code,
      message,
      () => update(changes, id),
      () => readState(db, id),
    )
  await refused('MB017', /changed by start, schedule/, { status: 'sending' })
  await refused('MB017', /changed by start, schedule/, { scheduled_at: null })
  await refused('MB017', /needs a name/, { name: null })
  await refused('MB004', /at least 1/, { subject: 'x', daily_send_limit: 0 })
  await refused('MB005', /does not exist/, { contact_list_ids: [randomUUID()] })
  await refused('MB017', /no field/, { contacts_failed: [] })
  for (const status of ['completed', 'cancelled']) {
    const over = await makeCampaign(db, { status })
    await refused('MB002', new RegExp(`is ${status} and stays as it is`), { subject: 'x' }, over.id)
  }
})

scenario('update of a running campaign: message and limit yes, audience and interval no', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3, limit: 1 })
  await runBatch(db, campaign.id)
  for (const changes of [
    { contact_list_ids: [] },
    { batch_interval: '01:00' },
    { batch_interval: '01:00', subject: 'x' },
  ]) {
    await checkRefusal(
      t,
      'MB002',
      /audience and the interval .* are fixed/,
      () => call(db, 'update_campaign', campaign.id, JSON.stringify(changes)),
      () => readState(db, campaign.id),
    )
  }
  await call(db, 'update_campaign', campaign.id, JSON.stringify({ subject: 'Second', daily_send_limit: 2 }))
  await setClock(db, after(DAY))
  t.match(await openBatch(db, campaign.id), { delivery_count: 2 })
  t.match(await callOne(db, 'get_message', campaign.id, 2), { subject: 'Second' })
  t.equal((await readDeliveries(db, campaign.id)).length, 3)
})

// all of them inside the caller's transaction

scenario('steering takes part in the caller’s transaction', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3, limit: 2, status: 'draft' })
  const before = await readState(db, campaign.id)
  const client = await db.connect()
  await client.query('begin')
  await call(client, 'start_campaign', campaign.id)
  await call(client, 'process_campaigns', campaign.id)
  await call(client, 'pause_campaign', campaign.id)
  await call(client, 'cancel_campaign', campaign.id)
  await client.query('rollback')
  client.release()
  t.same(await readState(db, campaign.id), before)
})

scenario('asleep: start, schedule and resume are refused, pause and cancel are not', async (t, db) => {
  await db.query('update daybatch.settings set taken_over_at = null')
  const draft = await makeCampaign(db, { status: 'draft' })
  const paused = await makeCampaign(db, { status: 'paused' })
  for (const [name, id, ...values] of [
    ['start_campaign', draft.id],
    ['schedule_campaign', draft.id, after(HOUR)],
    ['resume_campaign', paused.id],
  ] as [string, string, ...unknown[]][]) {
    await checkRefusal(
      t,
      'MB009',
      /asleep/,
      () => call(db, name, id, ...values),
      () => readState(db, id),
    )
  }
  t.equal(await steer(db, 'cancel_campaign', paused.id), 'cancelled')
  const sending = await makeCampaign(db)
  t.equal(await steer(db, 'pause_campaign', sending.id), 'paused')
})

// get_campaign, list_campaigns, list_batching_states

scenario('get: live counts while a batch is under way', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 8, limit: 4, name: 'Live' })
  await runBatch(db, campaign.id)
  await setClock(db, after(DAY))
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id, 3)
  await begin(db, campaign.id, rows)
  await report(db, campaign.id, rows.slice(0, 2), [
    { stage: 'message', reply_code: 250 },
    { stage: 'rcpt', reply_code: 550 },
  ])
  const row = await steer(db, 'get_campaign', campaign.id)
  t.match(row, {
    id: campaign.id,
    name: 'Live',
    status: 'sending',
    total_contacts: 8,
    remaining_count: 2,
    processed_count: 5,
    failed_count: 1,
    percent_done: 75,
    current_batch_number: 2,
    text_body: 'Hello',
    next_batch_send_time: '2026-03-04T09:00:00+00:00',
  })
  t.match(row.batch_history, [{ batch_number: 1, sent_count: 4 }])
})

scenario('list: newest first, by status, page by page', async (t, db) => {
  const ids: string[] = []
  for (let n = 0; n < 5; n++) {
    const { id } = await insertRow(db, 'public.campaigns', {
      name: `C${n}`,
      status: n % 2 ? 'paused' : 'draft',
      // two of one moment: the id decides
      created_at: after(Math.floor(n / 2) * MINUTE),
    })
    ids.push(id)
  }
  const order = await db.query('select id from public.campaigns order by created_at desc, id desc')
  const list = async (...values: unknown[]) =>
    (await call(db, 'list_campaigns', ...values)).map(row => row.list_campaigns)
  const all = order.rows.map(row => row.id)
  t.same(
    (await list()).map(row => row.id),
    all,
  )
  const pages: string[] = []
  for (let last: { created_at: string; id: string } | undefined; ; ) {
    const page = await list(null, last?.created_at ?? null, last?.id ?? null, 2)
    if (page.length === 0) break
    pages.push(...page.map(row => row.id))
    last = page.at(-1)
  }
  t.same(pages, all, 'every campaign once')
  t.equal((await list('paused')).length, 2)
  t.equal((await list('nonsense')).length, 0)
  t.equal((await list(null, null, null, 0)).length, 1, 'a page has at least one')
  t.equal((await list(null, null, null, 100_000)).length, 5)
})

scenario('batching states: active campaigns and their disagreements', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3, limit: 1 })
  await runBatch(db, campaign.id)
  await makeCampaign(db, { status: 'paused' })
  const later = await makeCampaign(db, { status: 'scheduled', scheduled_at: after(HOUR) })
  const states = async () => {
    const rows = await call(db, 'list_batching_states')
    return new Map(rows.map(row => [row.list_batching_states.id, row.list_batching_states]))
  }
  const before = await states()
  t.same([...before.keys()].sort(), [campaign.id, later.id].sort())
  t.match(before.get(campaign.id), {
    remaining_count: 2,
    processed_count: 1,
    tracking_initialised: true,
    disagreements: [],
  })
  t.match(before.get(later.id), { tracking_initialised: false, remaining_count: null, disagreements: [] })
  await db.query('delete from pgboss.job')
  t.match((await states()).get(campaign.id).disagreements, [/has no job in pg-boss/])
  await call(db, 'enqueue_batch', campaign.id, 2, after(DAY))
})
