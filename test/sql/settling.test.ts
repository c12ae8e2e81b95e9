// What people settle after the fact: doubts, refusals, additions, removals, erasures.
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { advance, setClock } from '../helper/clock.ts'
import {
  accepted,
  begin,
  call,
  callOne,
  claim,
  closeBatch,
  greylisted,
  makeCampaign,
  makeContacts,
  noReply,
  noSuchUser,
  openBatch,
  processCampaign,
  type Row,
  readAttempts,
  readAudit,
  readBatch,
  readCampaign,
  readDelivery,
  readEvents,
  readJobs,
  readOne,
  readState,
  report,
  runBatch,
  send,
} from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { after, DAY, HOUR, scenario } from '../helper/scenario.ts'

const ask = async (db: pg.Pool, name: string, ...values: unknown[]) =>
  (await callOne(db, name, ...values))[name]
const sets = ({ contacts_remaining, contacts_processed, contacts_failed }: Row) => [
  contacts_remaining,
  contacts_processed,
  contacts_failed,
]
const readSets = async (db: pg.Pool, id: string) => sets(await readCampaign(db, id))

// resolve_in_doubt, resolve_all_in_doubt

scenario('a doubt settled as sent is processed', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3, limit: 2, in_doubt_policy: 'ask' })
  const [a, b, c] = campaign.contacts
  await runBatch(db, campaign.id, [noReply, noReply])
  t.equal(await ask(db, 'resolve_in_doubt', campaign.id, a, 'sent'), 1)
  t.same(await readSets(db, campaign.id), [[c], [a], [b]])
  t.match(await readDelivery(db, campaign.id, a!), { status: 'sent', reason: null, settled_at: after(0) })
  t.match((await readEvents(db, campaign.id)).at(-1), {
    event: 'doubt_resolved',
    detail: { as: 'sent', count: 1 },
  })
  const before = await readState(db, campaign.id)
  t.equal(await ask(db, 'resolve_in_doubt', campaign.id, a, 'sent'), 0, 'repeatable')
  t.same(await readState(db, campaign.id), before)
  await checkRefusal(
    t,
    'MB002',
    /is sent .* not in doubt/,
    () => ask(db, 'resolve_in_doubt', campaign.id, a, 'not_sent'),
    () => readState(db, campaign.id),
  )
})

scenario('an answer that confirms what an operator said of a doubt is no second mail', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 1, limit: 1, in_doubt_policy: 'ask' })
  await openBatch(db, campaign.id)
  const claimed = await claim(db, campaign.id)
  await begin(db, campaign.id, claimed)
  await report(db, campaign.id, claimed, noReply)
  t.equal(await ask(db, 'resolve_in_doubt', campaign.id, campaign.contacts[0], 'sent'), 1)
  await report(db, campaign.id, claimed, accepted)
  await report(db, campaign.id, claimed, accepted)
  const outcomes = (await readAttempts(db, campaign.id)).map(({ outcome }) => outcome)
  t.same(outcomes, ['in_doubt', 'sent'], 'once, however often it is told')
  t.same(await readAudit(db), [])
})

scenario('a doubt settled as not_sent is mailed again, by the next batch, at the end', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 4, limit: 2 })
  const [a, b, c, d] = campaign.contacts
  await runBatch(db, campaign.id, [noReply, accepted])
  t.equal(await ask(db, 'resolve_in_doubt', campaign.id, a, 'not_sent'), 1)
  t.same(await readSets(db, campaign.id), [[c, d, a], [b], []])
  t.match((await readCampaign(db, campaign.id)).batch_history, [
    { sent_count: 1, failed_count: 1, remaining_count: 2 },
  ])
  t.equal(await ask(db, 'resolve_in_doubt', campaign.id, a, 'not_sent'), 0, 'repeatable')
  for (const day of [1, 2]) {
    await setClock(db, after(day * DAY))
    await runBatch(db, campaign.id)
  }
  t.same(await readSets(db, campaign.id), [[], [b, c, d, a], []])
  t.equal((await readCampaign(db, campaign.id)).status, 'completed')
})

