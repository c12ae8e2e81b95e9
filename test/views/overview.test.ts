// What the page shows at a glance is what the views say one by one.
import fc from 'fast-check'
import type pg from 'pg'
import { makeCampaigns } from '../dashboard/campaigns.ts'
import { advance, setClock } from '../helper/clock.ts'
import { call, callOne, makeCampaign, makeContacts, makeList, type Row, runBatch } from '../helper/make.ts'
import { readSeed } from '../helper/random.ts'
import { after, DAY, HOUR, scenario } from '../helper/scenario.ts'

const read = async (db: pg.Pool, query: string, values: unknown[] = []): Promise<Row[]> =>
  (await db.query(query, values)).rows
const describe = async (db: pg.Pool): Promise<Row> =>
  (await callOne(db, 'describe_overview')).describe_overview
const list = async (db: pg.Pool, ...values: unknown[]): Promise<Row[]> =>
  (await call(db, 'list_overview', ...values)).map(row => row.list_overview)

scenario('campaigns of every status: the overview agrees with the views', async (t, db) => {
  await makeCampaigns(db)
  const overview = await describe(db)
  const statuses = await read(
    db,
    'select status, count(*)::integer as count from public.campaigns group by status',
  )
  t.same(overview.campaigns, Object.fromEntries(statuses.map(({ status, count }) => [status, count])))
  const needs = await read(
    db,
    `select distinct campaign_id from daybatch.campaign_blockers where needs_somebody and blocker <> 'draft'
       and campaign_id not in (select id from public.campaigns where status = 'draft')`,
  )
  t.equal(overview.needs_count, needs.length)
  t.equal(needs.length, 2)
  t.same(overview.needs.map((need: Row) => need.campaign_id).sort(), needs.map(row => row.campaign_id).sort())
  const [mails] = await read(
    db,
    `select count(*)::integer as sent from daybatch.delivery_log as l
     join daybatch.batches as b on b.campaign_id = l.campaign_id and b.batch_number = l.batch_number
     where l.outcome = 'sent' and b.opened_at > daybatch.current_moment() - interval '24 hours'`,
  )
  t.equal(overview.mails_24h, mails!.sent)
  const [due] = await read(
    db,
    `select campaign_id, expected_size from daybatch.due_batches where not is_due order by due_at limit 1`,
  )
  t.match(overview.next_batch, due)
  t.match(overview.workers, { alive: 1, able: 1, problem: null })

  const rows = await list(db)
  const views = await read(
    db,
    `select s.id, s.name, s.status, s.processed_count, s.failed_count, s.remaining_count, s.waits_for,
       (select count(*)::integer from daybatch.campaign_blockers as b where b.campaign_id = s.id) as blockers,
       (select count(*)::integer from daybatch.in_doubt_deliveries as d where d.campaign_id = s.id) as in_doubt_count,
       case when s.status in ('sending', 'scheduled', 'paused') and s.tracking_initialised_at is not null
         then (select max(f.due_at) from daybatch.forecast_campaign(s.id) as f) end as finish_at
     from daybatch.campaign_status as s order by s.created_at desc, s.id desc`,
  )
  t.same(
    rows.map(row => ({
      ...Object.fromEntries(Object.keys(views[0]!).map(name => [name, row[name]])),
      blockers: row.blockers.length,
      finish_at: row.finish_at && new Date(row.finish_at),
    })),
    views,
  )
  t.same((await list(db, null, 'needs')).map(row => row.id).sort(), needs.map(row => row.campaign_id).sort())
  t.same(
    (await list(db, 'OFFER')).map(row => row.name),
    ['Spring offer'],
  )
  t.same(await list(db, '%'), [], 'a sign is a sign, no pattern')
  t.same((await list(db, null, 'paused')).length, 2)
  const [, second] = rows
  t.same(
    (await list(db, null, null, second!.created_at, second!.id)).map(row => row.id),
    rows.slice(2).map(row => row.id),
  )

  for (const { id } of rows) {
    const failures = await call(db, 'list_failures', id)
    const groups = await read(
      db,
      `select status, case when status <> 'in_doubt' then reason end as reason, count(*)::integer as contacts from daybatch.deliveries
       where campaign_id = $1 and status in ('failed', 'skipped', 'in_doubt') group by 1, 2`,
      [id],
    )
    const byName = (a: Row, b: Row) => `${a.status} ${a.reason}`.localeCompare(`${b.status} ${b.reason}`)
    t.same(
      failures.map(({ status, reason, contacts }) => ({ status, reason, contacts })).sort(byName),
      groups.sort(byName),
    )
  }
})

