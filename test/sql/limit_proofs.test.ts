// The proofs of the sending rules, from the times of hand-over: limits of senders and recipient domains over all campaigns,
// and the send window. They hold in the normal course, and name what was planted behind the engine's back.
import type pg from 'pg'
import { advance, setClock } from '../helper/clock.ts'
import {
  begin,
  call,
  claim,
  closeBatch,
  makeCampaign,
  noReply,
  openBatch,
  processCampaign,
  type Row,
  readAudit,
  readOne,
  report,
  send,
} from '../helper/make.ts'
import { scenario } from '../helper/scenario.ts'
import { openSession, waitUntilBlocked } from '../helper/session.ts'

const SENDER = 'news@example.org'
const limitSender = (db: pg.Pool, limit: number) =>
  db.query('insert into daybatch.sender_limits values ($1, $2)', [SENDER, limit])
const limitDomain = (db: pg.Pool, limit: number) =>
  db.query(`insert into daybatch.domain_limits (domain, daily_limit) values ('g.example', $1)`, [limit])
const readProof = (db: pg.Pool, rule: string): Promise<Row> =>
  readOne(db, 'select * from daybatch.shared_limits_proof where rule = $1', [rule])
const readers = (count: number, domain: string, from = 0) =>
  Array.from({ length: count }, (_, n) => `reader-${from + n}@${domain}`)

/** Opens a batch, an instant after whatever was set before. */
async function open(db: pg.Pool, fields: Row): Promise<string> {
  await advance(db, '1 second')
  const { id } = await makeCampaign(db, { sender: SENDER, limit: 10, ...fields })
  await processCampaign(db, id)
  return id
}

scenario('limits of a sender and of a domain hold, over campaigns and days', async (t, db) => {
  await limitSender(db, 3)
  await limitDomain(db, 2)
  t.match(await readProof(db, 'sender'), { mails: 0, largest_in_24_hours: 0, limit_holds: true })
  const contacts = [...readers(4, 'g.example'), ...readers(2, 'x.example')]
  const one = await open(db, { contacts, limit: 3 })
  const two = await open(db, {
    contacts: [...readers(3, 'g.example', 9), ...readers(3, 'x.example', 9)],
    limit: 3,
  })
  for (let step = 0; step < 14; step++) {
    for (const id of [one, two]) {
      await processCampaign(db, id, 'job')
      await send(db, id, step === 1 ? noReply : undefined)
    }
    await advance(db, '7 hours')
  }
  t.match(await readProof(db, 'sender'), {
    name: SENDER,
    daily_limit: 3,
    largest_in_24_hours: 3,
    exceeded_at: null,
    limit_holds: true,
  })
  t.match(await readProof(db, 'domain'), { name: 'g.example', largest_in_24_hours: 2, limit_holds: true })
  t.equal((await readProof(db, 'sender')).mails, 12, 'all of them')
  t.equal((await readProof(db, 'domain')).mails, 7)
})

scenario(
  'a mail too many is named, with its moment',
  async (t, db) => {
    await limitSender(db, 2)
    await limitDomain(db, 1)
    const id = await open(db, { contacts: readers(3, 'x.example') })
    await send(db, id)
    const other = await open(db, { contacts: readers(2, 'g.example') })
    // the counting is lost: what it would have held back goes out
    await db.query('delete from daybatch.counted_mails')
    await advance(db, '1 hour')
    t.equal((await send(db, other)).length, 1)
    t.match(await readProof(db, 'sender'), {
      largest_in_24_hours: 3,
      exceeded_at: new Date('2026-03-02T10:00:02Z'),
      limit_holds: false,
    })
    t.match(await readProof(db, 'domain'), { largest_in_24_hours: 1, limit_holds: true })
    await db.query('delete from daybatch.counted_mails')
    await advance(db, '1 second')
    await db.query('update daybatch.sender_limits set daily_limit = 9')
    const third = await open(db, { contacts: readers(1, 'g.example', 7) })
    await send(db, third)
    t.match(await readProof(db, 'domain'), { largest_in_24_hours: 2, limit_holds: false })
    t.same(
      (await db.query('select campaign_id, rule, disagreement from daybatch.audit order by disagreement'))
        .rows,
      [
        {
          campaign_id: null,
          rule: 'shared_limit_exceeded',
          disagreement:
            'the limit of the domain g.example did not hold at 2026-03-02 10:00:04Z: up to 2 mails in 24 hours',
        },
        {
          campaign_id: null,
          rule: 'shared_limit_exceeded',
          disagreement:
            'the limit of the sender news@example.org did not hold at 2026-03-02 10:00:02Z: up to 4 mails in 24 hours',
        },
      ],
    )
    t.same((await db.query('select * from daybatch.audit where campaign_id = $1', [id])).rows, [])
    await advance(db, '100 hours')
    t.notOk(
      (await readAudit(db)).some(line => line.includes('limit')),
      'audit looks at the last days',
    )
    t.match(await readProof(db, 'sender'), { limit_holds: false }, 'the proof does not forget')
  },
  { audit: false },
)