scenario(
  'not_sent in a completed campaign: it goes on, not before its interval, with a job',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 1 })
    await runBatch(db, campaign.id, noReply)
    t.equal((await readCampaign(db, campaign.id)).status, 'completed')
    await advance(db, '2 hours')
    await ask(db, 'resolve_all_in_doubt', campaign.id, 'not_sent')
    t.match(await readCampaign(db, campaign.id), { status: 'sending', current_batch_number: 2 })
    t.same((await readCampaign(db, campaign.id)).next_batch_send_time, after(DAY))
    t.same((await readJobs(db, campaign.id)).at(-1)!.start_after, after(DAY))
    t.match(await processCampaign(db, campaign.id), { action: 'waiting' })
    await setClock(db, after(DAY))
    t.match(await runBatch(db, campaign.id), { completed: true, sent_count: 1 })
    t.equal((await readCampaign(db, campaign.id)).batch_history.length, 2)
  },
)

scenario('a long completed campaign that gets a contact back is due now', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 1 })
  await runBatch(db, campaign.id, noReply)
  await setClock(db, after(9 * DAY))
  await ask(db, 'resolve_all_in_doubt', campaign.id, 'not_sent')
  t.same((await readCampaign(db, campaign.id)).next_batch_send_time, after(9 * DAY))
})

scenario('a cancelled or paused campaign stays so', async (t, db) => {
  for (const stop of ['cancel_campaign', 'pause_campaign']) {
    const campaign = await makeCampaign(db, { contacts: 3, limit: 1 })
    await runBatch(db, campaign.id, noReply)
    await call(db, stop, campaign.id)
    const { status } = await readCampaign(db, campaign.id)
    await ask(db, 'resolve_all_in_doubt', campaign.id, 'not_sent')
    t.equal((await readCampaign(db, campaign.id)).status, status)
  }
})

scenario(
  'inside the open batch only the ledger changes; the close brings the arrays along',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 5, limit: 4 })
    const [a, b, c, d, e] = campaign.contacts
    await openBatch(db, campaign.id)
    const rows = await claim(db, campaign.id, 3)
    await begin(db, campaign.id, rows)
    await report(db, campaign.id, rows, [noReply, noReply, noSuchUser])
    await ask(db, 'resolve_in_doubt', campaign.id, a, 'sent')
    await ask(db, 'resolve_in_doubt', campaign.id, b, 'not_sent')
    t.equal(await ask(db, 'retry_failed', campaign.id), 1)
    t.same(await readSets(db, campaign.id), [campaign.contacts, [], []])
    await send(db, campaign.id)
    t.match(await closeBatch(db, campaign.id), {
      closed: true,
      sent_count: 2,
      failed_count: 0,
      remaining_count: 3,
    })
    t.same(await readSets(db, campaign.id), [[e, b, c], [a, d], []])
  },
)

scenario('all doubts, or those of some contacts, in one rewrite', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 5 })
  const [a, b, c, d, e] = campaign.contacts
  await runBatch(db, campaign.id, [noReply, accepted, noReply, noSuchUser, noReply])
  t.equal(
    await ask(db, 'resolve_all_in_doubt', campaign.id, 'sent', [a, b, d, randomUUID()]),
    1,
    'only doubts',
  )
  t.same(await readSets(db, campaign.id), [[], [b, a], [c, d, e]])
  t.equal(await ask(db, 'resolve_all_in_doubt', campaign.id, 'sent'), 2)
  t.same(await readSets(db, campaign.id), [[], [b, a, c, e], [d]])
  t.equal(await ask(db, 'resolve_all_in_doubt', campaign.id, 'sent'), 0)
})

