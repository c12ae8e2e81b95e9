// Pairs of operations that meet on two connections; scripts/faults holds every interleaving, this list explains itself.
import type pg from 'pg'
import type { Test } from 'tap'
import { advance, setClock } from '../helper/clock.ts'
import {
  accepted,
  begin,
  call,
  claim,
  makeCampaign,
  noReply,
  openBatch,
  type Row,
  readAttempts,
  readBatch,
  readCampaign,
  readClaims,
  readDeliveries,
  readJobs,
  report,
  send,
} from '../helper/make.ts'
import type { Refusal } from '../helper/refusal.ts'
import { after, DAY, scenario } from '../helper/scenario.ts'
import { openSession, waitUntilBlocked } from '../helper/session.ts'

type Operation = (client: pg.ClientBase) => Promise<Row[]>
type Answer = Row[] | Refusal

interface Meeting {
  first: Row[]
  second: Answer
}

/**
 * `first` is called in a transaction that stays open; `second` is called on another connection and waits for it; then
 * the first transaction ends, and `second` goes on.
 */
async function meet(
  url: string,
  first: Operation,
  second: Operation,
  end: 'commit' | 'rollback' = 'commit',
): Promise<Meeting> {
  const one = await openSession(url)
  const two = await openSession(url)
  try {
    await one.query('begin')
    const answer = await first(one.client)
    const other = second(two.client).catch((error: Refusal) => error)
    await waitUntilBlocked(two, one)
    await one.query(end)
    return { first: answer, second: await other }
  } finally {
    await one.end()
    await two.end()
  }
}

/** The rows of an operation that must not be refused. */
function rows(t: Test, answer: Answer): Row[] {
  if (!Array.isArray(answer)) t.fail(`refused: ${answer.message}`)
  return Array.isArray(answer) ? answer : []
}

const slots = (answer: Row[]) => answer.map(row => row.slot)
const statuses = async (db: pg.Pool, id: string) => (await readDeliveries(db, id)).map(line => line.status)

const claims =
  (id: string, limit: number): Operation =>
  client =>
    claim(client, id, limit)
const opens =
  (id: string): Operation =>
  client =>
    call(client, 'open_batch', id)
const closes =
  (id: string): Operation =>
  client =>
    call(client, 'close_batch', id)
const sweeps: Operation = client => call(client, 'process_campaigns', null, 'sweep')

// claim, claim

scenario('claim meets claim: together never more than the limit, no slot twice', async (t, db, { url }) => {
  const { id } = await makeCampaign(db, { contacts: 9, limit: 3 })
  await openBatch(db, id)
  const { first, second } = await meet(url, claims(id, 2), claims(id, 2))
  t.same(slots(first), [1, 2])
  t.same(slots(rows(t, second)), [3], 'what was left when the first had committed')
  t.same(await claim(db, id), [])
})

scenario('a claim that is rolled back leaves everything to the other', async (t, db, { url }) => {
  const { id } = await makeCampaign(db, { contacts: 9, limit: 3 })
  await openBatch(db, id)
  const { second } = await meet(url, claims(id, 3), claims(id, 3), 'rollback')
  t.same(slots(rows(t, second)), [1, 2, 3])
})

scenario('eight workers at once share out one batch', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 60, limit: 40 })
  await openBatch(db, id)
  const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => claim(db, id, 7, `worker ${n}`)))
  const claimed = answers.flat()
  t.equal(claimed.length, 40)
  t.equal(new Set(claimed.map(row => row.contact_id)).size, 40)
  t.same(
    slots(claimed).sort((a, b) => a - b),
    Array.from({ length: 40 }, (_, index) => index + 1),
  )
})

// open, open

scenario('open meets open: one batch, the other is told that it is open', async (t, db, { url }) => {
  const { id } = await makeCampaign(db, { contacts: 9, limit: 3 })
  const { first, second } = await meet(url, opens(id), opens(id))
  t.match(first, [{ batch_number: 1, delivery_count: 3 }])
  t.match(second, { code: 'MB007', message: /batch 1 .* is still open/ })
  t.equal((await readDeliveries(db, id)).length, 3)
  t.equal((await readJobs(db, id)).filter(job => job.data.batch_number === 2).length, 1)
})

