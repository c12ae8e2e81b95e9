// The DBA's functions where test/sql/settling.test.ts leaves off: bad input, the caller's transaction, claims taken away,
// erasure searched for in every table, the story of a contact, retention.
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { advance, setClock } from '../helper/clock.ts'
import {
  accepted,
  begin,
  byHand,
  call,
  callOne,
  claim,
  closeBatch,
  greylisted,
  loginRefused,
  makeCampaign,
  makeContacts,
  noReply,
  noSuchUser,
  openBatch,
  processCampaign,
  readCampaign,
  readClaims,
  readDelivery,
  readEvents,
  readOne,
  readState,
  report,
  runBatch,
  send,
} from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { after, DAY, HOUR, MINUTE, scenario } from '../helper/scenario.ts'

const ask = async (db: pg.Pool | pg.ClientBase, name: string, ...values: unknown[]) =>
  (await callOne(db, name, ...values))[name]

scenario('every one of them is undone with the caller’s transaction', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 6, limit: 3 })
  await runBatch(db, campaign.id, [accepted, noSuchUser, noReply])
  const [contact] = await makeContacts(db, 1)
  const steps: [name: string, values: unknown[]][] = [
    ['retry_failed', []],
    ['add_contacts', [[contact]]],
    ['remove_contact', [campaign.contacts[4]]],
    ['resolve_in_doubt', [campaign.contacts[2], 'not_sent']],
    ['set_daily_limit', [7]],
    ['pause_campaign', ['a break']],
    ['resume_campaign', []],
    ['cancel_campaign', ['enough']],
  ]
  const state = () =>
    Promise.all([
      readState(db, campaign.id),
      db.query('select * from daybatch.removed_contacts').then(r => r.rows),
    ])
  const before = await state()
  const client = await db.connect()
  try {
    await client.query('begin')
    for (const [name, values] of steps) await call(client, name, campaign.id, ...values)
    t.equal((await readCampaign(client, campaign.id)).status, 'cancelled')
    await client.query('rollback')
    t.same(await state(), before)
    await client.query('begin')
    await call(client, 'erase_contact', contact)
    await call(client, 'suppress_address', 'someone@example.org')
    await client.query('rollback')
    t.equal((await db.query('select from daybatch.suppressions')).rowCount, 1, 'that of the refused address')
    t.equal((await db.query('select from public.contacts where id = $1', [contact])).rowCount, 1)
  } finally {
    client.release()
  }
})

scenario('ids that are no uuids, and nothing at all', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3, limit: 1 })
  await runBatch(db, campaign.id, noSuchUser)
  const state = () => readState(db, campaign.id)
  for (const [name, ...values] of [
    ['retry_failed', ['x']],
    ['add_contacts', ['x']],
    ['remove_contact', 'x'],
    ['explain_contact', 'x'],
  ] as [string, unknown][]) {
    await checkRefusal(t, '22P02', /uuid/, () => call(db, name, campaign.id, ...values), state)
    await checkRefusal(t, '22P02', /uuid/, () => call(db, name, 'x', ...values.map(() => null)), state)
  }
  await checkRefusal(
    t,
    'MB017',
    /array of contact ids/,
    () => call(db, 'add_contacts', campaign.id, null),
    state,
  )
  await checkRefusal(
    t,
    'MB018',
    /contact null is not in the audience/,
    () => call(db, 'remove_contact', campaign.id, null),
    state,
  )
  await checkRefusal(
    t,
    'MB018',
    /contact null is not in the audience/,
    () => call(db, 'explain_contact', campaign.id, null),
    state,
  )
  await checkRefusal(
    t,
    'MB020',
    /has no delivery/,
    () => call(db, 'retry_failed', campaign.id, [campaign.contacts[0], randomUUID()]),
    state,
  )
  await checkRefusal(
    t,
    'MB020',
    /has no delivery/,
    () => call(db, 'retry_failed', campaign.id, [campaign.contacts[2]]),
    state,
  )
})

scenario('a list deleted while its campaign runs: the frozen audience goes on', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3, limit: 2 })
  await runBatch(db, campaign.id)
  await db.query('delete from public.contact_lists where id = $1', [campaign.lists[0]])
  await setClock(db, after(DAY))
  t.match(await runBatch(db, campaign.id), { sent_count: 1, completed: true })
  const other = await makeCampaign(db, { lists: campaign.lists })
  t.match(
    await processCampaign(db, other.id),
    { action: 'paused', error_code: 'MB003' },
    'never initialised: paused, with its reason',
  )
})

