import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { setClock } from '../helper/clock.ts'
import {
  call,
  callOne,
  claim,
  insertRow,
  makeCampaign,
  makeContacts,
  makeList,
  openBatch,
  processCampaign,
  readCampaign,
  readEvents,
  readJobs,
  readState,
  runBatch,
  send,
} from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { after, DAY, scenario } from '../helper/scenario.ts'

// the guard

const ENGINE_COLUMNS: Record<string, unknown> = {
  contacts_remaining: '[]',
  contacts_processed: '[]',
  contacts_failed: '["00000000-0000-4000-8000-000000000000"]',
  batch_history: '[]',
  first_batch_sent_at: after(-DAY),
  next_batch_send_time: after(5 * DAY),
  current_batch_number: 9,
  total_contacts: 1,
  tracking_initialised_at: null,
}

scenario('no engine column can be changed by hand, each is named', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 4, limit: 1, name: 'Guarded' })
  await runBatch(db, campaign.id)
  await setClock(db, after(DAY))
  await runBatch(db, campaign.id)
  for (const [column, value] of Object.entries(ENGINE_COLUMNS)) {
    for (const changed of [value, null]) {
      const before = await readCampaign(db, campaign.id)
      if (JSON.stringify(before[column]) === JSON.stringify(changed)) continue
      const refusal = await checkRefusal(
        t,
        'MB012',
        new RegExp(`^${column} of campaign ${campaign.id} \\(Guarded\\) is kept by daybatch`),
        () => db.query(`update public.campaigns set ${column} = $2 where id = $1`, [campaign.id, changed]),
        () => readState(db, campaign.id),
      )
      t.match(refusal.hint, /pause_campaign/)
    }
  }
  await checkRefusal(t, 'MB012', /contacts_remaining/, () =>
    db.query(
      `update public.campaigns set contacts_remaining = contacts_remaining || '["x"]', name = 'Other'`,
    ),
  )
  t.equal((await readCampaign(db, campaign.id)).name, 'Guarded')
})

scenario('an ORM that writes the whole row back passes, and its own changes are kept', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 4, limit: 2 })
  await openBatch(db, campaign.id)
  await send(db, campaign.id)
  const { rows } = await db.query('select to_json(c) as row from public.campaigns as c where id = $1', [
    campaign.id,
  ])
  const row = { ...rows[0].row, name: 'Renamed', html_body: '<p>New</p>' }
  const columns = Object.keys(row)
  await db.query(
    `update public.campaigns as c set ${columns.map(column => `"${column}" = n."${column}"`).join(', ')}
     from json_populate_record(null::public.campaigns, $1) as n where c.id = n.id`,
    [JSON.stringify(row)],
  )
  t.match(await readCampaign(db, campaign.id), {
    name: 'Renamed',
    html_body: '<p>New</p>',
    contacts_remaining: campaign.contacts,
  })
  t.match(await processCampaign(db, campaign.id), { action: 'closed' })
})

scenario('an insert brings no engine state along; nothing and JSON null are fine', async (t, db) => {
  const count = async () => (await db.query('select from public.campaigns')).rowCount
  const id = randomUUID()
  for (const [column, value] of [
    ['contacts_remaining', [id]],
    ['contacts_processed', [id]],
    ['contacts_failed', {}],
    ['batch_history', [{ batch_number: 1 }]],
    ['tracking_initialised_at', after(0)],
  ] as const) {
    await checkRefusal(
      t,
      'MB012',
      new RegExp(`^${column} of campaign`),
      () => insertRow(db, 'public.campaigns', { name: 'x', [column]: value }),
      count,
    )
  }
  const arrays = ['contacts_remaining', 'contacts_processed', 'contacts_failed', 'batch_history']
  for (const value of [null, []]) {
    const fields = Object.fromEntries(arrays.map(column => [column, value]))
    t.match(await insertRow(db, 'public.campaigns', { name: 'x', ...fields }), fields)
  }
  const { rows } = await db.query(
    `insert into public.campaigns (name, ${arrays.join(', ')}) values ('x', 'null', 'null', 'null', 'null') returning *`,
  )
  for (const column of arrays) t.equal(rows[0][column], null)
  await db.query(
    'select jsonb_array_length(contacts_remaining), jsonb_array_length(contacts_failed) from public.campaigns',
  )
})

scenario(
  'the guard is up again after the engine’s own writes, also in one transaction and after a refusal',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 3, limit: 1 })
    const client = await db.connect()
    const guarded = () =>
      checkRefusal(t, 'MB012', /total_contacts/, async () => {
        await client.query('savepoint before')
        try {
          await client.query('update public.campaigns set total_contacts = 99 where id = $1', [campaign.id])
        } finally {
          await client.query('rollback to savepoint before')
        }
      })
    await client.query('begin')
    await guarded()
    await call(client, 'initialize_contact_tracking', campaign.id)
    await guarded()
    await call(client, 'open_batch', campaign.id)
    await guarded()
    await client.query('savepoint refused')
    await call(client, 'open_batch', campaign.id).catch(() => client.query('rollback to savepoint refused'))
    await guarded()
    await call(client, 'process_campaigns', campaign.id)
    await guarded()
    await claim(client, campaign.id)
    await call(client, 'cancel_campaign', campaign.id)
    await guarded()
    await client.query('commit')
    client.release()
  },
)

