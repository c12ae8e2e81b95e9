import { randomUUID } from 'node:crypto'
import { migrate } from '../../src/db/migrate.ts'
import { advance, setClock } from '../helper/clock.ts'
import type { TestDatabase } from '../helper/database.ts'
import {
  byHand,
  call,
  callOne,
  insertRow,
  makeCampaign,
  makeContacts,
  makeList,
  processCampaign,
  readCampaign,
  readDeliveries,
  readEvents,
  readOne,
  readState,
} from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { after, DAY, HOUR, START, scenario } from '../helper/scenario.ts'

scenario('the audience is frozen in the order of lists, positions and ids', async (t, db) => {
  const [a, b, c, d, e] = (await makeContacts(db, 5)) as [string, string, string, string, string]
  const first = await makeList(db, [c, a])
  const second = await makeList(db, [b, c, d])
  // of equal positions the lower id comes first
  const third = await insertRow(db, 'public.contact_lists', { name: 'Third' })
  const [low, high] = [d, e].sort() as [string, string]
  const [f] = (await makeContacts(db, 1)) as [string]
  for (const [contact, position] of [
    [high, 7],
    [low, 7],
    [f, 3],
  ]) {
    await db.query(
      'insert into public.contact_list_members (list_id, contact_id, position) overriding system value values ($1, $2, $3)',
      [third.id, contact, position],
    )
  }
  const forwards = await makeCampaign(db, { lists: [first, second, third.id], status: 'draft' })
  const row = await callOne(db, 'initialize_contact_tracking', forwards.id)
  t.same(row, {
    campaign_id: forwards.id,
    total_contacts: 6,
    remaining_count: 6,
    processed_count: 0,
    failed_count: 0,
    initialised_now: true,
  })
  t.same(
    (await readCampaign(db, forwards.id)).contacts_remaining,
    [c, a, b, d, f, e],
    'first occurrence wins over list order',
  )

  const backwards = await makeCampaign(db, { lists: [third.id, second, first], status: 'draft' })
  await call(db, 'initialize_contact_tracking', backwards.id)
  t.same((await readCampaign(db, backwards.id)).contacts_remaining, [f, low, high, b, c, a].filter(unique))
})

const unique = (value: string, index: number, all: string[]) => all.indexOf(value) === index

scenario(
  'a DBA’s own list_members decides membership; a member without a position comes last',
  async (t, db) => {
    const contacts = await makeContacts(db, 4)
    const [low, high] = contacts.slice(2).sort()
    const list = await makeList(db, [])
    await db.query('create table public.readers (list uuid, reader uuid, rank numeric)')
    await db.query(
      'insert into public.readers values ($1, $2, null), ($1, $3, null), ($1, $4, 2.5), ($1, $5, 1.5)',
      [list, high, low, contacts[0], contacts[1]],
    )
    await db.query('grant select on public.readers to daybatch_owner')
    await db.query(`create or replace view daybatch.list_members as
    select r.list as list_id, r.reader as contact_id, r.rank as position from public.readers as r`)
    const campaign = await makeCampaign(db, { lists: [list] })
    await call(db, 'initialize_contact_tracking', campaign.id)
    t.same((await readCampaign(db, campaign.id)).contacts_remaining, [contacts[1], contacts[0], low, high])
  },
)

scenario('a list named twice and a list of nobody change nothing', async (t, db) => {
  const contacts = await makeContacts(db, 3)
  const list = await makeList(db, contacts)
  const empty = await makeList(db, [])
  const campaign = await makeCampaign(db, { lists: [empty, list, list, randomUUID()] })
  const row = await callOne(db, 'initialize_contact_tracking', campaign.id)
  t.equal(row.total_contacts, 3)
  t.same((await readCampaign(db, campaign.id)).contacts_remaining, contacts)
})

