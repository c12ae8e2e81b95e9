import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { advance, setClock } from '../helper/clock.ts'
import {
  call,
  callOne,
  claim,
  closeBatch,
  greylisted,
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
  readOne,
  readState,
  runBatch,
  send,
} from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { after, DAY, HOUR, MINUTE, START, scenario } from '../helper/scenario.ts'

const standing = async (db: pg.Pool, id: string) =>
  (await readDeliveries(db, id)).map(line => [line.contact_id, line.status, line.slot, line.reason])

scenario('the first batch: up to the limit, from the head, with slots in order', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 7, limit: 5 })
  const answer = await openBatch(db, campaign.id, 'job')
  t.same(answer, {
    campaign_id: campaign.id,
    batch_number: 1,
    delivery_count: 5,
    skipped_count: 0,
    opened_at: new Date(START),
    next_batch_send_time: after(DAY),
  })
  t.same(
    await standing(db, campaign.id),
    campaign.contacts.slice(0, 5).map((contact, index) => [contact, 'queued', index + 1, null]),
  )
  const row = await readCampaign(db, campaign.id)
  t.match(row, { status: 'sending', current_batch_number: 1, total_contacts: 7 })
  t.same(row.first_batch_sent_at, new Date(START))
  t.same(row.next_batch_send_time, after(DAY))
  t.same(
    row.contacts_remaining,
    campaign.contacts,
    'contacts stay in remaining while their batch is under way',
  )
  t.same(row.batch_history, [])
  const batch = await readBatch(db, campaign.id, 1)
  t.match(batch, {
    send_limit: 5,
    source: 'job',
    head_length: 5,
    slot_count: 5,
    next_slot: 1,
    previous_batch_number: null,
    message_version: 1,
    closed_at: null,
  })
  for (const column of ['due_at', 'opened_at', 'counted_at', 'spaced_from'])
    t.same(batch[column], new Date(START))
  t.same(batch.cut_off_at, after(DAY - 15 * MINUTE))
  t.match((await readEvents(db, campaign.id)).at(-1), {
    event: 'batch_opened',
    detail: { batch_number: 1, source: 'job', delivery_count: 5, skipped_count: 0 },
  })
  const jobs = await readJobs(db, campaign.id)
  t.same(
    jobs.map(job => [job.data.batch_number, job.start_after]),
    [
      [1, new Date(START)],
      [2, after(DAY)],
    ],
  )
})

scenario('fewer contacts than the limit, and a limit of 1', async (t, db) => {
  const few = await makeCampaign(db, { contacts: 2, limit: 50 })
  t.match(await openBatch(db, few.id), { delivery_count: 2 })
  t.match(await readBatch(db, few.id, 1), { send_limit: 50, slot_count: 2, head_length: 2 })
  const one = await makeCampaign(db, { contacts: 2, limit: 1 })
  t.match(await openBatch(db, one.id), { delivery_count: 1 })
})

scenario('ineligible contacts are skipped with their reason and use no slot', async (t, db) => {
  const list = await makeList(db, [])
  const contacts = await makeContacts(db, [
    'ok-1@example.org',
    { email: 'gone@example.org' },
    { email: 'leaver@example.org', unsubscribed_at: START },
    'suppressed@example.org',
    'suppressed-here@example.org',
    'suppressed-elsewhere@example.org',
    'not an address',
    'OK-1@EXAMPLE.org',
    'ok-2@example.org',
    'ok-3@example.org',
    'trailing@example',
  ])
  await db.query(
    'insert into public.contact_list_members (list_id, contact_id) select $1, c.id from unnest($2::uuid[]) with ordinality as c (id, rank) order by rank',
    [list, contacts],
  )
  await call(db, 'suppress_address', 'Suppressed@Example.org')
  await call(db, 'suppress_address', 'suppressed-here@example.org', 'manual', list)
  await call(db, 'suppress_address', 'suppressed-elsewhere@example.org', 'manual', await makeList(db, []))
  const campaign = await makeCampaign(db, { lists: [list], limit: 4 })
  await call(db, 'initialize_contact_tracking', campaign.id)
  await db.query('delete from public.contacts where id = $1', [contacts[1]])
  t.match(await openBatch(db, campaign.id), { delivery_count: 4, skipped_count: 6 })
  t.same(await standing(db, campaign.id), [
    [contacts[0], 'queued', 1, null],
    [contacts[1], 'skipped', null, 'deleted'],
    [contacts[2], 'skipped', null, 'unsubscribed'],
    [contacts[3], 'skipped', null, 'suppressed'],
    [contacts[4], 'skipped', null, 'suppressed'],
    [contacts[5], 'queued', 2, null],
    [contacts[6], 'skipped', null, 'invalid_address'],
    [contacts[7], 'skipped', null, 'duplicate_address'],
    [contacts[8], 'queued', 3, null],
    [contacts[9], 'queued', 4, null],
  ])
  t.match(await readBatch(db, campaign.id, 1), { head_length: 10, slot_count: 4 })
  const skipped = (await readDeliveries(db, campaign.id)).filter(line => line.status === 'skipped')
  for (const line of skipped) {
    t.equal(line.address_key, null, 'a skipped delivery holds no address')
    t.same(line.settled_at, new Date(START))
  }
  await send(db, campaign.id)
  t.match(await closeBatch(db, campaign.id), {
    sent_count: 4,
    failed_count: 6,
    remaining_count: 1,
    completed: false,
  })
  await advance(db, '24 hours')
  t.match(await openBatch(db, campaign.id), { batch_number: 2, delivery_count: 0, skipped_count: 1 })
  t.match(await closeBatch(db, campaign.id), { sent_count: 0, failed_count: 1, completed: true })
})

