// The mission's contact tracking, batch processing and completion, as its comments tell them.
import type pg from 'pg'
import { setClock } from '../helper/clock.ts'
import {
  accepted,
  callOne,
  closeBatch,
  greylisted,
  makeCampaign,
  makeContacts,
  makeList,
  noReply,
  noSuchUser,
  openBatch,
  processCampaign,
  type Row,
  readCampaign,
  readDeliveries,
  readJobs,
  runBatch,
  send,
} from '../helper/make.ts'
import { DAY, scenario } from '../helper/scenario.ts'

const MISSION_START = '2025-09-24T09:00:00Z'
const onDay = (day: number) => new Date(Date.parse(MISSION_START) + (day - 1) * DAY)
const at = { at: MISSION_START }

scenario(
  'contact tracking initialization',
  async (t, db) => {
    const contacts = await makeContacts(db, 12)
    const lists = [await makeList(db, contacts.slice(0, 8)), await makeList(db, contacts.slice(6))]
    const { id } = await makeCampaign(db, { lists, limit: 5 })
    t.same((await readCampaign(db, id)).tracking_initialised_at, null, 'not at the insert')
    // Automatically initialized on first processing
    await processCampaign(db, id)
    const row = await readCampaign(db, id)
    // Gets all contacts from lists: [contact1, contact2, contact3, ...]
    t.equal(row.total_contacts, 12, 'who is on both lists is counted once')
    // Sets contacts_remaining: [contact1, contact2, contact3, ...]
    t.same(row.contacts_remaining, contacts)
    // Sets contacts_processed: []
    t.same(row.contacts_processed, [])
    t.same(row.contacts_failed, [])
  },
  at,
)

scenario(
  'batch processing: day 1 and day 2',
  async (t, db) => {
    const { id, contacts } = await makeCampaign(db, { contacts: 12, limit: 5 })
    // Day 1: Process first 5 contacts
    t.match(await processCampaign(db, id), { action: 'opened', delivery_count: 5 })
    await send(db, id)
    await closeBatch(db, id)
    const first = await readCampaign(db, id)
    // contacts_remaining: [contact6, contact7, contact8, ...] (reduced)
    t.same(first.contacts_remaining, contacts.slice(5))
    // contacts_processed: [contact1, contact2, contact3, contact4, contact5] (added)
    t.same(first.contacts_processed, contacts.slice(0, 5))
    // next_batch_send_time: "2025-09-25T09:00:00Z" (24 hours later)
    t.equal(first.next_batch_send_time.toISOString(), '2025-09-25T09:00:00.000Z')
    t.match(first, { status: 'sending', current_batch_number: 2 })

    // Day 2: Process next 5 contacts
    await setClock(db, onDay(2))
    t.match(await processCampaign(db, id), { action: 'opened', delivery_count: 5 })
    await send(db, id)
    await closeBatch(db, id)
    const second = await readCampaign(db, id)
    // contacts_remaining: [contact11, contact12, ...] (further reduced)
    t.same(second.contacts_remaining, contacts.slice(10))
    // contacts_processed: [contact1...contact10] (expanded)
    t.same(second.contacts_processed, contacts.slice(0, 10))
  },
  at,
)

scenario('contacts that fail stand in failed, in their order, and are not tried again', async (t, db) => {
  const { id, contacts } = await makeCampaign(db, { contacts: 7, limit: 5 })
  const [a, b, c, d, e, f, g] = contacts
  await runBatch(db, id, [accepted, noSuchUser, accepted, noReply, accepted])
  const row = await readCampaign(db, id)
  t.same(row.contacts_processed, [a, c, e])
  t.same(row.contacts_failed, [b, d])
  t.same(row.contacts_remaining, [f, g])
  await setClock(db, row.next_batch_send_time)
  await runBatch(db, id)
  t.match(await readCampaign(db, id), {
    contacts_processed: [a, c, e, f, g],
    contacts_failed: [b, d],
    contacts_remaining: [],
  })
  t.same(
    (await readDeliveries(db, id)).map(line => line.attempt_count),
    [1, 1, 1, 1, 1, 1, 1],
  )
})

/** How the database sees a campaign that is complete. */
async function checkCompleted(db: pg.Pool, id: string): Promise<Row> {
  const row = await readCampaign(db, id)
  return {
    status: row.status,
    remaining: row.contacts_remaining.length,
    next: row.next_batch_send_time,
    done: row.contacts_processed.length + row.contacts_failed.length === row.total_contacts,
  }
}

const COMPLETED = { status: 'completed', remaining: 0, next: null, done: true }

scenario('complete when nobody remains: all sent, all failed, some of each', async (t, db) => {
  for (const replies of [
    [accepted, accepted],
    [noSuchUser, noSuchUser],
    [noReply, accepted],
  ]) {
    const { id } = await makeCampaign(db, { contacts: 2 })
    await openBatch(db, id)
    t.match(await readCampaign(db, id), { status: 'sending' })
    await send(db, id, replies)
    t.match(await readCampaign(db, id), { status: 'sending' }, 'the close completes')
    t.match(await closeBatch(db, id), { completed: true })
    t.same(await checkCompleted(db, id), COMPLETED)
  }
})

scenario('complete, too, when nobody left can be mailed', async (t, db) => {
  const { id, contacts } = await makeCampaign(db, { contacts: 3, limit: 2 })
  await runBatch(db, id)
  await db.query('delete from contacts where id = $1', [contacts[2]])
  await setClock(db, (await readCampaign(db, id)).next_batch_send_time)
  t.match(await processCampaign(db, id), { action: 'opened', delivery_count: 0 })
  t.match(await processCampaign(db, id), { action: 'completed' })
  t.same(await checkCompleted(db, id), COMPLETED)
})

scenario('not complete while a contact waits for its second try', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 2 })
  await openBatch(db, id)
  await send(db, id, [accepted, greylisted])
  t.match(await closeBatch(db, id), { closed: false, completed: false, reason: '1 deferred' })
  t.match(await readCampaign(db, id), { status: 'sending' })
})

scenario('completion stops future batches', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 2 })
  await runBatch(db, id)
  const jobs = await readJobs(db, id)
  for (const day of [2, 3, 30]) {
    await setClock(db, onDay(day))
    t.match(await processCampaign(db, id, 'job'), { action: 'completed' })
    await t.rejects(openBatch(db, id), { code: 'MB002' })
  }
  t.same((await readJobs(db, id)).length, jobs.length)
  t.match(await callOne(db, 'get_campaign', id), { get_campaign: { status: 'completed', percent_done: 100 } })
})

scenario('two campaigns for one audience keep their own books', async (t, db) => {
  const contacts = await makeContacts(db, 4)
  const lists = [await makeList(db, contacts)]
  const one = await makeCampaign(db, { lists, limit: 1 })
  const two = await makeCampaign(db, { lists, limit: 3 })
  await runBatch(db, one.id)
  await runBatch(db, two.id)
  t.same((await readCampaign(db, one.id)).contacts_processed, contacts.slice(0, 1))
  t.same((await readCampaign(db, two.id)).contacts_processed, contacts.slice(0, 3))
})