scenario('the first opening is rolled back: the other one opens', async (t, db, { url }) => {
  const { id } = await makeCampaign(db, { contacts: 9, limit: 3 })
  const { second } = await meet(url, opens(id), opens(id), 'rollback')
  t.match(second, [{ batch_number: 1, delivery_count: 3 }])
})

scenario(
  'a job and a cron process one campaign: opened by one, under way for the other',
  async (t, db, { url }) => {
    const { id } = await makeCampaign(db, { contacts: 9, limit: 3 })
    const { first, second } = await meet(
      url,
      client => call(client, 'process_campaigns', id, 'job'),
      client => call(client, 'process_campaigns', id, 'cron'),
    )
    t.match(first, [{ action: 'opened', batch_number: 1 }])
    t.match(second, [{ action: 'sending', batch_number: 1, reason: '3 to be sent' }])
  },
)

scenario('two sweeps: each campaign is opened by one of them', async (t, db, { url }) => {
  const campaigns = [await makeCampaign(db, { contacts: 2 }), await makeCampaign(db, { contacts: 2 })]
  const { first, second } = await meet(url, sweeps, sweeps)
  t.same(
    first.map(row => row.action),
    ['opened', 'opened'],
  )
  t.same(
    rows(t, second).map(row => row.action),
    ['sending', 'sending'],
  )
  for (const { id } of campaigns) {
    t.equal((await readDeliveries(db, id)).length, 2)
    await send(db, id)
  }
  const closing = await meet(url, sweeps, sweeps)
  t.same(
    closing.first.map(row => row.action),
    ['completed', 'completed'],
  )
  for (const { id } of campaigns) t.equal((await readCampaign(db, id)).batch_history.length, 1)
})

// pause, begin

scenario('a pause meets begin: paused first, nothing is begun', async (t, db, { url }) => {
  const { id } = await makeCampaign(db, { contacts: 3 })
  await openBatch(db, id)
  const claimed = await claim(db, id)
  const { second } = await meet(
    url,
    client => call(client, 'pause_campaign', id),
    client => begin(client, id, claimed),
  )
  t.same(
    rows(t, second).map(row => [row.may_send, row.refusal]),
    claimed.map(() => [false, 'the campaign is paused']),
  )
  t.same(await statuses(db, id), ['claimed', 'claimed', 'claimed'])
})

scenario('begin meets a pause: what was begun goes out, nothing after it', async (t, db, { url }) => {
  const { id } = await makeCampaign(db, { contacts: 3 })
  await openBatch(db, id)
  const claimed = await claim(db, id)
  const { first, second } = await meet(
    url,
    client => begin(client, id, claimed.slice(0, 1)),
    client => call(client, 'pause_campaign', id, 'wrong subject'),
  )
  t.match(first, [{ may_send: true }])
  t.match(second, [{ pause_campaign: 'paused' }])
  t.match(await begin(db, id, claimed.slice(1)), [{ may_send: false }, { may_send: false }])
  t.match(await report(db, id, claimed.slice(0, 1)), [{ recorded: true, status: 'sent' }])
  t.same(await claim(db, id), [])
})

scenario('the same by an update of the application, in both orders', async (t, db, { url }) => {
  const pauses =
    (id: string): Operation =>
    async client =>
      (await client.query(`update campaigns set status = 'paused' where id = $1 returning status`, [id])).rows
  const early = await makeCampaign(db, { contacts: 1 })
  const late = await makeCampaign(db, { contacts: 1 })
  for (const { id } of [early, late]) await openBatch(db, id)
  const earlyClaim = await claim(db, early.id)
  const lateClaim = await claim(db, late.id)
  t.match((await meet(url, pauses(early.id), client => begin(client, early.id, earlyClaim))).second, [
    { may_send: false },
  ])
  t.match(await meet(url, client => begin(client, late.id, lateClaim), pauses(late.id)), {
    first: [{ may_send: true }],
    second: [{ status: 'paused' }],
  })
})

