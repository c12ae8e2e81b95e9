// Every try, who was not mailed and why, and what nobody knows: delivery_log, failed_contacts, in_doubt_deliveries.
import type pg from 'pg'
import { advance } from '../helper/clock.ts'
import {
  accepted,
  begin,
  call,
  claim,
  closeBatch,
  greylisted,
  makeCampaign,
  noReply,
  noSuchUser,
  openBatch,
  type Row,
  readDeliveries,
  report,
} from '../helper/make.ts'
import { after, MINUTE, scenario } from '../helper/scenario.ts'

/** One contact of each end: accepted, refused, in doubt, deferred once and then refused, skipped; one worker lost. */
async function makeEnds(db: pg.Pool) {
  const campaign = await makeCampaign(db, {
    name: 'Spring offer',
    contacts: [
      'a@example.org',
      'b@example.org',
      'c@example.org',
      'd@example.org',
      'e@example.org',
      { email: 'f@example.org', unsubscribed_at: after(0) },
    ],
    limit: 6,
  })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id, 4)
  await begin(db, campaign.id, rows)
  const lost = await claim(db, campaign.id, 1, 'lost')
  await begin(db, campaign.id, lost)
  await report(db, campaign.id, rows, [
    accepted,
    { ...noSuchUser, reply_text: 'No such user here' },
    noReply,
    greylisted,
  ])
  await advance(db, '15 minutes')
  const again = await claim(db, campaign.id)
  await call(db, 'release_expired_claims')
  await begin(db, campaign.id, again)
  await report(db, campaign.id, again, {
    stage: 'message',
    reply_code: 554,
    enhanced_code: '5.7.1',
    reply_text: 'Content refused',
  })
  await closeBatch(db, campaign.id)
  const ids = new Map((await readDeliveries(db, campaign.id)).map(row => [row.contact_id, row.delivery_id]))
  return { campaign, ids: campaign.contacts.map(contact => ids.get(contact)) }
}

const read = async (db: pg.Pool, query: string): Promise<Row[]> => (await db.query(query)).rows

scenario('delivery_log: one row per try, with the server’s words', async (t, db) => {
  const { campaign, ids } = await makeEnds(db)
  const rows = await read(db, 'select * from daybatch.delivery_log order by attempt_id')
  const line = {
    campaign_id: campaign.id,
    batch_number: 1,
    attempt_number: 1,
    worker_id: 'worker',
    sending_at: after(0),
    ended_at: after(0),
  }
  t.match(rows, [
    {
      ...line,
      delivery_id: ids[0],
      contact_id: campaign.contacts[0],
      slot: 1,
      outcome: 'sent',
      stage: 'message',
      reply_code: 250,
      reply_text: '2.0.0 Ok: queued',
      rule: 'accepted',
      status: 'sent',
    },
    {
      ...line,
      delivery_id: ids[1],
      slot: 2,
      outcome: 'failed',
      stage: 'rcpt',
      reply_code: 550,
      enhanced_code: '5.1.1',
      rule: 'mailbox_unavailable',
      status: 'failed',
      sending_at: null,
    },
    {
      ...line,
      delivery_id: ids[2],
      slot: 3,
      outcome: 'in_doubt',
      stage: 'message',
      reply_code: null,
      rule: 'no_reply_after_354',
      status: 'in_doubt',
    },
    {
      ...line,
      delivery_id: ids[3],
      slot: 4,
      outcome: 'deferred',
      stage: 'rcpt',
      reply_code: 450,
      rule: 'recipient_deferred',
      status: 'failed',
      sending_at: null,
    },
    {
      ...line,
      delivery_id: ids[4],
      slot: 5,
      outcome: 'in_doubt',
      stage: 'lease',
      reply_code: null,
      rule: 'worker_lost',
      status: 'in_doubt',
      worker_id: 'lost',
      ended_at: after(15 * MINUTE),
    },
    {
      ...line,
      delivery_id: ids[3],
      slot: 4,
      outcome: 'failed',
      stage: 'message',
      reply_code: 554,
      attempt_number: 2,
      status: 'failed',
      sending_at: after(15 * MINUTE),
      ended_at: after(15 * MINUTE),
    },
  ])
  t.equal(rows.length, 6)
})

scenario('failed_contacts: refused or skipped and why, in the last words', async (t, db) => {
  const { campaign, ids } = await makeEnds(db)
  const rows = await read(db, 'select * from daybatch.failed_contacts order by delivery_id')
  t.match(rows, [
    {
      campaign_id: campaign.id,
      contact_id: campaign.contacts[1],
      batch_number: 1,
      status: 'failed',
      reason: 'mailbox_unavailable',
      stage: 'rcpt',
      reply_code: 550,
      enhanced_code: '5.1.1',
      reply_text: 'No such user here',
      attempt_count: 1,
      failed_at: after(0),
      delivery_id: ids[1],
    },
    {
      contact_id: campaign.contacts[3],
      status: 'failed',
      reason: 'content_refused',
      stage: 'message',
      reply_code: 554,
      reply_text: 'Content refused',
      attempt_count: 2,
      failed_at: after(15 * MINUTE),
    },
    {
      contact_id: campaign.contacts[5],
      status: 'skipped',
      reason: 'unsubscribed',
      stage: null,
      reply_code: null,
      reply_text: null,
      attempt_count: 0,
      failed_at: after(0),
    },
  ])
  t.equal(rows.length, 3)
  await call(db, 'retry_failed', campaign.id, [campaign.contacts[1]])
  t.equal((await read(db, 'select from daybatch.failed_contacts')).length, 2, 'put back: failed no more')
})

scenario('in_doubt_deliveries: until they are settled', async (t, db) => {
  const { campaign, ids } = await makeEnds(db)
  const view = 'select * from daybatch.in_doubt_deliveries order by delivery_id'
  const line = {
    campaign_id: campaign.id,
    name: 'Spring offer',
    batch_number: 1,
    sending_at: after(0),
    in_doubt_policy: 'never',
    evidence: null,
  }
  t.same(await read(db, view), [
    {
      ...line,
      contact_id: campaign.contacts[2],
      slot: 3,
      in_doubt_since: after(0),
      reason: 'no_reply_after_354',
      delivery_id: ids[2],
    },
    {
      ...line,
      contact_id: campaign.contacts[4],
      slot: 5,
      in_doubt_since: after(15 * MINUTE),
      reason: 'worker_lost',
      delivery_id: ids[4],
    },
  ])
  await call(db, 'resolve_in_doubt', campaign.id, campaign.contacts[2], 'sent')
  await call(db, 'resolve_in_doubt', campaign.id, campaign.contacts[4], 'not_sent')
  t.same(await read(db, view), [])
})