scenario(
  'an address already used by an earlier batch of the campaign is a duplicate, of another campaign not',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: ['ada@example.org', 'Ada@Example.ORG'], limit: 1 })
    await runBatch(db, campaign.id)
    await advance(db, '24 hours')
    t.match(await openBatch(db, campaign.id), { delivery_count: 0, skipped_count: 1 })
    const other = await makeCampaign(db, { lists: campaign.lists, limit: 1 })
    t.match(await openBatch(db, other.id), { delivery_count: 1 })
    await closeBatch(db, campaign.id)
  },
)

scenario('an unsubscribed contact does not make its namesake a duplicate', async (t, db) => {
  const campaign = await makeCampaign(db, {
    contacts: [{ email: 'ada@example.org', unsubscribed_at: START }, 'ada@example.org', 'ADA@example.org'],
  })
  await openBatch(db, campaign.id)
  t.same(await standing(db, campaign.id), [
    [campaign.contacts[0], 'skipped', null, 'unsubscribed'],
    [campaign.contacts[1], 'queued', 1, null],
    [campaign.contacts[2], 'skipped', null, 'duplicate_address'],
  ])
})

scenario('a long run of ineligible contacts costs one batch, not one each', async (t, db) => {
  const campaign = await makeCampaign(db, {
    contacts: [
      'first@example.org',
      ...Array.from({ length: 3000 }, (_, n) => ({ email: `left-${n}@example.org`, unsubscribed_at: START })),
      ...Array.from({ length: 6 }, (_, n) => `late-${n}@example.org`),
    ],
    limit: 5,
  })
  t.match(await openBatch(db, campaign.id), { delivery_count: 5, skipped_count: 3000 })
  t.match(await readBatch(db, campaign.id, 1), { head_length: 3005, slot_count: 5 })
  const { rows } = await db.query(
    'select slot, contact_id from daybatch.deliveries where campaign_id = $1 and slot is not null order by slot',
    [campaign.id],
  )
  t.same(
    rows.map(row => row.contact_id),
    [campaign.contacts[0], ...campaign.contacts.slice(3001, 3005)],
  )
  t.same(
    rows.map(row => row.slot),
    [1, 2, 3, 4, 5],
  )
  await send(db, campaign.id)
  t.match(await closeBatch(db, campaign.id), { sent_count: 5, failed_count: 3000, remaining_count: 2 })
  const row = await readCampaign(db, campaign.id)
  t.same(row.contacts_remaining, campaign.contacts.slice(3005))
  t.same(row.contacts_failed, campaign.contacts.slice(1, 3001))
})

