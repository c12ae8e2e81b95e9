// Limits over any 24 hours, from the times of hand-over: the rolling limit of a campaign, those of a sender and of a
// recipient domain over all campaigns. What the ledger says afterwards is the judge, never the counting itself.
import fc from 'fast-check'
import type pg from 'pg'
import t from 'tap'
import { setClock } from '../helper/clock.ts'
import { createTestDatabase } from '../helper/database.ts'
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
  makeList,
  noReply,
  noSuchUser,
  openBatch,
  processCampaign,
  type Row,
  readBatch,
  readCampaign,
  readDelivery,
  readOne,
  report,
  send,
} from '../helper/make.ts'
import { readSeed } from '../helper/random.ts'
import { DAY, HOUR, MINUTE, scenario } from '../helper/scenario.ts'
import { openSession, waitUntilBlocked } from '../helper/session.ts'

const iso = (moment: Date | null) => moment?.toISOString().replace('.000', '')

async function readBlocker(db: pg.Pool, id: string, blocker: string): Promise<string | undefined> {
  const { rows } = await db.query(
    'select ends_at from daybatch.campaign_blockers where campaign_id = $1 and blocker = $2',
    [id, blocker],
  )
  return rows.length > 0 ? iso(rows[0].ends_at) : undefined
}

/** The most mails in any 24 hours, each counting from its hand-over until 24 hours later. */
function countLargestDay(times: Date[]): number {
  const sorted = times.map(time => time.getTime()).sort((a, b) => a - b)
  return Math.max(0, ...sorted.map((time, i) => sorted.slice(0, i + 1).filter(t => t > time - DAY).length))
}

/** When mails of campaigns were handed over that were or may have been accepted. */
async function readHandOvers(db: pg.Pool, ids: string[]): Promise<Date[]> {
  const { rows } = await db.query(
    `select distinct delivery_id, coalesce(sending_at, ended_at) as at from daybatch.delivery_attempts
     where campaign_id = any ($1) and outcome in ('sent', 'in_doubt', 'accepted_twice')`,
    [ids],
  )
  return rows.map(row => row.at)
}

scenario('rolling: a slot is free 24 hours after the mail that had it, and the grid stays', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 9, limit: 3, limit_policy: 'rolling' })
  await processCampaign(db, id)
  await send(db, id, [accepted, accepted, greylisted])
  await setClock(db, '2026-03-02T12:00:00Z')
  t.equal((await send(db, id)).length, 1, 'the third at noon')
  await closeBatch(db, id)

  await setClock(db, '2026-03-03T09:00:00Z')
  await processCampaign(db, id)
  t.equal((await send(db, id)).length, 2)
  t.same(await claim(db, id), [])
  t.equal(await readBlocker(db, id, 'rolling_limit'), '2026-03-03T12:00:00Z')
  t.match(await callOne(db, 'list_work'), { is_ready: false, ready_at: new Date('2026-03-03T12:00:00Z') })
  t.match(await readOne(db, 'select waits_for from daybatch.campaign_status where id = $1', [id]), {
    waits_for: 'batch 2 is under way: 2 of 3 sent; its rolling limit holds it until 2026-03-03 12:00:00Z',
  })
  await setClock(db, '2026-03-03T12:00:00Z')
  t.equal((await send(db, id)).length, 1)
  t.equal(iso((await readCampaign(db, id)).next_batch_send_time)!, '2026-03-04T09:00:00Z')
  await closeBatch(db, id)
  const { rows } = await db.query(
    'select rolling_limit_holds, limit_holds and intervals_are_disjoint as holds from daybatch.daily_limit_proof where campaign_id = $1',
    [id],
  )
  t.same(rows, Array(2).fill({ rolling_limit_holds: true, holds: true }))
  t.ok(
    (await call(db, 'verify_campaign', id)).some(
      row => row.promise === 'no interval anywhere exceeds the limit',
    ),
  )
})