scenario('all fields of a fresh campaign', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2, status: 'sending', daily_send_limit: null })
  const before = await readCampaign(db, campaign.id)
  t.same(
    [before.contacts_remaining, before.contacts_processed, before.contacts_failed, before.batch_history],
    [[], [], [], []],
    'a new campaign has empty arrays',
  )
  t.equal(before.tracking_initialised_at, null, 'which say nothing yet')
  await call(db, 'initialize_contact_tracking', campaign.id)
  const row = await readCampaign(db, campaign.id)
  t.same(row.contacts_remaining, campaign.contacts)
  t.same(row.contacts_processed, [])
  t.same(row.contacts_failed, [])
  t.same(row.batch_history, [])
  t.equal(row.total_contacts, 2)
  t.equal(row.daily_send_limit, 5, 'NULL counts as 5')
  t.equal(row.current_batch_number, 1)
  t.equal(row.first_batch_sent_at, null)
  t.same(row.next_batch_send_time, new Date(START))
  t.same(row.tracking_initialised_at, new Date(START))
  t.equal(row.status, 'sending', 'the status is not touched')
  t.same(await readDeliveries(db, campaign.id), [])
  const events = await readEvents(db, campaign.id)
  t.match(
    events.filter(({ event }) => event === 'tracking_initialised'),
    [
      {
        event: 'tracking_initialised',
        detail: { total_contacts: 2, remaining_count: 2, processed_count: 0, failed_count: 0 },
      },
    ],
  )
})

scenario('it happens once: later calls answer the counts, the audience stays', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2, status: 'draft' })
  await call(db, 'initialize_contact_tracking', campaign.id)
  const [extra] = await makeContacts(db, 1)
  await db.query('insert into public.contact_list_members (list_id, contact_id) values ($1, $2)', [
    campaign.lists[0],
    extra,
  ])
  await db.query('delete from public.contacts where id = $1', [campaign.contacts[0]])
  await advance(db, '1 hour')
  const before = await readState(db, campaign.id)
  t.same(await callOne(db, 'initialize_contact_tracking', campaign.id), {
    campaign_id: campaign.id,
    total_contacts: 2,
    remaining_count: 2,
    processed_count: 0,
    failed_count: 0,
    initialised_now: false,
  })
  t.same(await readState(db, campaign.id), before)
})

scenario('a draft or scheduled campaign is not due because it was initialised', async (t, db) => {
  for (const status of ['draft', 'scheduled']) {
    const campaign = await makeCampaign(db, { status, scheduled_at: after(3 * DAY) })
    await call(db, 'initialize_contact_tracking', campaign.id)
    t.match(await readCampaign(db, campaign.id), { status, next_batch_send_time: null })
  }
})

scenario('refusals change nothing', async (t, db) => {
  await checkRefusal(t, 'MB001', /campaign .* does not exist/, () =>
    call(db, 'initialize_contact_tracking', randomUUID()),
  )
  await checkRefusal(t, 'MB001', /campaign null does not exist/, () =>
    call(db, 'initialize_contact_tracking', null),
  )
  for (const lists of [[], null, [randomUUID()]]) {
    const { id } = await insertRow(db, 'public.campaigns', { name: 'Nobody', contact_list_ids: lists })
    await checkRefusal(
      t,
      'MB003',
      /\(Nobody\) has nobody in its audience/,
      () => call(db, 'initialize_contact_tracking', id),
      () => readState(db, id),
    )
  }
})

scenario('an audience above 5,000,000 is refused and says how to split it', async (t, db) => {
  // five million and one contacts take half a minute: the same function with a limit of 50
  const { definition } = await readOne(
    db,
    `select pg_get_functiondef('daybatch.initialize_contact_tracking(uuid)'::regprocedure) as definition`,
  )
  t.match(definition, /cardinality\(v_audience\) > 5000000 then/)
  await db.query(definition.replace('> 5000000 then', '> 50 then'))
  const full = await makeCampaign(db, { contacts: 50, status: 'draft' })
  t.match(await callOne(db, 'initialize_contact_tracking', full.id), { total_contacts: 50 })
  const huge = await makeCampaign(db, { contacts: 51, name: 'Huge' })
  const refusal = await checkRefusal(
    t,
    'MB008',
    /\(Huge\) has an audience of 51 contacts, more than 5,000,000/,
    () => call(db, 'initialize_contact_tracking', huge.id),
    () => readState(db, huge.id),
  )
  t.match(refusal.hint, /Split it/)
  t.match(await processCampaign(db, huge.id), { action: 'paused', error_code: 'MB008' })
})

// what the older method left behind