// close, late report

/** A batch of two: one sent, one in doubt. */
async function makeDoubt(db: pg.Pool): Promise<{ id: string; doubted: Row[] }> {
  const { id } = await makeCampaign(db, { contacts: 2 })
  await openBatch(db, id)
  const claimed = await claim(db, id)
  await begin(db, id, claimed)
  await report(db, id, claimed, [accepted, noReply])
  return { id, doubted: claimed.slice(1) }
}

scenario('close meets a late acceptance: counted as failed, then settled as sent', async (t, db, { url }) => {
  const { id, doubted } = await makeDoubt(db)
  const { first, second } = await meet(url, closes(id), client => report(client, id, doubted, accepted))
  t.match(first, [{ closed: true, sent_count: 1, failed_count: 1, completed: true }])
  t.match(second, [{ recorded: true, status: 'sent' }])
  const row = await readCampaign(db, id)
  t.match(row, { contacts_failed: [], batch_history: [{ sent_count: 1, failed_count: 1 }] })
  t.same(row.contacts_processed.length, 2)
})

scenario('a late acceptance meets close: counted as sent', async (t, db, { url }) => {
  const { id, doubted } = await makeDoubt(db)
  const { first, second } = await meet(url, client => report(client, id, doubted, accepted), closes(id))
  t.match(first, [{ recorded: true, status: 'sent' }])
  t.match(second, [{ closed: true, sent_count: 2, failed_count: 0, completed: true }])
})

scenario('close meets close: one entry of history', async (t, db, { url }) => {
  const { id } = await makeCampaign(db, { contacts: 2 })
  await openBatch(db, id)
  await send(db, id)
  const { second } = await meet(url, closes(id), closes(id))
  t.match(second, [{ batch_number: null, reason: 'no open batch', completed: true }])
  t.equal((await readCampaign(db, id)).batch_history.length, 1)
})

// report, release of expired claims

/** A mail that is being sent under a claim whose lease has just ended. */
async function makeExpired(db: pg.Pool): Promise<{ id: string; sending: Row[] }> {
  const { id } = await makeCampaign(db, { contacts: 1 })
  await openBatch(db, id)
  const sending = await claim(db, id)
  await begin(db, id, sending)
  await advance(db, '61 seconds')
  return { id, sending }
}

const releases: Operation = client => call(client, 'release_expired_claims')

scenario(
  'a report meets the release of its claim: the answer counts, nothing is in doubt',
  async (t, db, { url }) => {
    const { id, sending } = await makeExpired(db)
    const { first, second } = await meet(url, client => report(client, id, sending), releases)
    t.match(first, [{ recorded: true, status: 'sent' }])
    t.match(second, [{ release_expired_claims: 0 }])
    t.same(
      (await readAttempts(db, id)).map(row => row.outcome),
      ['sent'],
    )
    t.same(await readClaims(db, id), [])
  },
)

scenario(
  'the release meets a report: in doubt for a moment, then settled by the late answer',
  async (t, db, { url }) => {
    const { id, sending } = await makeExpired(db)
    const { first, second } = await meet(url, releases, client => report(client, id, sending))
    t.match(first, [{ release_expired_claims: 1 }])
    t.match(second, [{ recorded: true, status: 'sent' }])
    t.same(
      (await readAttempts(db, id)).map(row => row.outcome),
      ['in_doubt', 'sent'],
    )
  },
)

scenario('the release meets a heartbeat: the lease has ended, the worker is told', async (t, db, { url }) => {
  const { id, sending } = await makeExpired(db)
  const { second } = await meet(url, releases, client =>
    call(client, 'extend_claims', [sending[0]!.claim_token]),
  )
  t.same(second, [])
  t.same(await statuses(db, id), ['in_doubt'])
})

// a limit that changes