scenario('a limit that becomes rolling counts what went out before', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 6, limit: 2 })
  await processCampaign(db, id)
  const first = await claim(db, id, 1)
  await begin(db, id, first)
  await report(db, id, first)
  await setClock(db, '2026-03-02T09:50:00Z')
  await send(db, id)
  await closeBatch(db, id)
  await db.query(`update public.campaigns set limit_policy = 'rolling' where id = $1`, [id])
  await setClock(db, '2026-03-03T09:00:00Z')
  await processCampaign(db, id)
  t.equal((await send(db, id)).length, 1)
  t.same(await claim(db, id), [])
  t.equal(await readBlocker(db, id, 'rolling_limit'), '2026-03-03T09:50:00Z')
})

scenario('the proof of the rolling limit sees a mail too many', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 4, limit: 2, limit_policy: 'rolling' })
  await processCampaign(db, id)
  await send(db, id, [accepted, greylisted])
  await setClock(db, '2026-03-02T12:00:00Z')
  await send(db, id)
  await closeBatch(db, id)
  await setClock(db, '2026-03-03T09:00:00Z')
  await processCampaign(db, id)
  await db.query('delete from daybatch.counted_mails')
  t.equal((await send(db, id)).length, 2, 'without the counts')
  t.match(
    await readOne(
      db,
      'select rolling_limit_holds from daybatch.daily_limit_proof where campaign_id = $1 and batch_number = 2',
      [id],
    ),
    {
      rolling_limit_holds: false,
    },
  )
  await t.rejects(call(db, 'verify_campaign', id), /an interval holds more mails than the rolling limit/)
})

scenario('two campaigns of one sender at the same moment', async (t, db, { url }) => {
  const campaigns = []
  for (const sender of ['News <News@example.org>', 'news@example.org']) {
    const { id } = await makeCampaign(db, { contacts: 5, limit: 5, sender })
    campaigns.push(id)
    await processCampaign(db, id)
  }
  const [one, two] = campaigns as [string, string]
  await db.query(`insert into daybatch.sender_limits values ('news@example.org', 3)`)
  const [a, b] = [await openSession(url), await openSession(url)]
  t.teardown(() => Promise.all([a.end(), b.end()]))
  await a.query('begin')
  t.equal((await claim(a.client, one, 2)).length, 2)
  const second = claim(b.client, two, 5)
  await waitUntilBlocked(b, a)
  await a.query('commit')
  t.equal((await second).length, 1, 'the second waits for the first, and gets what is left')
  t.same(await claim(db, one), [])
  t.equal(
    await readBlocker(db, one, 'sender_limit'),
    '2026-03-02T09:00:10Z',
    'a claim may be given back at any time',
  )
  t.match(await readOne(db, 'select used, room from daybatch.shared_limits'), { used: 3, room: 0 })
  await call(
    db,
    'release_claims',
    (await second).map(row => row.claim_token),
  )
  t.match(await readOne(db, 'select used, room from daybatch.shared_limits'), { used: 2, room: 1 })
  await db.query('update daybatch.sender_limits set daily_limit = 9')
  t.equal(await readBlocker(db, one, 'sender_limit'), undefined, 'a raised limit holds nobody')
  t.equal((await claim(db, one)).length, 3)
})

scenario('a new sender limit counts the day before, caps the batch, and is foretold', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 8, limit: 3 })
  await processCampaign(db, id)
  await send(db, id)
  await db.query(`insert into daybatch.sender_limits values ('default', 2)`)
  t.match(await readOne(db, 'select name, used, room, frees_at from daybatch.shared_limits'), {
    name: 'default',
    used: 3,
    room: 0,
    frees_at: new Date('2026-03-03T09:00:00Z'),
  })
  await closeBatch(db, id)
  t.same(
    (await call(db, 'forecast_campaign', id)).map(row => row.size),
    [2, 2, 1],
  )
  t.match(await readOne(db, 'select expected_size from daybatch.due_batches'), { expected_size: 2 })
  await setClock(db, '2026-03-03T09:00:00Z')
  t.match(await openBatch(db, id), { delivery_count: 2 })
  t.equal((await send(db, id, noSuchUser)).length, 2)
  t.match(
    await readOne(db, 'select used from daybatch.shared_limits'),
    { used: 0 },
    'refused mails do not count',
  )
  await closeBatch(db, id)
  await db.query('delete from daybatch.sender_limits')
  t.match(await readOne(db, 'select has_shared_limits from daybatch.settings'), { has_shared_limits: false })
  await setClock(db, '2026-03-04T09:00:00Z')
  t.match(await openBatch(db, id), { delivery_count: 3 })
})