scenario(
  'the engine still writes when a trigger of the application changes its own columns',
  async (t, db) => {
    await db.query(`create function public.stamp() returns trigger language plpgsql as $$
    begin new.updated_at := clock_timestamp(); return new; end $$`)
    await db.query('alter table public.campaigns add column updated_at timestamptz')
    await db.query(
      'create trigger a_stamp before update on public.campaigns for each row execute function public.stamp()',
    )
    const campaign = await makeCampaign(db, { contacts: 2 })
    t.match(await runBatch(db, campaign.id), { completed: true })
    t.ok((await readCampaign(db, campaign.id)).updated_at)
  },
)

// lists that the inserter cannot see

/** A user of the application who sees his own lists only, by row level security. */
async function makeUser(db: pg.Pool) {
  const name = `app_user_${randomUUID().slice(0, 8)}`
  await db.query(`create role ${name} nologin`)
  await db.query('alter table public.contact_lists add column owner text default current_user')
  await db.query(
    `create policy own_lists on public.contact_lists to ${name} using (owner = current_user) with check (owner = current_user)`,
  )
  await db.query(`create policy all_campaigns on public.campaigns to ${name} using (true) with check (true)`)
  await db.query(`grant select, insert, update on public.campaigns to ${name}`)
  await db.query(`grant select (id, name) on public.contact_lists to ${name}`)
  const client = await db.connect()
  await client.query(`set role ${name}`)
  const end = async () => {
    client.release(true)
    await db.query(`drop owned by ${name}; drop role ${name}`)
  }
  const own = await makeList(db, [])
  await db.query('update public.contact_lists set owner = $2 where id = $1', [own, name])
  return { name, client, own, end }
}

scenario(
  'row level security: a list that the inserter cannot see is refused, by insert and update',
  async (t, db) => {
    const foreign = await makeList(db, await makeContacts(db, 2))
    const { client, own, name, end } = await makeUser(db)
    const count = async () =>
      (await db.query('select id, contact_list_ids from public.campaigns order by id')).rows
    const insert = (lists: unknown) =>
      client.query(
        `insert into public.campaigns (name, daily_send_limit, contact_list_ids, status) values ('Mine', 5, $1, 'sending') returning id`,
        [lists],
      )
    for (const lists of [[foreign], [own, foreign], [own, randomUUID()]]) {
      const refusal = await checkRefusal(
        t,
        'MB013',
        new RegExp(`list .* does not exist, or ${name} may not see it`),
        () => insert(lists),
        count,
      )
      t.match(refusal.message, new RegExp(lists.at(-1)!))
    }
    for (const lists of [[own], [own, own], [], null]) t.equal((await insert(lists)).rowCount, 1)
    const [{ id }] = (await insert([own])).rows as [{ id: string }]
    const update = (lists: unknown) =>
      client.query('update public.campaigns set contact_list_ids = $2 where id = $1', [id, lists])
    await checkRefusal(t, 'MB013', /may not see it/, () => update([foreign]), count)
    await update([own])
    await update(null)
    await db.query('update public.campaigns set contact_list_ids = $2 where id = $1', [id, [foreign]])
    await update([foreign])
    t.pass('what a superuser has set may be written back as it is')
    await client.query(`update public.campaigns set name = 'Other' where id = $1`, [id])
    await end()
  },
)

scenario('without any right to read lists none can be named', async (t, db) => {
  const list = await makeList(db, [])
  const { client, name, end } = await makeUser(db)
  await db.query(`revoke all on public.contact_lists from ${name}`)
  await db.query(`revoke select (id, name) on public.contact_lists from ${name}`)
  await checkRefusal(t, 'MB013', /may not see it/, () =>
    client.query(`insert into public.campaigns (name, contact_list_ids) values ('x', $1)`, [[list]]),
  )
  await client.query(`insert into public.campaigns (name) values ('x')`)
  await end()
})

scenario(
  'whom row level security does not concern may name any list; a missing one pauses the campaign later',
  async (t, db) => {
    const { id } = await insertRow(db, 'public.campaigns', {
      name: 'x',
      text_body: 'x',
      status: 'sending',
      contact_list_ids: [randomUUID()],
    })
    t.match(await processCampaign(db, id), { action: 'paused', error_code: 'MB003' })
  },
)