scenario('nobody delivers: that holds for all, and is told once', async (t, db) => {
  await makeCampaign(db)
  await makeCampaign(db)
  t.match((await describe(db)).needs, [{ campaign_id: null, blocker: 'no_worker' }])
  t.equal((await describe(db)).needs_count, 0)
  const empty = await makeCampaign(db, { contacts: 0 })
  t.match((await describe(db)).needs.at(-1), { campaign_id: empty.id, blocker: 'audience_empty' })
})

scenario('nothing at all', async (t, db) => {
  t.match(await describe(db), { campaigns: {}, mails_24h: 0, next_batch: null, needs: [], needs_count: 0 })
  t.same(await list(db), [])
})

scenario('forecast_finish says in one row what forecast_campaign says in many', async (t, db) => {
  const same = async (id: string, limit: number | null = null) => {
    const [many] = await read(
      db,
      `select count(*) filter (where not is_under_way)::integer as batches_to_come,
         min(due_at) filter (where not is_under_way) as next_due_at, max(due_at) as finish_at
       from daybatch.forecast_campaign($1, $2)`,
      [id, limit],
    )
    t.match(await callOne(db, 'forecast_finish', id, limit), many)
  }
  const campaign = await makeCampaign(db, { contacts: 13, limit: 3 })
  for (const limit of [null, 1, 2, 13, 100]) await same(campaign.id, limit)
  await runBatch(db, campaign.id)
  await same(campaign.id)
  await advance(db, '40 hours')
  await same(campaign.id, 4)
  await call(db, 'open_batch', campaign.id)
  for (const limit of [null, 1, 50]) await same(campaign.id, limit)
  await call(db, 'pause_campaign', campaign.id)
  await same(campaign.id)
  const draft = await makeCampaign(db, { contacts: 5, limit: 2, status: 'draft' })
  await same(draft.id)
  const ruled = await makeCampaign(db, {
    contacts: 9,
    limit: 2,
    send_window_from: '10:00',
    send_window_to: '18:00',
    send_time_zone: 'Europe/Berlin',
  })
  for (const limit of [null, 4]) await same(ruled.id, limit)
  for (const rules of [
    { ramp_up_by: 2, ramp_up_to: 9 },
    { ramp_up_percent: 50, ramp_up_to: 7, daily_send_time: '09:30', send_time_zone: 'Europe/Berlin' },
    { limit_policy: 'rolling', spread_over: '2 hours' },
  ]) {
    const { id } = await makeCampaign(db, { contacts: 31, limit: 3, ...rules })
    const alike = async () => {
      for (const limit of [null, 1, 8, 50]) await same(id, limit)
      const [first] = await read(
        db,
        `select batch_number, size, due_at from daybatch.forecast_campaign($1) where not is_under_way limit 1`,
        [id],
      )
      const { next_batch: next } = (await callOne(db, 'get_campaign', id)).get_campaign
      t.same({ ...next, due_at: new Date(next.due_at) }, first, JSON.stringify(rules))
    }
    await same(id)
    await call(db, 'process_campaigns', id)
    await alike()
    await advance(db, '40 hours')
    await alike()
    await call(db, 'process_campaigns', id)
    await alike()
  }
  const done = await makeCampaign(db, { contacts: 1 })
  await runBatch(db, done.id)
  await same(done.id)
  await t.rejects(call(db, 'forecast_finish', campaign.id, 0), { code: 'MB004' })
  await t.rejects(call(db, 'forecast_finish', '00000000-0000-4000-8000-000000000000'), { code: 'MB001' })
})