const addresses = (domains: string) => [...domains].map((domain, n) => `reader-${n}@${domain}.example`)

scenario(
  'a domain that is full in a batch: its contacts are passed over, and stay where they are',
  async (t, db) => {
    await db.query(`insert into daybatch.domain_limits (domain, batch_limit) values ('g.example', 2)`)
    const contacts = await makeContacts(db, [...addresses('ggxggxgx'), 'gone'])
    const lists = [await makeList(db, contacts)]
    const { id } = await makeCampaign(db, { lists, limit: 4 })
    t.match(await openBatch(db, id), { delivery_count: 4, skipped_count: 0 })
    const at = (places: number[]) => places.map(place => contacts[place])
    const sent = await send(db, id)
    t.same(
      sent.map(row => row.contact_id),
      at([0, 1, 2, 5]),
    )
    await closeBatch(db, id)
    t.same((await readCampaign(db, id)).contacts_remaining, at([3, 4, 6, 7, 8]), 'in their order')
    t.match(await readBatch(db, id, 1), { sent_count: 4, failed_count: 0, returned_count: 2 })
    await setClock(db, '2026-03-03T09:00:00Z')
    t.match(await openBatch(db, id), { delivery_count: 3, skipped_count: 1 })
    t.same(
      (await send(db, id)).map(row => row.contact_id),
      at([3, 4, 7]),
    )
    await closeBatch(db, id)
    t.same((await readCampaign(db, id)).contacts_remaining, at([6]))
  },
)

scenario(
  'a domain that is full for the day: tried again when there is room, else back to remaining',
  async (t, db) => {
    await db.query(`insert into daybatch.domain_limits (domain, daily_limit) values ('g.example', 2)`)
    const { id: first } = await makeCampaign(db, { contacts: addresses('ggg'), limit: 3 })
    await processCampaign(db, first)
    t.match(
      await readBatch(db, first, 1),
      { slot_count: 2 },
      'a batch never has more than the domain takes in a day',
    )
    t.equal((await send(db, first)).length, 2)

    const early = await makeContacts(db, ['a@g.example', 'b@x.example', 'c@G.example'])
    const { id: second } = await makeCampaign(db, { lists: [await makeList(db, early)], limit: 3 })
    await processCampaign(db, second)
    t.same(
      (await send(db, second)).map(row => row.contact_id),
      [early[1]],
    )
    t.match(
      await readDelivery(db, second, early[0]!),
      { status: 'deferred', slot: null },
      'not before its cut-off',
    )
    t.match(await closeBatch(db, second), { closed: true })
    t.same((await readCampaign(db, second)).contacts_remaining, [early[0], early[2]], 'in their order')

    await setClock(db, '2026-03-02T12:00:00Z')
    const late = await makeContacts(db, ['d@g.example', 'e@x.example'])
    const { id: third } = await makeCampaign(db, { lists: [await makeList(db, late)], limit: 3 })
    await processCampaign(db, third)
    t.same(
      (await send(db, third)).map(row => row.contact_id),
      [late[1]],
    )
    t.equal(await readBlocker(db, third, 'domain_limit'), '2026-03-03T09:00:00Z')
    t.equal(await readBlocker(db, third, 'retries'), undefined)
    await setClock(db, '2026-03-03T09:00:00Z')
    t.same(
      (await send(db, third)).map(row => row.contact_id),
      [late[0]],
      'in the same batch',
    )
    await closeBatch(db, third)
  },
)

