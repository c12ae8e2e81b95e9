// list_failures and what keeps its counts (batch_failures): after every step its answer is that of a plain grouping of the
// ledger, whatever changed an end of a batch that is open or closed.
import type pg from 'pg'
import type { Test } from 'tap'
import { advance } from '../helper/clock.ts'
import {
  accepted,
  begin,
  call,
  claim,
  closeBatch,
  insertRow,
  makeCampaign,
  makeContacts,
  noReply,
  noSuchUser,
  openBatch,
  type Reply,
  type Row,
  readAudit,
  report,
  reportJson,
} from '../helper/make.ts'
import { scenario } from '../helper/scenario.ts'

const GROUPED = `
select g.status, g.reason, g.contacts, g.last_at, l.stage, l.reply_code, l.enhanced_code, l.reply_text
from (
  select d.status, case when d.status <> 'in_doubt' then d.reason end as reason, count(*)::integer as contacts, max(d.settled_at) as last_at, max(d.delivery_id) as last_id
  from daybatch.deliveries as d
  where d.campaign_id = $1 and d.status in ('failed', 'skipped', 'in_doubt')
  group by 1, 2
) as g
left join lateral (
  select a.* from daybatch.delivery_attempts as a where a.campaign_id = $1 and a.delivery_id = g.last_id order by a.attempt_id desc limit 1
) as l on g.status <> 'skipped'
order by g.contacts desc, g.status, g.reason`

const COUNTED = `
select f.batch_number as batch, f.status, f.reason, f.contacts from daybatch.batch_failures as f where f.campaign_id = $1
order by 1, 2, 3`

const refused: Reply = { stage: 'rcpt', reply_code: 550, enhanced_code: '5.7.1', reply_text: 'not wanted' }
const hour = '1 hour'
const day = '24 hours'

/** Asks for the failures, compares them with the ledger's, and says how many there are of each status. */
async function look(t: Test, db: pg.Pool, id: string, expected: Record<string, number>): Promise<void> {
  const failures = await call(db, 'list_failures', id)
  t.same(failures, (await db.query(GROUPED, [id])).rows, JSON.stringify(expected))
  const sums: Record<string, number> = {}
  for (const { status, contacts } of failures) sums[status] = (sums[status] ?? 0) + contacts
  t.same(sums, expected)
}

/** What has been counted: batch, status, contacts. */
const readCounted = async (db: pg.Pool, id: string) =>
  (await db.query(COUNTED, [id])).rows.map(({ batch, status, contacts }) => [batch, status, contacts])

/** Opens a batch, sends all of it with these answers, and closes it. */
async function sendBatch(db: pg.Pool, id: string, replies: Reply | Reply[]): Promise<Row[]> {
  await openBatch(db, id)
  const claimed = await claim(db, id)
  await begin(db, id, claimed)
  await report(db, id, claimed, replies)
  await closeBatch(db, id)
  await advance(db, day)
  return claimed
}

scenario('every way of an end, in an open batch and in closed ones', async (t, db) => {
  const { id, contacts } = await makeCampaign(db, { contacts: 12, limit: 5, in_doubt_policy: 'ask' })
  await look(t, db, id, {})
  await db.query('update public.contacts set unsubscribed_at = now() where id = any ($1)', [
    [contacts[0], contacts[7]],
  ])
  await openBatch(db, id)
  await look(t, db, id, { skipped: 1 })
  const first = await claim(db, id)
  await begin(db, id, first)
  await report(db, id, first.slice(0, 3), [noSuchUser, refused, noSuchUser])
  await look(t, db, id, { skipped: 1, failed: 3 })
  t.same(await readCounted(db, id), [], 'an open batch is not counted')
  await advance(db, hour)
  await call(db, 'release_expired_claims')
  await look(t, db, id, { skipped: 1, failed: 3, in_doubt: 2 })
  t.equal((await closeBatch(db, id)).closed, true)
  await look(t, db, id, { skipped: 1, failed: 3, in_doubt: 2 })
  t.same(await readCounted(db, id), [
    [1, 'failed', 2],
    [1, 'failed', 1],
    [1, 'in_doubt', 2],
    [1, 'skipped', 1],
  ])

  await advance(db, day)
  const second = await sendBatch(db, id, [accepted, refused, noReply, noReply, noReply])
  await look(t, db, id, { skipped: 2, failed: 4, in_doubt: 5 })

  // a lost worker's answer, an operator's words
  await report(db, id, first.slice(3, 4), accepted)
  await look(t, db, id, { skipped: 2, failed: 4, in_doubt: 4 })
  await call(db, 'resolve_in_doubt', id, second[2]!.contact_id, 'sent')
  await look(t, db, id, { skipped: 2, failed: 4, in_doubt: 3 })
  await call(db, 'resolve_in_doubt', id, second[3]!.contact_id, 'not_sent')
  await look(t, db, id, { skipped: 2, failed: 4, in_doubt: 2 })
  await call(db, 'resolve_all_in_doubt', id, 'not_sent')
  await look(t, db, id, { skipped: 2, failed: 4 })
  t.same(
    await readCounted(db, id),
    [
      [1, 'failed', 2],
      [1, 'failed', 1],
      [1, 'skipped', 1],
      [2, 'failed', 1],
      [2, 'skipped', 1],
    ],
    'both batches were counted anew',
  )

  // refused contacts again, some and all; they end in another batch than before
  await call(db, 'retry_failed', id, [first[0]!.contact_id])
  await look(t, db, id, { skipped: 2, failed: 3 })
  await call(db, 'retry_failed', id)
  await look(t, db, id, { skipped: 2 })
  await call(db, 'remove_contact', id, first[1]!.contact_id)
  await look(t, db, id, { skipped: 2 })
  await db.query('delete from public.contacts where id = $1', [first[2]!.contact_id])
  await sendBatch(db, id, noSuchUser)
  await look(t, db, id, { skipped: 4, failed: 5 })
  await call(db, 'retry_failed', id)
  await look(t, db, id, { skipped: 4 })
  await sendBatch(db, id, refused)
  await look(t, db, id, { skipped: 4, failed: 5 })
  await call(db, 'erase_contact', second[1]!.contact_id)
  await look(t, db, id, { skipped: 4, failed: 5 })
  t.same(
    (await readCounted(db, id)).map(([batch]) => batch).filter((batch, at, all) => all.indexOf(batch) === at),
    [1, 2, 3, 4],
  )
})