scenario('a deferred contact comes back with its row, in its turn', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 4, limit: 3 })
  await openBatch(db, campaign.id)
  const claimed = await send(db, campaign.id, greylisted)
  t.equal(claimed.length, 3)
  await setClock(db, after(DAY - 15 * MINUTE))
  t.match(await closeBatch(db, campaign.id), { closed: true, remaining_count: 4 })
  const [a, b, c, d] = campaign.contacts
  t.same((await readCampaign(db, campaign.id)).contacts_remaining, [d, a, b, c])
  const before = new Map(
    (await readDeliveries(db, campaign.id)).map(line => [line.contact_id, line.delivery_id]),
  )
  await setClock(db, after(DAY))
  t.match(await openBatch(db, campaign.id), { batch_number: 2, delivery_count: 3 })
  const lines = await readDeliveries(db, campaign.id)
  t.equal(lines.length, 4, 'one row for ever')
  const by = new Map(lines.map(line => [line.contact_id, line]))
  t.match(by.get(d), { batch_number: 2, slot: 1, status: 'queued', attempt_count: 0, deferral_count: 0 })
  for (const [contact, slot] of [
    [a, 2],
    [b, 3],
  ] as const) {
    t.match(by.get(contact), { batch_number: 2, slot, status: 'queued', attempt_count: 1, deferral_count: 1 })
    t.match(by.get(contact), { deferred_since: null, sending_at: null, retry_at: null, claim_token: null })
    t.equal(by.get(contact)!.delivery_id, before.get(contact))
  }
  t.match(
    by.get(c),
    { batch_number: 1, slot: null, status: 'deferred', retry_at: null },
    'the next one waits',
  )
  const attempts = await db.query(
    'select batch_number, slot from daybatch.delivery_attempts where campaign_id = $1',
    [campaign.id],
  )
  t.same(
    attempts.rows.map(row => row.batch_number),
    [1, 1, 1],
    'attempts keep their batch',
  )
})

scenario('a deferred contact that became ineligible is skipped when its turn comes', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: ['ada@example.org', 'bo@example.org'], limit: 2 })
  await openBatch(db, campaign.id)
  await send(db, campaign.id, greylisted)
  await setClock(db, after(DAY))
  await closeBatch(db, campaign.id)
  // one leaves, the other takes over its address
  await db.query('update public.contacts set unsubscribed_at = now() where id = $1', [campaign.contacts[0]])
  await db.query(`update public.contacts set email = 'Cy@example.org' where id = $1`, [campaign.contacts[1]])
  t.match(await openBatch(db, campaign.id), { delivery_count: 1, skipped_count: 1 })
  const lines = await readDeliveries(db, campaign.id)
  t.match(lines[0], { status: 'skipped', reason: 'unsubscribed', batch_number: 2, address_key: null })
  t.same(
    lines[1]!.address_key,
    (await readOne(db, `select daybatch.calculate_address_key('cy@example.org') as key`)).key,
  )
})

// when a batch may open

const micro = (ms: number, at: string, offset: string) =>
  `${new Date(Date.parse(at) + ms).toISOString().slice(0, -1)}${offset}Z`

for (const [source, early] of [
  ['manual', 0],
  ['job', 0],
  ['sweep', 0],
  ['api', 0],
  ['cron', 5 * MINUTE],
] as const) {
  scenario(`${source} may open ${early / MINUTE} minutes early, not a microsecond more`, async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 3, limit: 1 })
    await runBatch(db, campaign.id)
    const due = DAY - early
    await setClock(db, micro(due - 1, START, '999'))
    const refusal = await checkRefusal(
      t,
      'MB006',
      /batch 2 of campaign .* is not due until 2026-03-03T09:00:00Z/,
      () => openBatch(db, campaign.id, source),
      () => readState(db, campaign.id),
    )
    t.match(refusal.hint, /pg-boss/)
    await setClock(db, after(due))
    const answer = await openBatch(db, campaign.id, source)
    t.same(answer.next_batch_send_time, after(2 * DAY), 'the grid does not move')
    const batch = await readBatch(db, campaign.id, 2)
    t.same(batch.due_at, after(DAY))
    t.same(batch.opened_at, after(due))
    t.same(batch.counted_at, after(DAY))
    t.same(batch.cut_off_at, after(2 * DAY - 15 * MINUTE))
  })
}

scenario('up to five minutes late counts as on time, a microsecond more moves the grid', async (t, db) => {
  const punctual = await makeCampaign(db, { contacts: 2, limit: 1 })
  const late = await makeCampaign(db, { contacts: 2, limit: 1 })
  await runBatch(db, punctual.id)
  await runBatch(db, late.id)
  await setClock(db, after(DAY + 5 * MINUTE))
  t.same((await openBatch(db, punctual.id)).next_batch_send_time, after(2 * DAY))
  t.same((await readBatch(db, punctual.id, 2)).counted_at, after(DAY))
  await setClock(db, micro(DAY + 5 * MINUTE, START, '001'))
  await openBatch(db, late.id)
  const { rows } = await db.query(
    `select next_batch_send_time - interval '24 hours' = $2::timestamptz as next_is_late from public.campaigns where id = $1`,
    [late.id, micro(DAY + 5 * MINUTE, START, '001')],
  )
  t.same(rows, [{ next_is_late: true }])
  await send(db, punctual.id)
  await closeBatch(db, punctual.id)
})