scenario('refusals of an open batch are retried by a later one; doubts and skips never', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: [{}, {}, {}, { unsubscribed_at: after(0) }], limit: 3 })
  const [a, b, c, d] = campaign.contacts
  await openBatch(db, campaign.id)
  await send(db, campaign.id, [noSuchUser, noReply, accepted])
  t.equal(await ask(db, 'retry_failed', campaign.id), 1)
  t.match(await readDelivery(db, campaign.id, a!), { status: 'deferred', slot: null })
  t.match(await readDelivery(db, campaign.id, b!), { status: 'in_doubt' })
  await closeBatch(db, campaign.id)
  t.match(await readCampaign(db, campaign.id), {
    contacts_remaining: [d, a],
    contacts_processed: [c],
    contacts_failed: [b],
  })
  await setClock(db, after(DAY))
  t.match(await runBatch(db, campaign.id), { sent_count: 1, failed_count: 1, completed: true })
  t.equal(await ask(db, 'retry_failed', campaign.id), 0)
  t.equal(
    (await readCampaign(db, campaign.id)).status,
    'completed',
    'nobody was put back: it stays completed',
  )
})

scenario('a contact that a worker holds is taken out of its hands before it may begin', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 4, limit: 4 })
  const [a, b] = campaign.contacts
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id, 2)
  t.equal(await ask(db, 'remove_contact', campaign.id, b), true)
  t.equal(await ask(db, 'remove_contact', campaign.id, b), true, 'repeatable')
  t.equal((await readClaims(db, campaign.id))[0]!.delivery_ids.length, 1)
  t.match(await begin(db, campaign.id, rows), [{ may_send: true }, { may_send: false }])
  await report(db, campaign.id, rows.slice(0, 1))
  t.equal(await ask(db, 'remove_contact', campaign.id, a), false, 'mailed')
  const single = await claim(db, campaign.id, 1)
  t.equal(await ask(db, 'remove_contact', campaign.id, single[0]!.contact_id), true)
  t.same(await readClaims(db, campaign.id), [], 'a claim that holds nothing is gone')
  t.match(
    await readDelivery(db, campaign.id, b!),
    { status: 'skipped', reason: 'removed' },
    'the next claim skipped it',
  )
  const last = await claim(db, campaign.id)
  t.equal(last.length, 1)
  await begin(db, campaign.id, last)
  t.equal(await ask(db, 'remove_contact', campaign.id, last[0]!.contact_id), false, 'being sent')
  await report(db, campaign.id, last)
  t.match(await closeBatch(db, campaign.id), { sent_count: 2, failed_count: 2, completed: true })
})

scenario('removed before the start, and added again before its turn', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3, limit: 1, status: 'draft' })
  const [a, b, c] = campaign.contacts
  const [stranger] = await makeContacts(db, 1)
  await checkRefusal(t, 'MB018', /not in the audience/, () =>
    call(db, 'remove_contact', campaign.id, stranger),
  )
  for (const contact of [a, b, c]) t.equal(await ask(db, 'remove_contact', campaign.id, contact), true)
  await call(db, 'start_campaign', campaign.id)
  await call(db, 'initialize_contact_tracking', campaign.id)
  t.equal(await ask(db, 'add_contacts', campaign.id, [c, stranger]), 2)
  t.same((await readCampaign(db, campaign.id)).contacts_remaining, [a, b, c, stranger], 'back in its place')
  t.match(await runBatch(db, campaign.id), { sent_count: 1, failed_count: 2, remaining_count: 1 })
  t.equal(await ask(db, 'add_contacts', campaign.id, [a]), 0, 'skipped already')
  t.same(
    (await readEvents(db, campaign.id))
      .filter(row => /remov|added/.test(row.event))
      .map(row => [row.event, row.detail.count]),
    [
      ['contact_removed', undefined],
      ['contact_removed', undefined],
      ['contact_removed', undefined],
      ['contacts_added', 1],
      ['removals_undone', 1],
    ],
  )
})

