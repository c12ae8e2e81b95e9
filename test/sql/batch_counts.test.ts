// read_batch_counts and what keeps it: after every step the counts of the open batch are those of its rows.
import type pg from 'pg'
import type { Test } from 'tap'
import { advance } from '../helper/clock.ts'
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
  processCampaign,
  readAudit,
  readOne,
  report,
} from '../helper/make.ts'
import { scenario } from '../helper/scenario.ts'

const COUNTED = `
select (count(*) filter (where d.status = 'queued'))::integer as queued_count, (count(*) filter (where d.status = 'claimed'))::integer as claimed_count,
  (count(*) filter (where d.status = 'sending'))::integer as sending_count, (count(*) filter (where d.status = 'sent'))::integer as sent_count,
  (count(*) filter (where d.status = 'failed'))::integer as failed_count, (count(*) filter (where d.status = 'in_doubt'))::integer as in_doubt_count,
  (count(*) filter (where d.status = 'skipped'))::integer as skipped_count, (count(*) filter (where d.status = 'deferred'))::integer as deferred_count
from daybatch.batches as b join daybatch.deliveries as d on d.campaign_id = b.campaign_id and d.batch_number = b.batch_number
where b.campaign_id = $1 and b.closed_at is null`

/** Asks for the counts, compares them with the rows, and says what they are. */
async function look(t: Test, db: pg.Pool, id: string, expected: Record<string, number>): Promise<void> {
  const counts = await callOne(db, 'read_batch_counts', id)
  t.same(counts, await readOne(db, COUNTED, [id]), JSON.stringify(expected))
  const found = Object.entries(counts).filter(([, count]) => count > 0)
  t.same(Object.fromEntries(found.map(([name, count]) => [name.replace('_count', ''), count])), expected)
}

scenario('every way of a mail through a batch', async (t, db) => {
  const { id, contacts } = await makeCampaign(db, { contacts: 10, limit: 9, in_doubt_policy: 'ask' })
  await db.query('update public.contacts set unsubscribed_at = now() where id = $1', [contacts[0]])
  await openBatch(db, id)
  await look(t, db, id, { queued: 9, skipped: 1 })
  const claimed = await claim(db, id, 6)
  await look(t, db, id, { queued: 3, claimed: 6, skipped: 1 })
  await begin(db, id, claimed.slice(0, 5))
  await look(t, db, id, { queued: 3, claimed: 1, sending: 5, skipped: 1 })
  await report(db, id, claimed.slice(0, 2))
  await look(t, db, id, { queued: 3, claimed: 1, sending: 3, sent: 2, skipped: 1 })
  await report(db, id, claimed.slice(2, 4), [noSuchUser, greylisted])
  await look(t, db, id, { queued: 3, claimed: 1, sending: 1, sent: 2, failed: 1, deferred: 1, skipped: 1 })
  await call(db, 'release_claims', [claimed[0]!.claim_token])
  await look(t, db, id, { queued: 4, sending: 1, sent: 2, failed: 1, deferred: 1, skipped: 1 })

  // the worker is lost, and its answer comes late
  await advance(db, '1 hour')
  await call(db, 'release_expired_claims')
  await look(t, db, id, { queued: 4, sent: 2, failed: 1, in_doubt: 1, deferred: 1, skipped: 1 })
  await report(db, id, claimed.slice(4, 5), accepted)
  await look(t, db, id, { queued: 4, sent: 3, failed: 1, deferred: 1, skipped: 1 })

  // a retry, and a contact that left after the opening
  await db.query(
    `update public.contacts set unsubscribed_at = now() where id = (select contact_id from daybatch.deliveries
     where campaign_id = $1 and status = 'queued' order by slot limit 1)`,
    [id],
  )
  const again = await claim(db, id, 3)
  t.ok(
    again.some(({ attempt_number }) => attempt_number === 2),
    'a retry is among them',
  )
  await look(t, db, id, { queued: 2, claimed: 2, sent: 3, failed: 1, skipped: 2 })
  await begin(db, id, again)
  await report(db, id, again, noReply)
  await look(t, db, id, { queued: 2, sent: 3, failed: 1, in_doubt: 2, skipped: 2 })
  await call(db, 'resolve_all_in_doubt', id, 'not_sent')
  await look(t, db, id, { queued: 2, sent: 3, failed: 1, skipped: 2, deferred: 2 })
  await call(db, 'retry_failed', id)
  await look(t, db, id, { queued: 2, sent: 3, skipped: 2, deferred: 3 })

  // past the cut-off one is still being sent
  const last = await claim(db, id, 2)
  await begin(db, id, last.slice(0, 1))
  await advance(db, '22 hours 50 minutes')
  t.equal((await closeBatch(db, id)).closed, false)
  await look(t, db, id, { sending: 1, sent: 3, skipped: 2, deferred: 4 })
  await call(db, 'release_expired_claims')
  t.equal((await closeBatch(db, id)).closed, true)
  t.same(await call(db, 'read_batch_counts', id), [], 'no batch is open')
})