scenario('a mail is moved by hand into the hours of another', async (t, db) => {
  await limitSender(db, 1)
  const id = await open(db, { contacts: 3, limit: 1 })
  await send(db, id)
  await closeBatch(db, id)
  await advance(db, '24 hours')
  await processCampaign(db, id)
  await send(db, id)
  t.match(await readProof(db, 'sender'), { largest_in_24_hours: 1, limit_holds: true }, '24 hours apart')
  await db.query(
    `update daybatch.delivery_attempts set sending_at = sending_at - interval '1 second' where batch_number = 2`,
  )
  t.match(await readProof(db, 'sender'), { largest_in_24_hours: 2, limit_holds: false })
  await db.query(
    `update daybatch.delivery_attempts set sending_at = sending_at + interval '1 second' where batch_number = 2`,
  )
})

scenario('a limit that was changed is judged by what was in force', async (t, db) => {
  await limitSender(db, 4)
  const id = await open(db, { contacts: readers(20, 'x.example') })
  t.equal((await send(db, id)).length, 4)
  await db.query('update daybatch.sender_limits set daily_limit = 6')
  await advance(db, '1 minute')
  t.equal((await send(db, id)).length, 0, 'the batch has no more slots than the limit it found')
  await advance(db, '1 minute')
  const second = await open(db, { contacts: readers(5, 'x.example', 30) })
  t.equal((await send(db, second)).length, 2)
  await db.query('update daybatch.sender_limits set daily_limit = 1')
  t.match(await readProof(db, 'sender'), { daily_limit: 1, largest_in_24_hours: 6, limit_holds: true })
  // three days later it is judged by the 1 alone
  await advance(db, '72 hours')
  const third = await open(db, { contacts: readers(5, 'x.example', 50) })
  t.equal((await send(db, third)).length, 1)
  t.match(await readProof(db, 'sender'), { limit_holds: true })
  await db.query('delete from daybatch.counted_mails')
  const fourth = await open(db, { contacts: readers(5, 'x.example', 60) })
  await send(db, fourth)
  t.match(await readProof(db, 'sender'), { largest_in_24_hours: 6, limit_holds: false })
  t.same((await db.query('select daily_limit, is_new from daybatch.limit_changes order by change_id')).rows, [
    { daily_limit: 4, is_new: true },
    { daily_limit: 6, is_new: false },
    { daily_limit: 1, is_new: false },
  ])
  await db.query('delete from daybatch.sender_limits')
  t.same((await db.query('select * from daybatch.shared_limits_proof')).rows, [])
  await limitSender(db, 2)
  t.match(await readProof(db, 'sender'), { mails: 0, limit_holds: true }, 'a limit that is new judges anew')
})

scenario('what cannot be known is not judged', async (t, db) => {
  // a limit that was made in mid-batch; a contact whose address is another one by now
  const early = await open(db, { contacts: readers(3, 'g.example') })
  await send(db, early)
  await limitSender(db, 1)
  await limitDomain(db, 2)
  t.match(await readProof(db, 'sender'), { mails: 0, limit_holds: true })
  await setClock(db, '2026-03-04T09:00:00Z')
  const late = await open(db, { contacts: readers(2, 'g.example', 10), sender: 'other@example.org' })
  await send(db, late)
  t.match(await readProof(db, 'domain'), { mails: 2, largest_in_24_hours: 2 })
  await db.query(
    `update public.contacts set email = 'reader-99@g.example' where email = 'reader-10@g.example'`,
  )
  t.match(await readProof(db, 'domain'), { mails: 1, largest_in_24_hours: 1, limit_holds: true })
})

scenario('two who change limits at the same moment: the one that stays is kept', async (t, db, { url }) => {
  await limitDomain(db, 5)
  const [a, b] = [await openSession(url), await openSession(url)]
  t.teardown(() => Promise.all([a.end(), b.end()]))
  await a.query('begin')
  await a.query('insert into daybatch.sender_limits values ($1, 1)', [SENDER])
  const removed = b.query('delete from daybatch.domain_limits')
  await waitUntilBlocked(b, a)
  await a.query('commit')
  await removed
  t.match(await readOne(db, 'select has_shared_limits from daybatch.settings'), { has_shared_limits: true })
  const id = await open(db, { contacts: 5 })
  t.equal((await send(db, id)).length, 1)
})