/** The older method's table, and the adapter view over it as a deploy makes it. */
async function makeOldTable({ url, pool }: TestDatabase): Promise<void> {
  await pool.query(`create table public.email_tracking (
    id bigint generated always as identity, campaign_id uuid, contact_id uuid, status text, sent_at timestamptz)`)
  await migrate({ url })
  await setClock(pool, START)
}

scenario('mails of the older method are taken over, each by what is known of it', async (t, db, database) => {
  await makeOldTable(database)
  const [sent, bounced, pending, failed, both, fresh] = (await makeContacts(db, 6)) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const gone = randomUUID()
  const list = await makeList(db, [fresh, sent, bounced, pending, failed, both])
  const campaign = await makeCampaign(db, { lists: [list], limit: 4 })
  const old = [
    [sent, 'sent', 30 * HOUR],
    [bounced, 'bounced', 29 * HOUR],
    [pending, 'pending', 10 * HOUR],
    [failed, 'failed', 2 * HOUR],
    [both, 'failed', 28 * HOUR],
    [both, 'sent', 27 * HOUR],
    [gone, 'sent', 26 * HOUR],
  ] as const
  for (const [contact, status, ago] of old) {
    await db.query(
      'insert into public.email_tracking (campaign_id, contact_id, status, sent_at) values ($1, $2, $3, $4)',
      [campaign.id, contact, status, after(-ago)],
    )
  }
  t.same(await callOne(db, 'initialize_contact_tracking', campaign.id), {
    campaign_id: campaign.id,
    total_contacts: 7,
    remaining_count: 1,
    processed_count: 4,
    failed_count: 2,
    initialised_now: true,
  })
  const row = await readCampaign(db, campaign.id)
  t.same(row.contacts_remaining, [fresh])
  t.same([...row.contacts_processed].sort(), [sent, bounced, both, gone].sort())
  t.same([...row.contacts_failed].sort(), [pending, failed].sort())
  t.same(
    row.next_batch_send_time,
    after(-10 * HOUR + DAY),
    'one interval after the last mail that may have gone out: the clearly failed one does not count',
  )
  t.same(row.first_batch_sent_at, after(-30 * HOUR))
  t.equal(row.current_batch_number, 1)
  t.same(row.batch_history, [], 'the root is no batch of ours')

  const ledger = new Map((await readDeliveries(db, campaign.id)).map(line => [line.contact_id, line]))
  t.equal(ledger.size, 6)
  for (const contact of [sent, bounced, both, gone]) t.match(ledger.get(contact), { status: 'sent' })
  t.match(ledger.get(pending), { status: 'in_doubt', reason: 'old_method' })
  t.match(ledger.get(failed), { status: 'failed', reason: 'old_method' })
  for (const line of ledger.values()) {
    t.match(line, { batch_number: 0, evidence: 'email_tracking', slot: null })
    t.equal(line.address_key === null, line.contact_id === gone, 'the address is remembered')
  }
  t.same(ledger.get(both)?.settled_at, after(-27 * HOUR))
  const { rows } = await db.query(
    'select *, opened_at = due_at as on_time from daybatch.batches where campaign_id = $1',
    [campaign.id],
  )
  t.equal(rows.length, 1)
  t.match(rows[0], {
    batch_number: 0,
    source: 'old_method',
    sent_count: 4,
    failed_count: 2,
    in_doubt_count: 1,
  })
  t.same(rows[0].counted_at, after(-10 * HOUR))

  await checkRefusal(t, 'MB006', /not due until 2026-03-02T23:00:00Z/, () =>
    call(db, 'open_batch', campaign.id),
  )
  await setClock(db, after(14 * HOUR))
  t.match(await processCampaign(db, campaign.id), { action: 'opened', batch_number: 1, delivery_count: 1 })
  const lines = (await readDeliveries(db, campaign.id)).filter(line => line.batch_number === 1)
  t.same(
    lines.map(line => line.contact_id),
    [fresh],
    'only who was never mailed is mailed',
  )
})