for (const [name, change] of [
  [
    'set_daily_limit',
    (id: string): Operation =>
      client =>
        call(client, 'set_daily_limit', id, 5),
  ],
  [
    'an update of the application',
    (id: string): Operation =>
      async client =>
        (await client.query('update campaigns set daily_send_limit = 5 where id = $1 returning id', [id]))
          .rows,
  ],
] as const) {
  scenario(`${name} meets open: the batch has the new limit`, async (t, db, { url }) => {
    const { id } = await makeCampaign(db, { contacts: 9, limit: 3 })
    t.match((await meet(url, change(id), opens(id))).second, [{ delivery_count: 5 }])
    t.match(await readBatch(db, id, 1), { send_limit: 5, slot_count: 5 })
  })

  scenario(
    `open meets ${name}: the batch keeps the limit that it was opened with`,
    async (t, db, { url }) => {
      const { id } = await makeCampaign(db, { contacts: 9, limit: 3 })
      const { first, second } = await meet(url, opens(id), change(id))
      t.match(first, [{ delivery_count: 3 }])
      t.equal(rows(t, second).length, 1)
      t.equal((await send(db, id)).length, 3)
      await call(db, 'close_batch', id)
      await setClock(db, after(DAY))
      t.match(await openBatch(db, id), { delivery_count: 5 })
    },
  )
}

// a contact that changes

const leaves = {
  'a deletion': 'delete from contacts where id = $1 returning id',
  'an unsubscription': 'update contacts set unsubscribed_at = now() where id = $1 returning id',
}

for (const [name, statement] of Object.entries(leaves)) {
  scenario(
    `${name} that is not committed stops no claim; committed, the contact is skipped`,
    async (t, db, { url }) => {
      const { id, contacts } = await makeCampaign(db, { contacts: 3, limit: 3 })
      await openBatch(db, id)
      const application = await openSession(url)
      await application.query('begin')
      await application.query(statement, [contacts[0]])
      t.same(slots(await claim(db, id, 1)), [1], 'a claim waits for no application')
      await application.query(statement, [contacts[1]])
      await application.query('commit')
      await application.end()
      t.same(slots(await claim(db, id)), [3])
      t.same(await statuses(db, id), ['claimed', 'skipped', 'claimed'])
    },
  )
}

/** A claim that has looked at its contacts and waits before it answers, while `change` is committed. */
async function changeDuringClaim(url: string, id: string, change: Operation): Promise<Row[]> {
  const worker = await openSession(url)
  const other = await openSession(url)
  try {
    await other.query('begin; lock table daybatch.claims in share mode')
    const claimed = claim(worker.client, id)
    await waitUntilBlocked(worker, other)
    await change(other.client)
    await other.query('commit')
    return await claimed
  } finally {
    await worker.end()
    await other.end()
  }
}

for (const policy of ['never', 'resend']) {
  scenario(
    `an address that changes inside a claim never gets two mails (policy ${policy})`,
    async (t, db, { url }) => {
      const { id, contacts } = await makeCampaign(db, {
        contacts: ['a@example.org', 'b@example.org', 'c@example.org'],
        limit: 3,
        in_doubt_policy: policy,
      })
      await openBatch(db, id)
      const first = await claim(db, id, 1)
      await begin(db, id, first)
      await report(db, id, first)
      const claimed = await changeDuringClaim(
        url,
        id,
        async client =>
          (
            await client.query(`update contacts set email = 'a@example.org' where id = $1 returning id`, [
              contacts[1],
            ])
          ).rows,
      )
      t.same(
        claimed.map(row => row.email),
        ['c@example.org'],
      )
      await begin(db, id, claimed)
      await report(db, id, claimed)
      t.match(await call(db, 'close_batch', id), [{ closed: false, reason: '1 to be sent' }])
      await advance(db, '61 seconds')
      await call(db, 'release_expired_claims')
      t.same(await claim(db, id), [], 'looked at again when the lease has ended')
      t.match(await readDeliveries(db, id), [
        { status: 'sent' },
        { status: 'skipped', reason: 'duplicate_address' },
        { status: 'sent' },
      ])
    },
  )
}