scenario('two campaigns claim the last places of a domain at the same moment', async (t, db, { url }) => {
  await limitDomain(db, 3)
  const one = await open(db, { contacts: readers(3, 'g.example'), sender: 'a@example.org' })
  const two = await open(db, { contacts: readers(3, 'g.example', 10), sender: 'b@example.org' })
  const [a, b] = [await openSession(url), await openSession(url)]
  t.teardown(() => Promise.all([a.end(), b.end()]))
  await a.query('begin')
  const first = await claim(a.client, one, 2)
  t.equal(first.length, 2)
  const waiting = claim(b.client, two, 3)
  await waitUntilBlocked(b, a)
  await a.query('commit')
  const second = await waiting
  t.equal(second.length, 1, 'the second waits for the first, and gets what is left')
  for (const [id, rows] of [
    [one, first],
    [two, second],
  ] as const) {
    await begin(db, id, rows)
    await report(db, id, rows)
  }
  t.same(await claim(db, one), [])
  t.match(await readProof(db, 'domain'), { mails: 3, largest_in_24_hours: 3, limit_holds: true })
})

const OFFICE = {
  send_window_from: '09:00',
  send_window_to: '17:00',
  send_window_days: [1, 2, 3, 4, 5],
  send_time_zone: 'Europe/Berlin',
}
const readWindows = async (db: pg.Pool, id: string) =>
  (
    await db.query(
      'select send_window_holds from daybatch.daily_limit_proof where campaign_id = $1 order by batch_number',
      [id],
    )
  ).rows.map(row => row.send_window_holds)

scenario('the send window: each mail was begun in it, over several days', async (t, db) => {
  await setClock(db, '2026-03-06T15:59:00Z')
  const { id } = await makeCampaign(db, { contacts: 5, limit: 4, batch_interval: '96 hours', ...OFFICE })
  const { id: free } = await makeCampaign(db)
  await openBatch(db, free)
  await openBatch(db, id)
  const first = await claim(db, id, 1)
  await begin(db, id, first)
  await report(db, id, first)
  // Friday evening: it goes on on Monday morning
  await setClock(db, '2026-03-06T16:00:00Z')
  t.same(await claim(db, id), [])
  await setClock(db, '2026-03-09T08:00:00Z')
  t.equal((await send(db, id)).length, 3)
  t.same(await readWindows(db, id), [true])
  t.same(await readWindows(db, free), [null])
  t.ok(
    (await call(db, 'verify_campaign', id)).some(
      row => row.promise === 'no mail is begun outside of the send window',
    ),
  )
  // a changed window is none of this batch's
  await db.query(`update public.campaigns set send_window_from = '12:00' where id = $1`, [id])
  t.same(await readWindows(db, id), [true])

  for (const moment of ['2026-03-06T16:00:00Z', '2026-03-07T10:00:00Z', '2026-03-09T07:59:59Z']) {
    await db.query(
      'update daybatch.delivery_attempts set sending_at = $2 where attempt_id = (select max(attempt_id) from daybatch.delivery_attempts where campaign_id = $1)',
      [id, moment],
    )
    t.same(await readWindows(db, id), [false], moment)
  }
  await t.rejects(call(db, 'verify_campaign', id), /a mail was begun outside of the send window/)
})

scenario('a window over midnight, on the day that clocks change', async (t, db) => {
  const night = { send_window_from: '22:00', send_window_to: '03:00', send_time_zone: 'Europe/Berlin' }
  // 22:30 in Berlin; at 02:00 the clock goes to 03:00, which ends the window an hour of time sooner
  await setClock(db, '2026-03-28T21:30:00Z')
  const { id } = await makeCampaign(db, { contacts: 4, limit: 4, ...night })
  await openBatch(db, id)
  for (const moment of ['2026-03-28T21:30:00Z', '2026-03-28T23:30:00Z', '2026-03-29T00:59:00Z']) {
    await setClock(db, moment)
    const rows = await claim(db, id, 1)
    t.equal(rows.length, 1, moment)
    await begin(db, id, rows)
    await report(db, id, rows)
  }
  await setClock(db, '2026-03-29T01:00:00Z')
  t.same(await claim(db, id), [])
  t.same(await readWindows(db, id), [true])
})