scenario('a short interval has a window of a tenth of it', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3, limit: 1, batch_interval: '00:00:20' })
  await runBatch(db, campaign.id)
  t.same((await readBatch(db, campaign.id, 1)).cut_off_at, after(18_000))
  await setClock(db, micro(18_000 - 1, START, '999'))
  await checkRefusal(t, 'MB006', /not due until/, () => openBatch(db, campaign.id, 'cron'))
  await setClock(db, after(18_000))
  t.same((await openBatch(db, campaign.id, 'cron')).next_batch_send_time, after(40_000))
})

scenario('an early cron chain never gets ahead of the grid', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 6, limit: 1 })
  await runBatch(db, campaign.id)
  for (let day = 1; day <= 4; day++) {
    await setClock(db, after(day * DAY - 5 * MINUTE))
    const answer = await openBatch(db, campaign.id, 'cron')
    t.same(answer.next_batch_send_time, after((day + 1) * DAY))
    await send(db, campaign.id)
    await closeBatch(db, campaign.id)
  }
})

scenario('after an outage one catch-up batch, then the grid goes on from it', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 4, limit: 1 })
  await runBatch(db, campaign.id)
  await setClock(db, after(10 * DAY + 3 * HOUR))
  const answer = await openBatch(db, campaign.id)
  t.same(answer.next_batch_send_time, after(11 * DAY + 3 * HOUR))
  const batch = await readBatch(db, campaign.id, 2)
  t.same(batch.due_at, after(DAY))
  t.same(batch.counted_at, after(10 * DAY + 3 * HOUR))
  await send(db, campaign.id)
  await closeBatch(db, campaign.id)
  await checkRefusal(t, 'MB006', /2026-03-13T12:00:00Z/, () => openBatch(db, campaign.id))
})

// refusals

scenario('refusals change nothing', async (t, db) => {
  await checkRefusal(t, 'MB001', /does not exist/, () => openBatch(db, randomUUID()))
  await checkRefusal(t, 'MB001', /campaign null does not exist/, () => call(db, 'open_batch', null))
  for (const status of ['draft', 'paused', 'completed', 'cancelled']) {
    const campaign = await makeCampaign(db, { status })
    await checkRefusal(
      t,
      'MB002',
      new RegExp(`is ${status}: it opens no batch`),
      () => openBatch(db, campaign.id),
      () => readState(db, campaign.id),
    )
  }
  const nobody = await insertRow(db, 'public.campaigns', {
    name: 'Nobody',
    status: 'sending',
    text_body: 'x',
  })
  await checkRefusal(
    t,
    'MB003',
    /nobody/,
    () => openBatch(db, nobody.id),
    () => readState(db, nobody.id),
  )
  for (const text_body of [null, '']) {
    const mute = await makeCampaign(db, { text_body })
    await checkRefusal(
      t,
      'MB010',
      /has no message/,
      () => openBatch(db, mute.id),
      () => readState(db, mute.id),
    )
  }
  const campaign = await makeCampaign(db, { contacts: 3, limit: 1 })
  for (const source of ['old_method', 'nonsense', '', null]) {
    await checkRefusal(
      t,
      'MB017',
      /source .* is unknown/,
      () => call(db, 'open_batch', campaign.id, source),
      () => readState(db, campaign.id),
    )
  }
  await openBatch(db, campaign.id)
  await advance(db, '48 hours')
  await checkRefusal(
    t,
    'MB007',
    /batch 1 of campaign .* is still open/,
    () => openBatch(db, campaign.id),
    () => readState(db, campaign.id),
  )
  await db.query('update daybatch.settings set taken_over_at = null')
  const asleep = await makeCampaign(db)
  await checkRefusal(
    t,
    'MB009',
    /asleep/,
    () => openBatch(db, asleep.id),
    () => readState(db, asleep.id),
  )
  await db.query('update daybatch.settings set taken_over_at = now()')
  // the job that the sleeping trigger did not put there
  await call(db, 'enqueue_batch', asleep.id, 1, START)
})

