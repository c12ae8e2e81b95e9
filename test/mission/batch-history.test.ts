// The mission's batch history: its format, and that an entry is never edited later.
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
  noReply,
  noSuchUser,
  openBatch,
  type Row,
  readCampaign,
  report,
  runBatch,
  send,
} from '../helper/make.ts'
import { after, DAY, START, scenario } from '../helper/scenario.ts'
import { openSession } from '../helper/session.ts'

const readHistory = async (db: pg.Pool, id: string): Promise<Row[]> =>
  (await readCampaign(db, id)).batch_history

// the mission's example, verbatim
const EXAMPLE = `[
  {
    "batch_number": 1,
    "timestamp": "2025-09-24T09:00:00Z",
    "sent_count": 5,
    "failed_count": 0,
    "remaining_count": 10
  },
  {
    "batch_number": 2,
    "timestamp": "2025-09-25T09:00:00Z",
    "sent_count": 5,
    "failed_count": 0,
    "remaining_count": 5
  }
]`

scenario(
  'the example of the mission comes out word for word',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 15, limit: 5 })
    await runBatch(db, campaign.id)
    await advance(db, '24 hours')
    await runBatch(db, campaign.id)
    t.same(await readHistory(db, campaign.id), JSON.parse(EXAMPLE))
  },
  { at: '2025-09-24T09:00:00Z' },
)

scenario('exactly five keys: integers, and a time in UTC to the second', async (t, db) => {
  await setClock(db, '2026-03-02T23:59:59.999999Z')
  const campaign = await makeCampaign(db, { contacts: 6, limit: 5 })
  await openBatch(db, campaign.id)
  await send(db, campaign.id, [accepted, noSuchUser, noReply, accepted, accepted])
  await advance(db, '20 minutes')
  await closeBatch(db, campaign.id)
  const { rows } = await db.query(
    `select e.key, jsonb_typeof(e.value) as type, e.value::text as value
     from campaigns as c, jsonb_array_elements(c.batch_history) as b, jsonb_each(b) as e where c.id = $1 order by e.key`,
    [campaign.id],
  )
  t.same(rows, [
    { key: 'batch_number', type: 'number', value: '1' },
    { key: 'failed_count', type: 'number', value: '2' },
    { key: 'remaining_count', type: 'number', value: '1' },
    { key: 'sent_count', type: 'number', value: '3' },
    // the opening, not the close, and never rounded up into the next day
    { key: 'timestamp', type: 'string', value: '"2026-03-02T23:59:59Z"' },
  ])
})

scenario('failed_count is every end that is not sent: refused, skipped, in doubt', async (t, db) => {
  const campaign = await makeCampaign(db, {
    contacts: [
      'a@example.org',
      { email: 'b@example.org', unsubscribed_at: START },
      'not an address',
      'c@example.org',
      'd@example.org',
    ],
  })
  await openBatch(db, campaign.id)
  await send(db, campaign.id, [accepted, noSuchUser, noReply])
  await closeBatch(db, campaign.id)
  t.match(await readHistory(db, campaign.id), [{ sent_count: 1, failed_count: 4, remaining_count: 0 }])
})

scenario(
  'whatever zone and style the closing session has, the timestamp is the same',
  async (t, db, { url }) => {
    const campaign = await makeCampaign(db, { contacts: 3, limit: 1 })
    for (const [index, zone] of ['America/New_York', 'Asia/Kathmandu', 'Pacific/Kiritimati'].entries()) {
      const session = await openSession(url)
      await session.query(
        `set timezone = '${zone}'; set datestyle = 'SQL, DMY'; set intervalstyle = 'sql_standard'`,
      )
      await openBatch(session.client, campaign.id)
      await send(session.client, campaign.id)
      await closeBatch(session.client, campaign.id)
      await session.end()
      await setClock(db, after((index + 1) * DAY))
    }
    t.same(
      (await readHistory(db, campaign.id)).map(entry => entry.timestamp),
      ['2026-03-02T09:00:00Z', '2026-03-03T09:00:00Z', '2026-03-04T09:00:00Z'],
    )
  },
)

scenario('an empty batch is told too: nobody was eligible', async (t, db) => {
  const contacts = [1, 2, 3].map(n => ({ email: `left-${n}@example.org`, unsubscribed_at: START }))
  const campaign = await makeCampaign(db, { contacts })
  await openBatch(db, campaign.id)
  await closeBatch(db, campaign.id)
  t.match(await readHistory(db, campaign.id), [
    { batch_number: 1, sent_count: 0, failed_count: 3, remaining_count: 0 },
  ])
})

scenario('an entry is never edited: whatever is settled later', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 6, limit: 4 })
  await openBatch(db, campaign.id)
  const claimed = await claim(db, campaign.id)
  await begin(db, campaign.id, claimed)
  await report(db, campaign.id, claimed, [accepted, noSuchUser, noReply, noReply])
  await closeBatch(db, campaign.id)
  const history = await readHistory(db, campaign.id)
  t.match(history, [{ batch_number: 1, sent_count: 1, failed_count: 3, remaining_count: 2 }])

  t.match(await report(db, campaign.id, claimed.slice(2, 3), accepted), [{ recorded: true, status: 'sent' }])
  t.same(await readHistory(db, campaign.id), history, 'after a late acceptance')
  await callOne(db, 'resolve_in_doubt', campaign.id, claimed[3]!.contact_id, 'not_sent')
  t.same(await readHistory(db, campaign.id), history, 'after a doubt was settled by hand')
  await call(db, 'retry_failed', campaign.id)
  t.same(await readHistory(db, campaign.id), history, 'after the failed ones are to be tried again')
  await callOne(db, 'set_daily_limit', campaign.id, 1)
  await call(db, 'erase_contact', claimed[0]!.contact_id)
  t.same(await readHistory(db, campaign.id), history, 'after an erasure')

  await setClock(db, after(DAY))
  await openBatch(db, campaign.id)
  await send(db, campaign.id, greylisted)
  t.same(await readHistory(db, campaign.id), history, 'while the next batch is under way')
  await setClock(db, after(2 * DAY))
  t.match(await closeBatch(db, campaign.id), { closed: true, sent_count: 0 })
  await openBatch(db, campaign.id)
  await callOne(db, 'cancel_campaign', campaign.id)
  await closeBatch(db, campaign.id)
  const entries = await readHistory(db, campaign.id)
  t.same(entries.slice(0, 1), history)
  t.same(
    entries.map(entry => [entry.batch_number, entry.sent_count, entry.failed_count, entry.remaining_count]),
    [
      [1, 1, 3, 2],
      [2, 0, 0, 4],
      [3, 0, 0, 4],
    ],
  )
})

scenario('by hand it cannot be edited', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2, limit: 1 })
  await runBatch(db, campaign.id)
  const history = await readHistory(db, campaign.id)
  await t.rejects(db.query(`update campaigns set batch_history = '[]' where id = $1`, [campaign.id]), {
    code: 'MB012',
    message: /batch_history of campaign/,
  })
  await db.query('update campaigns set batch_history = batch_history where id = $1', [campaign.id])
  t.same(await readHistory(db, campaign.id), history)
})