scenario('doubts: refusals', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2, limit: 1 })
  await runBatch(db, campaign.id, noReply)
  const state = () => readState(db, campaign.id)
  for (const as of [null, '', 'SENT', 'maybe']) {
    await checkRefusal(
      t,
      'MB017',
      /sent or as not_sent/,
      () => ask(db, 'resolve_in_doubt', campaign.id, campaign.contacts[0], as),
      state,
    )
    await checkRefusal(
      t,
      'MB017',
      /sent or as not_sent/,
      () => ask(db, 'resolve_all_in_doubt', campaign.id, as),
      state,
    )
  }
  await checkRefusal(
    t,
    'MB020',
    /no delivery/,
    () => ask(db, 'resolve_in_doubt', campaign.id, campaign.contacts[1], 'sent'),
    state,
  )
  await checkRefusal(
    t,
    'MB020',
    /contact null/,
    () => ask(db, 'resolve_in_doubt', campaign.id, null, 'sent'),
    state,
  )
  for (const name of [
    'resolve_in_doubt',
    'resolve_all_in_doubt',
    'retry_failed',
    'add_contacts',
    'remove_contact',
  ]) {
    const values =
      name === 'resolve_in_doubt' ? [randomUUID(), 'sent'] : name === 'resolve_all_in_doubt' ? ['sent'] : []
    const more = name === 'add_contacts' ? [[]] : name === 'remove_contact' ? [randomUUID()] : []
    await checkRefusal(t, 'MB001', /does not exist/, () => call(db, name, randomUUID(), ...values, ...more))
  }
})

// retry_failed

scenario('refused contacts go back to the tail; doubts, skips and mails do not', async (t, db) => {
  const campaign = await makeCampaign(db, {
    contacts: [
      'a@example.org',
      'b@example.org',
      'c@example.org',
      { email: 'd@example.org', unsubscribed_at: after(0) },
      'e@example.org',
    ],
    limit: 3,
  })
  const [a, b, c, d, e] = campaign.contacts
  await runBatch(db, campaign.id, [noSuchUser, noReply, noSuchUser])
  await setClock(db, after(DAY))
  await runBatch(db, campaign.id)
  t.same(await readSets(db, campaign.id), [[], [e], [a, b, c, d]])
  t.equal(await ask(db, 'retry_failed', campaign.id, [c, b, d]), 1)
  t.same(await readSets(db, campaign.id), [[c], [e], [a, b, d]])
  t.equal(await ask(db, 'retry_failed', campaign.id), 1)
  t.equal(await ask(db, 'retry_failed', campaign.id), 0, 'repeatable')
  t.same(await readSets(db, campaign.id), [[c, a], [e], [b, d]])
  t.match(await readCampaign(db, campaign.id), { status: 'sending', current_batch_number: 3 })
  await setClock(db, after(2 * DAY))
  t.match(await runBatch(db, campaign.id), { sent_count: 2, completed: true })
  t.match(await readDelivery(db, campaign.id, c!), { attempt_count: 2, batch_number: 3 })
  const cancelled = await makeCampaign(db, { contacts: 2, limit: 1 })
  await runBatch(db, cancelled.id, noSuchUser)
  await call(db, 'cancel_campaign', cancelled.id)
  await checkRefusal(
    t,
    'MB002',
    /is cancelled/,
    () => ask(db, 'retry_failed', cancelled.id),
    () => readState(db, cancelled.id),
  )
})

// add_contacts

scenario('added contacts come last, once, in the order given', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3, limit: 2 })
  await openBatch(db, campaign.id)
  const [x, y] = await makeContacts(db, 2)
  t.equal(
    await ask(db, 'add_contacts', campaign.id, [y, campaign.contacts[0], x, y, campaign.contacts[2]]),
    2,
  )
  t.same((await readCampaign(db, campaign.id)).contacts_remaining, [...campaign.contacts, y, x])
  t.equal((await readCampaign(db, campaign.id)).total_contacts, 5)
  t.equal(await ask(db, 'add_contacts', campaign.id, [x, y]), 0, 'repeatable')
  t.equal(await ask(db, 'add_contacts', campaign.id, []), 0)
  await send(db, campaign.id)
  t.match(await closeBatch(db, campaign.id), { sent_count: 2, remaining_count: 3 })
  t.match(
    await readBatch(db, campaign.id, 1),
    { send_limit: 2, head_length: 2 },
    'the open batch did not grow',
  )
  for (const day of [1, 2]) {
    await setClock(db, after(day * DAY))
    await runBatch(db, campaign.id)
  }
  t.equal((await readCampaign(db, campaign.id)).status, 'completed')
  const [z] = await makeContacts(db, 1)
  t.equal(await ask(db, 'add_contacts', campaign.id, [z]), 1)
  t.match(await readCampaign(db, campaign.id), { status: 'sending', current_batch_number: 4 })
  t.same((await readCampaign(db, campaign.id)).next_batch_send_time, after(3 * DAY))
})