scenario('everybody was mailed before: complete at the first processing', async (t, db, database) => {
  await makeOldTable(database)
  const campaign = await makeCampaign(db, { contacts: 2, text_body: null })
  await db.query(
    `insert into public.email_tracking (campaign_id, contact_id, status, sent_at) select $1, id, 'sent', $3 from unnest($2::uuid[]) as id`,
    [campaign.id, campaign.contacts, after(-HOUR)],
  )
  t.match(await processCampaign(db, campaign.id), { action: 'completed', reason: 'nobody was left' })
  const row = await readCampaign(db, campaign.id)
  t.match(row, { status: 'completed', contacts_remaining: [], next_batch_send_time: null, total_contacts: 2 })
  t.same([...row.contacts_processed].sort(), [...campaign.contacts].sort())
})

scenario('a second contact with the address of an old mail is a duplicate', async (t, db, database) => {
  await makeOldTable(database)
  const campaign = await makeCampaign(db, {
    contacts: ['ada@example.org', 'ADA@Example.org', 'bo@example.org'],
  })
  await db.query(
    `insert into public.email_tracking (campaign_id, contact_id, status, sent_at) values ($1, $2, 'sent', $3)`,
    [campaign.id, campaign.contacts[0], after(-3 * DAY)],
  )
  t.match(await processCampaign(db, campaign.id), { action: 'opened', delivery_count: 1 })
  const lines = await readDeliveries(db, campaign.id)
  t.match(
    lines.find(line => line.contact_id === campaign.contacts[1]),
    { status: 'skipped', reason: 'duplicate_address' },
  )
})

scenario('two old mails to one address are told, not refused', async (t, db, database) => {
  await makeOldTable(database)
  const campaign = await makeCampaign(db, {
    contacts: ['ada@example.org', 'ADA@Example.org', 'bo@example.org'],
  })
  await db.query(
    `insert into public.email_tracking (campaign_id, contact_id, status, sent_at)
     select $1, id, 'sent', $3 from unnest($2::uuid[]) as id`,
    [campaign.id, campaign.contacts.slice(0, 2), after(-3 * DAY)],
  )
  const row = await callOne(db, 'initialize_contact_tracking', campaign.id)
  t.match(row, { total_contacts: 3, remaining_count: 1, processed_count: 2 })
})

/** An older version of this engine kept arrays and history in the campaign, without a ledger. */
async function makeHalfFilled(db: Parameters<typeof makeCampaign>[0], fields: object, awake = true) {
  await db.query('update daybatch.settings set taken_over_at = null, found_application = true')
  const contacts = await makeContacts(db, 4)
  const list = await makeList(db, contacts)
  const upper = contacts[0]!.toUpperCase()
  const campaign = await makeCampaign(db, {
    lists: [list],
    contacts_processed: [upper],
    contacts_failed: [contacts[1]],
    contacts_remaining: contacts.slice(2),
    ...fields,
  })
  if (awake) await db.query('update daybatch.settings set taken_over_at = now()')
  return { ...campaign, contacts }
}

scenario('half-filled arrays of an older version are continued, with its numbering', async (t, db) => {
  const history = [
    {
      batch_number: 1,
      timestamp: '2026-03-01T08:00:00Z',
      sent_count: 1,
      failed_count: 1,
      remaining_count: 2,
    },
  ]
  const campaign = await makeHalfFilled(db, {
    batch_history: history,
    first_batch_sent_at: after(-25 * HOUR),
    next_batch_send_time: after(-HOUR),
    current_batch_number: 2,
  })
  t.match(await callOne(db, 'initialize_contact_tracking', campaign.id), {
    total_contacts: 4,
    remaining_count: 2,
    processed_count: 1,
    failed_count: 1,
  })
  const row = await readCampaign(db, campaign.id)
  t.same(row.contacts_remaining, campaign.contacts.slice(2))
  t.same(row.contacts_processed, campaign.contacts.slice(0, 1), 'ids are lower case')
  t.same(row.contacts_failed, campaign.contacts.slice(1, 2))
  t.same(row.batch_history, history, 'history is never edited')
  t.equal(row.current_batch_number, 2)
  t.same(row.first_batch_sent_at, after(-25 * HOUR))
  t.same(row.next_batch_send_time, after(-HOUR), 'the old batch was 25 hours ago: the next is due')
  t.match(await processCampaign(db, campaign.id), { action: 'opened', batch_number: 2, delivery_count: 2 })
  const evidence = (await readDeliveries(db, campaign.id)).map(line => line.evidence)
  t.same(evidence.sort(), ['contacts_failed', 'contacts_processed', null, null])
})