scenario('a contact removed, a domain that is full', async (t, db) => {
  const addresses = ['a', 'b', 'c', 'd'].map(name => ({ email: `${name}@full.example` }))
  await db.query(`insert into daybatch.domain_limits (domain, daily_limit) values ('full.example', 2)`)
  const { id, contacts } = await makeCampaign(db, { contacts: addresses, limit: 3 })
  const other = await makeCampaign(db, { contacts: [{ email: 'e@full.example' }], limit: 1 })
  await openBatch(db, id)
  await openBatch(db, other.id)
  await claim(db, other.id, 1)
  const before = await callOne(db, 'read_batch_counts', id)
  await claim(db, id, 3)
  t.same(await callOne(db, 'read_batch_counts', id), await readOne(db, COUNTED, [id]), 'passed over')
  t.ok((await callOne(db, 'read_batch_counts', id)).deferred_count > before.deferred_count)
  await call(db, 'remove_contact', id, contacts[0])
  t.same(await callOne(db, 'read_batch_counts', id), await readOne(db, COUNTED, [id]), 'removed')
})

scenario('a second copy in doubt', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 2, limit: 2, in_doubt_policy: 'resend' })
  await openBatch(db, id)
  await begin(db, id, await claim(db, id, 2))
  await advance(db, '1 hour')
  await call(db, 'release_expired_claims')
  await look(t, db, id, { deferred: 2 })
  await advance(db, '1 minute')
  await claim(db, id, 1)
  await look(t, db, id, { claimed: 1, deferred: 1 })
})

scenario(
  'no row: the batch is counted; a wrong one: the audit says it, and count_batch mends it',
  async (t, db) => {
    const { id } = await makeCampaign(db, { contacts: 3, limit: 3 })
    t.same(await call(db, 'read_batch_counts', id), [], 'no batch is open')
    await call(db, 'count_batch', id)
    t.same((await db.query('select from daybatch.batch_counts')).rowCount, 0, 'no row for none')
    await openBatch(db, id)
    const claimed = await claim(db, id, 2)
    await begin(db, id, claimed.slice(0, 1))
    await db.query('delete from daybatch.batch_counts')
    await look(t, db, id, { queued: 1, claimed: 1, sending: 1 })
    await report(db, id, claimed.slice(0, 1))
    await look(t, db, id, { queued: 1, claimed: 1, sent: 1 })
    t.same(await readAudit(db), [])
    await call(db, 'count_batch', id)
    await db.query('update daybatch.batch_counts set sent_count = 2')
    t.match((await readAudit(db)).join(), 'batch_counts says 2 sent')
    await call(db, 'count_batch', id)
    await look(t, db, id, { queued: 1, claimed: 1, sent: 1 })
    await begin(db, id, claimed.slice(1))
    await report(db, id, claimed.slice(1))
    await begin(db, id, await claim(db, id))
    const { rows } = await db.query('select claim_token, delivery_id from daybatch.deliveries where slot = 3')
    await report(db, id, rows)
    await processCampaign(db, id)
    t.same((await db.query('select from daybatch.batch_counts')).rowCount, 0, 'gone with the close')
  },
)