scenario('whom a running campaign lost before its start, and who comes back, is one', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2, limit: 1 })
  const [gone] = campaign.contacts
  await ask(db, 'remove_contact', campaign.id, gone)
  await db.query('delete from public.contact_list_members where contact_id = $1', [gone])
  await openBatch(db, campaign.id)
  t.equal(await ask(db, 'add_contacts', campaign.id, [gone]), 1)
  t.equal((await readCampaign(db, campaign.id)).total_contacts, 2)
})

scenario('additions: refusals', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3, limit: 1 })
  const [x] = await makeContacts(db, 1)
  await checkRefusal(t, 'MB002', /not frozen its audience/, () => ask(db, 'add_contacts', campaign.id, [x]))
  await runBatch(db, campaign.id)
  for (const contacts of [[x, randomUUID()], [null]]) {
    await checkRefusal(
      t,
      'MB018',
      /does not exist/,
      () => ask(db, 'add_contacts', campaign.id, contacts),
      () => readState(db, campaign.id),
    )
  }
  await call(db, 'cancel_campaign', campaign.id)
  await checkRefusal(t, 'MB002', /is cancelled/, () => ask(db, 'add_contacts', campaign.id, [x]))
})

// remove_contact

scenario('a removed contact is skipped when its turn comes; who was mailed stays mailed', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 5, limit: 2 })
  const [a, b, c, d, e] = campaign.contacts
  await openBatch(db, campaign.id)
  t.equal(await ask(db, 'remove_contact', campaign.id, b), true, 'queued')
  t.equal(await ask(db, 'remove_contact', campaign.id, d), true, 'not selected yet')
  t.equal(await ask(db, 'remove_contact', campaign.id, d), true, 'repeatable')
  t.same(
    (await send(db, campaign.id)).map(row => row.contact_id),
    [a],
  )
  t.equal(await ask(db, 'remove_contact', campaign.id, a), false)
  await closeBatch(db, campaign.id)
  await setClock(db, after(DAY))
  await runBatch(db, campaign.id)
  t.same(await readSets(db, campaign.id), [[], [a, c, e], [b, d]])
  t.match(await readDelivery(db, campaign.id, d!), { status: 'skipped', reason: 'removed' })
  await checkRefusal(t, 'MB018', /not in the audience/, () =>
    ask(db, 'remove_contact', campaign.id, randomUUID()),
  )
})

// erase_contact

async function begun(db: pg.Pool, id: string): Promise<Row[]> {
  const claimed = await claim(db, id)
  await begin(db, id, claimed)
  return claimed
}