scenario('without history the older version’s own next time counts', async (t, db) => {
  const campaign = await makeHalfFilled(db, {
    first_batch_sent_at: after(-20 * HOUR),
    next_batch_send_time: after(4 * HOUR),
  })
  await call(db, 'initialize_contact_tracking', campaign.id)
  t.same((await readCampaign(db, campaign.id)).next_batch_send_time, after(4 * HOUR))
})

scenario('old arrays without any time: the next batch keeps a whole interval from now', async (t, db) => {
  const campaign = await makeHalfFilled(db, {})
  await call(db, 'initialize_contact_tracking', campaign.id)
  t.same((await readCampaign(db, campaign.id)).next_batch_send_time, after(DAY))
})

scenario(
  'old mails that all failed: the last one counts, and they are not tried again',
  async (t, db, database) => {
    await makeOldTable(database)
    const campaign = await makeCampaign(db, { contacts: 2 })
    await db.query(
      `insert into public.email_tracking (campaign_id, contact_id, status, sent_at) values ($1, $2, 'failed', $3)`,
      [campaign.id, campaign.contacts[0], after(-HOUR)],
    )
    await call(db, 'initialize_contact_tracking', campaign.id)
    const row = await readCampaign(db, campaign.id)
    t.same(row.contacts_failed, [campaign.contacts[0]])
    t.same(row.next_batch_send_time, after(23 * HOUR))
  },
)

scenario('an old mail with a time in the future counts from now', async (t, db, database) => {
  await makeOldTable(database)
  const campaign = await makeCampaign(db, { contacts: 2 })
  await db.query(
    `insert into public.email_tracking (campaign_id, contact_id, status, sent_at) values ($1, $2, 'sent', $3)`,
    [campaign.id, campaign.contacts[0], after(5 * DAY)],
  )
  await call(db, 'initialize_contact_tracking', campaign.id)
  t.same((await readCampaign(db, campaign.id)).next_batch_send_time, after(DAY))
})

scenario('old arrays in which one contact stands twice, or that hold JSON null, are read', async (t, db) => {
  const twice = await makeHalfFilled(db, { batch_history: null })
  const [a, b] = twice.contacts
  await byHand(
    db,
    'update public.campaigns set contacts_processed = $2, contacts_failed = $3 where id = $1',
    [twice.id, JSON.stringify([a, b, null]), JSON.stringify([b, a])],
  )
  t.match(await callOne(db, 'initialize_contact_tracking', twice.id), {
    total_contacts: 4,
    remaining_count: 2,
    processed_count: 2,
    failed_count: 0,
  })
  const empty = await makeHalfFilled(db, {})
  await byHand(
    db,
    `update public.campaigns set contacts_remaining = 'null', contacts_processed = 'null', contacts_failed = 'null',
       batch_history = 'null' where id = $1`,
    [empty.id],
  )
  t.match(await callOne(db, 'initialize_contact_tracking', empty.id), {
    total_contacts: 4,
    remaining_count: 4,
  })
  t.same((await readCampaign(db, empty.id)).batch_history, [])
})

scenario('asleep: nothing is frozen before the take-over', async (t, db) => {
  const campaign = await makeHalfFilled(db, {}, false)
  await checkRefusal(
    t,
    'MB009',
    /asleep/,
    () => call(db, 'initialize_contact_tracking', campaign.id),
    () => readState(db, campaign.id),
  )
})

scenario(
  'row level security that hides rows from the engine is refused, not taken for an empty audience',
  async (t, db, { name }) => {
    const campaign = await makeCampaign(db)
    // daybatch_owner may bypass it on this server: the view gets an owner of its own, who may not
    const owner = `${name}_reader`
    await db.query(`create role ${owner} nologin;
      grant usage, create on schema daybatch to ${owner};
      grant select on public.contact_list_members to ${owner};
      alter view daybatch.list_members owner to ${owner};
      grant select on daybatch.list_members to daybatch_owner`)
    t.teardown(async () => {
      await db.query(`drop owned by ${owner} cascade; drop role ${owner}`)
    })
    await checkRefusal(
      t,
      'MB019',
      /row level security of public.contact_list_members hides rows/,
      () => call(db, 'initialize_contact_tracking', campaign.id),
      () => readState(db, campaign.id),
    )
  },
)