/** Every text of every table of ours and of the application that holds `text`, as `table.column`. */
async function search(db: pg.Pool, text: string): Promise<string[]> {
  const { rows: tables } = await db.query(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'daybatch', 'pgboss') order by 1`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } = await db.query(
      `select distinct c.key from ${name} as r cross join lateral jsonb_each_text(to_jsonb(r)) as c (key, value) where position(lower($1) in lower(c.value)) > 0`,
      [text],
    )
    found.push(...rows.map(({ key }) => `${name}.${key}`))
  }
  return found
}

scenario('an erased address stands nowhere any more', async (t, db) => {
  const [ada] = await makeContacts(db, [
    { email: 'Ada@Example.org', first_name: 'Ada Lovelace', attributes: { phone: '+41 44 000 00 00' } },
  ])
  const campaign = await makeCampaign(db, { contacts: 2, in_doubt_policy: 'resend' })
  await db.query('insert into public.contact_list_members (list_id, contact_id) values ($1, $2)', [
    campaign.lists[0],
    ada,
  ])
  const { rows } = await db.query('select daybatch.begin_import($1) as id', [campaign.lists[0]])
  await db.query(
    `insert into daybatch.import_rows (import_id, line_number, email) values ($1, 1, 'ada@example.org'), ($1, 2, 'ADA@example.org')`,
    [rows[0].id],
  )
  await call(db, 'finish_import', rows[0].id)
  await openBatch(db, campaign.id)
  const words = (code: number) => ({
    stage: 'rcpt',
    reply_code: code,
    reply_text: '<ada@EXAMPLE.org>: later',
  })
  await send(db, campaign.id, words(450))
  await advance(db, '20 minutes')
  await report(db, campaign.id, await claim(db, campaign.id, 1), {
    ...loginRefused,
    reply_text: 'not for ada@example.org',
  })
  await call(db, 'resume_campaign', campaign.id)
  const held = await claim(db, campaign.id)
  t.ok(held.some(row => row.email === 'Ada@Example.org'))
  await begin(db, campaign.id, held)
  t.same(
    (await search(db, 'ada@example.org')).includes('daybatch.resend_copies.email'),
    true,
    'the search finds it before',
  )
  await db.query(`update public.contacts set email = 'ada.new@example.org' where id = $1`, [ada])
  const before = await readOne(
    db,
    'select total_contacts, contacts_remaining from public.campaigns where id = $1',
    [campaign.id],
  )
  t.equal(await ask(db, 'erase_contact', ada), true)
  t.same(await search(db, 'ada.new@example.org'), [])
  t.same(await search(db, 'Lovelace'), [])
  t.same(await search(db, '+41 44 000 00 00'), [])
  const left = await db.query(
    `select a.reply_text from daybatch.delivery_attempts as a join daybatch.deliveries as d on d.delivery_id = a.delivery_id where d.contact_id = $1`,
    [ada],
  )
  t.ok(left.rows.length > 0)
  for (const { reply_text } of left.rows)
    t.notMatch(reply_text, /ada@/i, 'also not an address that the contact had before')
  t.same(
    await readOne(db, 'select total_contacts, contacts_remaining from public.campaigns where id = $1', [
      campaign.id,
    ]),
    before,
  )
  await report(db, campaign.id, held)
  await closeBatch(db, campaign.id)
  t.ok((await readDelivery(db, campaign.id, ada!)).address_key, 'the never-twice key stays')
})

scenario('the story of a contact, in order', async (t, db) => {
  const campaign = await makeCampaign(db, { name: 'Spring offer', contacts: 3, limit: 3 })
  const [a, b, c] = campaign.contacts
  const tell = async (contact: string | undefined) =>
    (await call(db, 'explain_contact', campaign.id, contact)).map(row => [
      row.happened_at?.toISOString() ?? null,
      row.what,
      row.detail,
    ])
  t.same(await tell(a), [
    [null, 'is on its lists', 'the campaign is sending; its audience is frozen at the first processing'],
  ])
  await advance(db, '1 minute')
  await openBatch(db, campaign.id)
  await send(db, campaign.id, [greylisted, accepted, noReply])
  await advance(db, '15 minutes')
  await send(db, campaign.id, { ...noSuchUser, reply_text: 'No such user' })
  await call(db, 'resolve_in_doubt', campaign.id, c, 'sent')
  await closeBatch(db, campaign.id)
  const opened = after(MINUTE).toISOString()
  const later = after(16 * MINUTE).toISOString()
  t.same(await tell(a), [
    [opened, 'in the audience', 'Spring offer'],
    [opened, 'selected', 'batch 1, slot 1'],
    [opened, 'deferred', 'try 1, batch 1: rcpt 450 4.7.1 (recipient_deferred)'],
    [later, 'failed', 'try 2, batch 1: rcpt 550 5.1.1 No such user (mailbox_unavailable)'],
    [later, 'failed', 'mailbox_unavailable'],
    [null, 'stands in failed', 'the campaign is completed'],
  ])
  t.match(await tell(b), [
    [],
    [],
    [opened, 'sent', /message 250/],
    [opened, 'sent', ''],
    [null, 'stands in processed'],
  ])
  t.match(await tell(c), [
    [],
    [],
    [opened, 'in_doubt', /no_reply_after_354/],
    [later, 'sent', /resolved as sent by/],
    [null, 'stands in processed'],
  ])
  await checkRefusal(t, 'MB018', /not in the audience/, () => tell(randomUUID()))
  await checkRefusal(t, 'MB001', /does not exist/, () => call(db, 'explain_contact', randomUUID(), a))
  await byHand(db, `update public.campaigns set name = '' where id = $1`, [campaign.id])
  t.equal((await tell(a)).length, 6, 'a campaign without a name is one too')
})

scenario('retention: by campaign, never what is active, in doubt or newest', async (t, db) => {
  const ended = await makeCampaign(db, { contacts: 4, limit: 4 })
  await runBatch(db, ended.id, [accepted, accepted, noReply, noSuchUser])
  const running = await makeCampaign(db, { contacts: 2, limit: 1 })
  await runBatch(db, running.id)
  const deleted = await makeCampaign(db, { contacts: 1 })
  await runBatch(db, deleted.id)
  await db.query('delete from public.campaigns where id = $1', [deleted.id])
  await setClock(db, after(400 * DAY))
  const recent = await makeCampaign(db, { contacts: 1 })
  await runBatch(db, recent.id)
  for (const limit of [0, -1, null])
    await checkRefusal(t, 'MB017', /limit of at least 1/, () =>
      call(db, 'purge_deliveries', '8760 hours', limit),
    )
  t.equal(await ask(db, 'purge_deliveries', '8760 hours', 3), 3)
  t.equal(await ask(db, 'purge_deliveries', '8760 hours', 3), 1, 'three of the ended one, one of the deleted')
  t.equal(await ask(db, 'purge_deliveries', '8760 hours', 3), 0)
  const { rows } = await db.query(
    'select campaign_id, outcome from daybatch.delivery_attempts order by attempt_id',
  )
  t.same(rows, [
    { campaign_id: ended.id, outcome: 'in_doubt' },
    { campaign_id: running.id, outcome: 'sent' },
    { campaign_id: recent.id, outcome: 'sent' },
  ])
  t.equal((await readState(db, ended.id)).deliveries.length, 4)
  await call(db, 'resolve_all_in_doubt', ended.id, 'sent')
  // the history
  await call(db, 'process_campaigns', null, 'sweep')
  for (const [age, limit] of [
    [null, 1],
    ['719 hours', 1],
    ['8760 hours', 0],
    ['8760 hours', null],
  ])
    await checkRefusal(t, 'MB017', /last 30 days|limit of at least 1/, () =>
      call(db, 'purge_history', age, limit),
    )
  const events = async (id: string) => (await readEvents(db, id)).length
  const kept = await events(running.id)
  t.equal(await ask(db, 'purge_history', '8760 hours', 2), 2)
  while ((await ask(db, 'purge_history', '8760 hours', 100)) > 0);
  t.equal(await events(running.id), kept, 'an active campaign keeps its history')
  t.equal(await events(deleted.id), 0)
  t.same(
    (await readEvents(db, ended.id)).map(row => row.event),
    ['doubt_resolved'],
  )
  t.equal((await db.query('select from daybatch.sweeps')).rowCount, 1)
  await advance(db, `${400 * 24} hours`)
  t.ok((await ask(db, 'purge_history')) > 0)
  t.equal((await db.query('select from daybatch.sweeps')).rowCount, 0)
  await setClock(db, after(400 * DAY + HOUR))
})