scenario('an erased person: nothing personal stays, the totals do, nobody is mailed again', async (t, db) => {
  const campaign = await makeCampaign(db, {
    contacts: ['ada@example.org', 'bo@example.org'],
    limit: 1,
    in_doubt_policy: 'resend',
  })
  const [ada] = campaign.contacts
  await openBatch(db, campaign.id)
  await send(db, campaign.id, { stage: 'rcpt', reply_code: 450, reply_text: '<Ada@Example.org> try later' })
  t.equal(await ask(db, 'erase_contact', ada), true)
  t.equal(await ask(db, 'erase_contact', ada), false, 'repeatable')
  t.equal(await ask(db, 'erase_contact', randomUUID()), false)
  t.equal((await db.query('select from public.contacts where id = $1', [ada])).rowCount, 0)
  t.equal(
    (await db.query('select from public.contact_list_members where contact_id = $1', [ada])).rowCount,
    0,
  )
  t.notMatch(JSON.stringify(await readAttempts(db, campaign.id)), /ada@/i)
  t.notMatch(JSON.stringify(await readState(db, campaign.id)), /ada@example/i)
  await advance(db, '15 minutes')
  t.same(await claim(db, campaign.id), [])
  t.match(await readDelivery(db, campaign.id, ada!), { status: 'skipped', reason: 'deleted' })
  t.match(await closeBatch(db, campaign.id), { closed: true, failed_count: 1 })
  t.equal((await readCampaign(db, campaign.id)).total_contacts, 2)
  // the same person under another id
  const [again] = await makeContacts(db, ['ADA@example.org'])
  const other = await makeCampaign(db, { contacts: 1 })
  await db.query('insert into public.contact_list_members (list_id, contact_id) values ($1, $2)', [
    other.lists[0],
    again,
  ])
  await openBatch(db, other.id)
  t.match(await readDelivery(db, other.id, again!), { status: 'skipped', reason: 'suppressed' })
})

scenario('an erasure that the application’s own keys forbid empties the columns', async (t, db) => {
  const [ada] = await makeContacts(db, [
    { email: 'ada@example.org', first_name: 'Ada', attributes: { city: 'Bern' } },
  ])
  await db.query('create table public.orders (contact_id uuid references public.contacts (id))')
  await db.query('insert into public.orders values ($1)', [ada])
  t.equal(await ask(db, 'erase_contact', ada), true)
  const row = await readOne(db, 'select * from public.contacts where id = $1', [ada])
  t.match(row, { first_name: null, last_name: null, attributes: {}, unsubscribed_at: after(0) })
  t.notMatch(JSON.stringify(row), /ada@|Bern/)
})

scenario('a mail in doubt stays so when its person is erased before the second copy', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2, limit: 2, in_doubt_policy: 'resend' })
  const [erased] = campaign.contacts
  await openBatch(db, campaign.id)
  await report(db, campaign.id, await begun(db, campaign.id), noReply)
  await ask(db, 'erase_contact', erased)
  await advance(db, '30 minutes')
  t.equal((await claim(db, campaign.id)).length, 1, 'the other one')
  t.match(await readDelivery(db, campaign.id, erased!), { status: 'in_doubt', reason: 'deleted' })
  t.same(await readAudit(db), [])
})

scenario('a mail that is being sent while its person is erased is still recorded', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 1 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id)
  await begin(db, campaign.id, rows)
  await ask(db, 'erase_contact', campaign.contacts[0])
  t.match(await report(db, campaign.id, rows), [{ recorded: true, status: 'sent' }])
  t.match(await closeBatch(db, campaign.id), { sent_count: 1, completed: true })
})

// purge_deliveries

scenario('old tries are purged in steps; keys, totals and the newest id stay', async (t, db) => {
  const done = await makeCampaign(db, { contacts: 3 })
  await runBatch(db, done.id)
  const running = await makeCampaign(db, { contacts: 2, limit: 1 })
  await runBatch(db, running.id, greylisted)
  await setClock(db, after(400 * DAY))
  t.equal(await ask(db, 'purge_deliveries', '8760 hours', 2), 2)
  t.equal(await ask(db, 'purge_deliveries', '8760 hours', 2), 1)
  t.equal(await ask(db, 'purge_deliveries', '8760 hours', 2), 0)
  t.same(await readAttempts(db, done.id), [])
  t.equal((await readAttempts(db, running.id)).length, 1)
  t.equal((await readState(db, done.id)).deliveries.length, 3)
  for (const age of [null, '0', '23:59:59']) {
    await checkRefusal(t, 'MB017', /at least the last 24 hours/, () => ask(db, 'purge_deliveries', age))
  }
  await setClock(db, after(HOUR))
})