scenario(
  'a contact that the ledger has settled stands in remaining by hand: refused, not mailed twice',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 3, limit: 1 })
    await runBatch(db, campaign.id)
    await advance(db, '24 hours')
    await db.query(`begin; set local daybatch.engine_writes = 'on';
    update public.campaigns set contacts_remaining = contacts_processed || contacts_remaining; commit`)
    await checkRefusal(
      t,
      'MB021',
      /1 contacts stand in contacts_remaining although the ledger has settled them/,
      () => openBatch(db, campaign.id),
      () => readState(db, campaign.id),
    )
  },
  { audit: false },
)

// what is frozen at the opening

scenario('limit and message are those of the opening; changes apply from the next batch', async (t, db) => {
  const campaign = await makeCampaign(db, {
    contacts: 9,
    limit: 2,
    subject: 'First',
    html_body: '<p>Hello</p>',
  })
  await openBatch(db, campaign.id)
  await callOne(db, 'set_daily_limit', campaign.id, 4)
  await db.query(`update public.campaigns set subject = 'Second', sender = 'ada@example.org' where id = $1`, [
    campaign.id,
  ])
  t.match(await readBatch(db, campaign.id, 1), { send_limit: 2, slot_count: 2 })
  t.equal((await claim(db, campaign.id)).length, 2)
  t.same(await callOne(db, 'get_message', campaign.id, 1), {
    subject: 'First',
    sender: null,
    reply_to: null,
    html_body: '<p>Hello</p>',
    text_body: 'Hello',
  })
  await setClock(db, after(DAY - 15 * MINUTE))
  await closeBatch(db, campaign.id)
  await setClock(db, after(DAY))
  t.match(await openBatch(db, campaign.id), { delivery_count: 4 })
  t.match(await readBatch(db, campaign.id, 2), { send_limit: 4, message_version: 2 })
  t.match(await callOne(db, 'get_message', campaign.id, 2), { subject: 'Second', sender: 'ada@example.org' })
  t.match(await callOne(db, 'get_message', campaign.id, 1), { subject: 'First' })
  await send(db, campaign.id)
  await closeBatch(db, campaign.id)
  await setClock(db, after(2 * DAY))
  await openBatch(db, campaign.id)
  t.match(
    await readBatch(db, campaign.id, 3),
    { message_version: 2 },
    'an unchanged message is the same version',
  )
  t.same(await call(db, 'get_message', campaign.id, 3), [])
})

scenario('the subject defaults to the name, empty strings count as nothing', async (t, db) => {
  const campaign = await makeCampaign(db, {
    name: 'Spring offer',
    subject: '',
    sender: '',
    reply_to: '',
    html_body: '',
  })
  await openBatch(db, campaign.id)
  t.same(await callOne(db, 'get_message', campaign.id, 1), {
    subject: 'Spring offer',
    sender: null,
    reply_to: null,
    html_body: null,
    text_body: 'Hello',
  })
})

scenario(
  'a scheduled campaign opens at its time, by cron one window early, and is sending then',
  async (t, db) => {
    const campaign = await makeCampaign(db, {
      status: 'scheduled',
      scheduled_at: after(DAY),
      contacts: 2,
      limit: 1,
    })
    await checkRefusal(
      t,
      'MB006',
      /batch 1 .* not due until 2026-03-03T09:00:00Z/,
      () => openBatch(db, campaign.id),
      () => readState(db, campaign.id),
    )
    await setClock(db, after(DAY - 5 * MINUTE))
    await checkRefusal(t, 'MB006', /not due/, () => openBatch(db, campaign.id, 'sweep'))
    t.match(await openBatch(db, campaign.id, 'cron'), { batch_number: 1, delivery_count: 1 })
    const row = await readCampaign(db, campaign.id)
    t.equal(row.status, 'sending')
    t.same(row.next_batch_send_time, after(2 * DAY))
    t.same(row.first_batch_sent_at, after(DAY - 5 * MINUTE))
  },
)

scenario('a failure in the middle of the opening leaves nothing', async (t, db) => {
  const campaign = await makeCampaign(db)
  await call(db, 'initialize_contact_tracking', campaign.id)
  await db.query(`create function public.no_updates() returns trigger language plpgsql as $$
    begin raise exception 'the application says no'; end $$`)
  await db.query(`create trigger no_updates before update on public.campaigns for each row when (new.current_batch_number = 1 and new.first_batch_sent_at is not null)
    execute function public.no_updates()`)
  await checkRefusal(
    t,
    'P0001',
    /the application says no/,
    () => openBatch(db, campaign.id),
    () => readState(db, campaign.id),
  )
  await db.query('drop trigger no_updates on public.campaigns')
  t.match(await processCampaign(db, campaign.id), { action: 'opened' })
})