t.test('property: no 24 hours hold more than a limit, whatever happens when', async t => {
  const { pool } = await createTestDatabase(t)
  const seed = readSeed()
  t.comment(`SEED=${seed}`)
  const step = fc.record({
    wait: fc.constantFrom(0, 0, MINUTE, 20 * MINUTE, 2 * HOUR, 9 * HOUR, 13 * HOUR),
    campaign: fc.nat({ max: 1 }),
    count: fc.integer({ min: 1, max: 3 }),
    delay: fc.constantFrom(0, 0, 5 * MINUTE),
    what: fc.constantFrom('send', 'send', 'send', 'refuse', 'defer', 'lose', 'give back', 'sweep'),
  })
  const replies: Record<string, typeof accepted> = {
    send: accepted,
    refuse: noSuchUser,
    defer: greylisted,
    lose: noReply,
  }
  let run = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 15, maxLength: 30 }),
      fc.boolean(),
      async (steps, resend) => {
        let now = Date.UTC(2026, 0, 1) + run++ * 100 * DAY
        await setClock(pool, new Date(now))
        await pool.query('delete from daybatch.sender_limits; delete from daybatch.domain_limits')
        await pool.query(`update public.campaigns set status = 'cancelled' where status = 'sending'`)
        const sender = `sender-${run}@example.org`
        await pool.query('insert into daybatch.sender_limits values ($1, 4)', [sender])
        await pool.query(
          `insert into daybatch.domain_limits (domain, daily_limit) values ('g-${run}.example', 2)`,
        )
        const ids: string[] = []
        for (const n of [0, 1]) {
          const contacts = Array.from(
            { length: 25 },
            (_, i) => `r-${n}-${i}@${i % 2 ? 'x' : 'g'}-${run}.example`,
          )
          const { id } = await makeCampaign(pool, {
            contacts,
            limit: 3,
            sender,
            limit_policy: 'rolling',
            in_doubt_policy: resend ? 'resend' : 'never',
          })
          ids.push(id)
        }
        for (const { wait, campaign, count, delay, what } of steps) {
          now += wait
          await setClock(pool, new Date(now))
          const id = ids[campaign]!
          await processCampaign(pool, id, 'job')
          if (what === 'sweep') await call(pool, 'process_campaigns', null, 'sweep')
          const claimed = await claim(pool, id, count)
          if (what === 'give back')
            await call(
              pool,
              'release_claims',
              claimed.map(row => row.claim_token),
            )
          const reply = replies[what]
          if (!reply || claimed.length === 0) continue
          now += delay
          await setClock(pool, new Date(now))
          const begun: Row[] = await begin(pool, id, claimed)
          await report(
            pool,
            id,
            claimed.filter((_, i) => begun[i]!.may_send),
            reply,
          )
        }
        for (const id of ids) {
          t.ok(countLargestDay(await readHandOvers(pool, [id])) <= 3, 'rolling')
          const { rows } = await pool.query(
            'select 1 from daybatch.daily_limit_proof where campaign_id = $1 and not rolling_limit_holds',
            [id],
          )
          t.same(rows, [])
        }
        const all = await readHandOvers(pool, ids)
        t.ok(all.length > 0 && countLargestDay(all) <= 4, 'the sender')
        const { rows } = await pool.query(
          `select distinct a.delivery_id, a.sending_at as at from daybatch.delivery_attempts as a join daybatch.deliveries as d using (delivery_id)
         join public.contacts as p on p.id = d.contact_id
         where a.campaign_id = any ($1) and a.outcome in ('sent', 'in_doubt') and p.email like '%@g-%'`,
          [ids],
        )
        t.ok(countLargestDay(rows.map(row => row.at)) <= 2, 'the domain')
        t.same((await pool.query('select rule from daybatch.audit')).rows, [])
      },
    ),
    { numRuns: 4, seed },
  )
})