scenario('the application’s own role inserts, starts and is mailed for', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2, status: 'draft' })
  const client = await db.connect()
  await client.query('set role daybatch_app')
  const { rows } = await client.query(
    `insert into public.campaigns (name, daily_send_limit, contact_list_ids, status) values ('My Bulk Campaign', 5, $1, 'sending') returning id`,
    [campaign.lists],
  )
  await client.query(`update public.campaigns set status = 'sending' where id = $1`, [campaign.id])
  t.equal((await readJobs(db, rows[0].id)).length, 1, 'the job is put in with the engine’s rights')
  t.equal((await readJobs(db, campaign.id)).length, 1)
  client.release(true)
  t.match(await processCampaign(db, campaign.id), { action: 'opened', delivery_count: 2 })
  t.match(await processCampaign(db, rows[0].id), { action: 'paused', error_code: 'MB010' })
})

// asleep beside an older application

scenario('asleep: nothing is refused, nothing is started, nothing is written down', async (t, db) => {
  await db.query('update daybatch.settings set taken_over_at = null, found_application = true')
  const foreign = await makeList(db, await makeContacts(db, 2))
  const { client, end } = await makeUser(db)
  const { rows } = await client.query(
    `insert into public.campaigns (name, contact_list_ids, status, contacts_remaining, batch_history, current_batch_number)
     values ('Old', $1, 'sending', '["x"]', '[{}]', 4) returning id`,
    [[foreign]],
  )
  const { id } = rows[0]
  await client.query(
    `update public.campaigns set contacts_remaining = '[]', next_batch_send_time = now(), total_contacts = 7, contact_list_ids = $2 where id = $1`,
    [id, [randomUUID()]],
  )
  t.same(await readJobs(db, id), [])
  t.same(await readEvents(db, id), [])
  await end()
})

scenario(
  'take_over: says what would happen, does it once confirmed, with the jobs of what goes on',
  async (t, db) => {
    await db.query('update daybatch.settings set taken_over_at = null, found_application = true')
    const sending = await makeCampaign(db, { next_batch_send_time: after(3 * DAY), current_batch_number: 4 })
    const scheduled = await makeCampaign(db, { status: 'scheduled', scheduled_at: after(2 * DAY) })
    const draft = await makeCampaign(db, { status: 'draft' })
    const takeOver = async (...values: unknown[]) => (await callOne(db, 'take_over', ...values)).take_over
    for (const values of [[], [false], [null]]) {
      t.match(await takeOver(...values), /^asleep: 2 campaigns are sending or scheduled/)
      t.equal((await callOne(db, 'is_awake')).is_awake, false)
      t.same((await db.query('select from pgboss.job')).rowCount, 0)
    }
    t.equal(await takeOver(true), 'daybatch is awake: 2 campaigns go on')
    t.equal((await callOne(db, 'is_awake')).is_awake, true)
    const { rows } = await db.query('select taken_over_at from daybatch.settings')
    t.same(rows[0].taken_over_at, after(0))
    t.match(await readJobs(db, sending.id), [{ data: { batch_number: 4 }, start_after: after(3 * DAY) }])
    t.match(await readJobs(db, scheduled.id), [{ start_after: after(2 * DAY) }])
    t.same(await readJobs(db, draft.id), [])
    t.equal(await takeOver(true), 'daybatch is awake', 'repeatable')
    await setClock(db, after(DAY))
    t.equal(await takeOver(), 'daybatch is awake')
    t.same((await db.query('select taken_over_at from daybatch.settings')).rows[0].taken_over_at, after(0))
    await checkRefusal(t, 'MB012', /total_contacts/, () =>
      db.query('update public.campaigns set total_contacts = 1'),
    )
    t.match(
      await processCampaign(db, sending.id),
      { action: 'waiting' },
      'the old method’s next time is kept',
    )
  },
)

scenario('a new database is awake', async (t, db) => {
  t.equal((await callOne(db, 'is_awake')).is_awake, true)
  t.equal((await callOne(db, 'take_over', true)).take_over, 'daybatch is awake')
})

// the history of a campaign

scenario('who changed what is written down, never an array', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2, limit: 1, status: 'draft' })
  await db.query(`update public.campaigns set daily_send_limit = 7, name = 'x' where id = $1`, [campaign.id])
  await call(db, 'start_campaign', campaign.id)
  await call(db, 'pause_campaign', campaign.id, 'a break')
  await call(db, 'resume_campaign', campaign.id)
  await runBatch(db, campaign.id)
  const events = await readEvents(db, campaign.id)
  t.same(
    events.map(row => row.event),
    [
      'created',
      'limit_changed',
      'changed',
      'started',
      'paused',
      'resumed',
      'tracking_initialised',
      'batch_opened',
      'completed',
      'batch_closed',
    ],
  )
  t.match(events.find(row => row.event === 'limit_changed')!.detail, { from: 1, to: 7 })
  t.match(events.find(row => row.event === 'paused')!.detail, { reason: 'a break' })
  const text = JSON.stringify(events)
  for (const contact of campaign.contacts) t.notMatch(text, contact)
  await db.query('delete from public.campaigns where id = $1', [campaign.id])
  t.match((await readEvents(db, campaign.id)).at(-1), { event: 'deleted' })
})