scenario('property: find_last_batch ends as list_batches_ahead does', async (t, db) => {
  const maybe = (rules: object[]) => fc.constantFrom({}, ...rules)
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 1500 }),
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom('24 hours', '25 hours', '36 hours', '168 hours', '1 hour', '7 minutes'),
      fc.integer({ min: 0, max: 4 * 365 * 24 * 60 }),
      maybe([
        { ramp_up_by: 3, ramp_up_to: 40 },
        { ramp_up_percent: 7, ramp_up_to: 900 },
        { ramp_up_percent: 300, ramp_up_to: 5 },
      ]),
      maybe([{ sender_limit: 4 }, { sender_limit: 25 }]),
      maybe(
        ['Europe/Berlin', 'Australia/Lord_Howe', 'Antarctica/Troll', 'America/Sao_Paulo', 'UTC'].flatMap(
          zone => [
            { send_time_zone: zone, daily_send_time: '02:30:00' },
            { send_time_zone: zone, daily_send_time: '00:10:00' },
            { send_time_zone: zone, daily_send_time: '17:00:00', send_window_days: [1, 3, 7] },
            { send_time_zone: zone, send_window_from: '09:00:00', send_window_to: '17:00:00' },
          ],
        ),
      ),
      async (contacts, limit, interval, minutes, ramp, sender, clock) => {
        // a time of day needs an interval of a day
        fc.pre(!('daily_send_time' in clock) || !/^(1 hour|7 minutes)$/.test(interval))
        const rules = { ...ramp, ...sender, ...clock }
        const args = [contacts, limit, interval, minutes, Object.keys(rules).length > 0 ? rules : null]
        const from = `($1, $2, $3::interval, timestamptz '2025-01-01' + $4 * interval '1 minute', $5::jsonb)`
        const [many] = await read(
          db,
          `select count(*)::integer as batches, max(due_at) as due_at from daybatch.list_batches_ahead${from}`,
          args,
        )
        t.same(
          (await read(db, `select * from daybatch.find_last_batch${from}`, args))[0],
          many,
          JSON.stringify(args),
        )
      },
    ),
    { seed: readSeed(), numRuns: 40 },
  )
})

scenario('preview_audience judges as the first batch does', async (t, db) => {
  const people = await makeContacts(db, [
    'one@example.org',
    'ONE@example.org',
    'two@example.org',
    { email: 'left@example.org', unsubscribed_at: after(-DAY).toISOString() },
    'never@example.org',
    'no address',
    'three@example.org',
  ])
  const lists = [await makeList(db, people.slice(0, 4)), await makeList(db, people.slice(2))]
  await call(db, 'suppress_address', 'never@example.org')
  t.same(await callOne(db, 'preview_audience', lists), {
    contacts: 7,
    eligible: 3,
    reasons: { unsubscribed: 1, suppressed: 1, invalid_address: 1, duplicate_address: 1 },
  })
  const campaign = await makeCampaign(db, { lists, limit: 10 })
  await call(db, 'open_batch', campaign.id)
  const judged = await read(
    db,
    `select status, reason, count(*)::integer as n from daybatch.deliveries where campaign_id = $1 group by 1, 2 order by 1, 2`,
    [campaign.id],
  )
  t.same(judged, [
    { status: 'queued', reason: null, n: 3 },
    { status: 'skipped', reason: 'duplicate_address', n: 1 },
    { status: 'skipped', reason: 'invalid_address', n: 1 },
    { status: 'skipped', reason: 'suppressed', n: 1 },
    { status: 'skipped', reason: 'unsubscribed', n: 1 },
  ])
  await t.rejects(call(db, 'preview_audience', ['00000000-0000-4000-8000-000000000000']), { code: 'MB005' })
})

scenario('preview_audience takes for an address what is_valid_address does', async (t, db) => {
  // every text of up to six of these signs
  const list = await makeList(db, [])
  await db.query(
    `with recursive texts (email, length) as (
       select '', 0 union all select t.email || s.sign, t.length + 1 from texts as t cross join unnest(string_to_array('a1.@-_', null)) as s (sign) where t.length < 6),
     made as (insert into public.contacts (email) select email from texts where email <> '' returning id)
     insert into public.contact_list_members (list_id, contact_id) select $1, id from made`,
    [list],
  )
  const [wanted] = await read(
    db,
    `select count(*)::integer as contacts, (count(*) filter (where daybatch.is_valid_address(email)))::integer as eligible from public.contacts`,
  )
  t.ok(wanted!.eligible === 32 && wanted!.contacts > 50_000)
  const { contacts, eligible, reasons } = (await callOne(db, 'preview_audience', [list]))!
  t.same({ contacts, eligible }, wanted)
  t.same(reasons, { invalid_address: contacts - eligible })
})

scenario('a contact is found by its address, in any case of letters', async (t, db) => {
  const [id] = await makeContacts(db, ['Ada@example.org'])
  await setClock(db, after(HOUR))
  t.match((await callOne(db, 'find_contact', ' ada@EXAMPLE.org')).find_contact, {
    id,
    email: 'Ada@example.org',
  })
  await t.rejects(call(db, 'find_contact', 'nobody@example.org'), { code: 'MB018' })
})