scenario('returned at the cut-off, skipped when its turn comes again', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 3, limit: 3 })
  await openBatch(db, id)
  await begin(db, id, await claim(db, id, 1))
  await advance(db, day)
  await call(db, 'release_expired_claims')
  t.equal((await closeBatch(db, id)).closed, true)
  await look(t, db, id, { in_doubt: 1 })
  await db.query('update public.contacts set unsubscribed_at = now()')
  await openBatch(db, id)
  await look(t, db, id, { in_doubt: 1, skipped: 2 })
  t.equal((await closeBatch(db, id)).closed, true)
  await look(t, db, id, { in_doubt: 1, skipped: 2 })
})

scenario('the policy resend: both copies in doubt', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 2, limit: 2, in_doubt_policy: 'resend' })
  await db.query('update daybatch.settings set deferral_limit = 2')
  await openBatch(db, id)
  const tries = await claim(db, id)
  await begin(db, id, tries)
  await report(db, id, tries, noReply)
  await look(t, db, id, {})
  await advance(db, hour)
  const again = await claim(db, id)
  await begin(db, id, again)
  await report(db, id, again, [noReply, noSuchUser])
  await look(t, db, id, { in_doubt: 2 })
  await closeBatch(db, id)
  await look(t, db, id, { in_doubt: 2 })
  // the first copy's late answer
  await report(db, id, tries.slice(0, 1), accepted)
  await look(t, db, id, { in_doubt: 1 })
})

scenario("an older method's failures stand in its closed batch", async (t, db) => {
  const contacts = await makeContacts(db, 4)
  const { id } = await makeCampaign(db, { contacts, limit: 2 })
  await db.query(
    `create table public.sent_log (campaign_id uuid, contact_id uuid, at timestamptz, state text);
     grant select on public.sent_log to daybatch_owner;
     create or replace view daybatch.legacy_mailed as
     select l.campaign_id, l.contact_id, l.at as mailed_at, l.state from public.sent_log as l`,
  )
  for (const [index, state] of ['failed', 'in_doubt', 'mailed'].entries()) {
    await insertRow(db, 'public.sent_log', {
      campaign_id: id,
      contact_id: contacts[index],
      at: '2026-02-01T00:00:00Z',
      state,
    })
  }
  await call(db, 'initialize_contact_tracking', id)
  await look(t, db, id, { failed: 1, in_doubt: 1 })
  t.equal((await readCounted(db, id)).length, 2)
  await call(db, 'resolve_all_in_doubt', id, 'sent')
  await look(t, db, id, { failed: 1 })
})

scenario(
  'a batch without counts is counted; wrong ones: the audit says it, and count_failures mends it',
  async (t, db) => {
    const { id } = await makeCampaign(db, { contacts: 6, limit: 2 })
    await sendBatch(db, id, [noSuchUser, refused])
    await sendBatch(db, id, [noSuchUser, accepted])
    const failures = await call(db, 'list_failures', id)
    // as before there were counts
    await db.query('delete from daybatch.batch_failures where batch_number = 1')
    t.same(await call(db, 'list_failures', id), failures)
    await db.query('delete from daybatch.batch_failures')
    t.same(await call(db, 'list_failures', id), failures)
    t.same(await readAudit(db), [])
    await call(db, 'count_failures', id, [2])
    t.same((await readCounted(db, id)).length, 1)
    t.same(await call(db, 'list_failures', id), failures)
    await call(db, 'count_failures', id)
    t.same((await readCounted(db, id)).length, 3)
    t.same(await call(db, 'list_failures', id), failures)

    for (const spoil of [
      'update daybatch.batch_failures set contacts = 7 where batch_number = 2',
      `update daybatch.batch_failures set last_at = last_at + interval '1 second' where batch_number = 2`,
      'update daybatch.batch_failures set last_delivery_id = 0 where batch_number = 2',
      `update daybatch.batch_failures set reason = 'policy' where batch_number = 2`,
      `delete from daybatch.batch_failures where batch_number = 1 and reason <> 'mailbox_unavailable'`,
    ]) {
      await db.query(spoil)
      t.match((await readAudit(db)).join(), 'batch_failures says', spoil)
      await call(db, 'count_failures', id)
      t.same(await readAudit(db), [], spoil)
    }
    // an open one has none, asked for or not
    await openBatch(db, id)
    await reportJson(db, id, [])
    await call(db, 'count_failures', id, [3])
    t.same((await readCounted(db, id)).length, 3)
    t.same(await call(db, 'list_failures', id), failures)
  },
)
