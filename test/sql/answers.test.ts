import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { advance } from '../helper/clock.ts'
import {
  accepted,
  begin,
  claim,
  closeBatch,
  greylisted,
  loginRefused,
  makeCampaign,
  noSuchUser,
  openBatch,
  processCampaign,
  type Reply,
  readBatch,
  readCampaign,
  readDeliveries,
  readEvents,
  readOne,
  report,
  send,
} from '../helper/make.ts'
import { after, DAY, MINUTE, scenario } from '../helper/scenario.ts'

const quota: Reply = {
  stage: 'message',
  reply_code: 454,
  reply_text: 'Throttling failure: Daily message quota exceeded for ada@example.org',
}
const policy: Reply = { stage: 'rcpt', reply_code: 554, enhanced_code: '5.7.1', reply_text: 'no' }

/** One mail at a time, as a server sees them; returns how many it took until the campaign stopped. */
async function sendOneByOne(db: pg.Pool, id: string, replies: Reply[]): Promise<number> {
  for (const [index, reply] of replies.entries()) {
    const rows = await claim(db, id, 1)
    if (rows.length === 0) return index
    await begin(db, id, rows)
    await report(db, id, rows, reply)
  }
  return replies.length
}

const statuses = async (db: pg.Pool, id: string) => (await readDeliveries(db, id)).map(row => row.status)
const times = (count: number, reply: Reply) => Array.from({ length: count }, () => reply)

scenario('a used-up quota carries the rest to the next batch and burns nobody', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 6, limit: 6 })
  await openBatch(db, campaign.id)
  t.equal(await sendOneByOne(db, campaign.id, [accepted, accepted, quota, accepted]), 3)
  t.match(await closeBatch(db, campaign.id), {
    closed: true,
    sent_count: 2,
    failed_count: 0,
    remaining_count: 4,
  })
  const row = await readCampaign(db, campaign.id)
  t.match(row, { status: 'sending', contacts_failed: [] })
  t.same(row.next_batch_send_time, after(DAY), 'the grid stays')
  t.same([...row.contacts_remaining].sort(), campaign.contacts.slice(2).sort())
  const blocker = await readOne(
    db,
    'select * from daybatch.campaign_blockers where campaign_id = $1 and ends_at is not null',
    [campaign.id],
  )
  t.match(blocker, { blocker: 'quota', reason: /quota is used up \(message: 454 Throttling failure/ })
  t.notMatch(blocker.reason, /ada@/)
  t.ok((await readEvents(db, campaign.id)).some(({ event }) => event === 'batch_cut_off'))
  await advance(db, '24 hours')
  await processCampaign(db, campaign.id)
  await send(db, campaign.id)
  t.match(await closeBatch(db, campaign.id), { sent_count: 4, remaining_count: 0, completed: true })
})

scenario('what is on its way when the quota ends still counts', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 5, limit: 5 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id, 4)
  await begin(db, campaign.id, rows.slice(0, 2))
  await report(db, campaign.id, rows.slice(0, 1), quota)
  t.match(await begin(db, campaign.id, rows.slice(2, 3)), [{ may_send: false }])
  t.match(await closeBatch(db, campaign.id), { closed: false })
  await report(db, campaign.id, rows.slice(1, 2))
  t.match(await closeBatch(db, campaign.id), { closed: true, sent_count: 1, remaining_count: 4 })
})

for (const [name, reply] of Object.entries<Reply>({
  credentials: loginRefused,
  'sender refused': { stage: 'mail', reply_code: 550, reply_text: 'who?' },
  'sender refused at RCPT': { stage: 'rcpt', reply_code: 550, enhanced_code: '5.1.8' },
  blocklisted: {
    stage: 'rcpt',
    reply_code: 554,
    enhanced_code: '5.7.1',
    reply_text: 'blocked using zen.spamhaus.org',
  },
  'quota refused': {
    stage: 'rcpt',
    reply_code: 550,
    enhanced_code: '5.4.5',
    reply_text: 'Daily sending limit exceeded',
  },
})) {
  scenario(`our fault pauses within five mails and burns nobody: ${name}`, async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 20, limit: 20 })
    await openBatch(db, campaign.id)
    t.ok((await sendOneByOne(db, campaign.id, times(20, reply))) <= 5)
    const row = await readCampaign(db, campaign.id)
    t.match(row, {
      status: 'paused',
      pause_reason: `the server refuses us at ${reply.stage}: ${reply.reply_code}`,
    })
    t.notOk((await statuses(db, campaign.id)).some(status => status === 'failed'))
  })
}

scenario(
  'five refusals of one kind in a row pause, with the reason, and the refused can be taken back',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 20, limit: 20 })
    await openBatch(db, campaign.id)
    t.equal(await sendOneByOne(db, campaign.id, [accepted, ...times(10, policy)]), 6)
    const row = await readCampaign(db, campaign.id)
    t.match(row, {
      status: 'paused',
      pause_reason:
        '5 refusals of one kind in a row (refused_by_policy), the last rcpt: 554 5.7.1 no; daybatch.retry_failed takes the refused back',
    })
    await db.query('select daybatch.resume_campaign($1)', [campaign.id])
    t.equal(await sendOneByOne(db, campaign.id, times(10, policy)), 5, 'counted anew after a resume')
  },
)

scenario('an acceptance ends a row, another kind begins one, a deferral does neither', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 20, limit: 20 })
  await openBatch(db, campaign.id)
  const replies = [...times(4, policy), accepted, ...times(4, noSuchUser), greylisted, policy, noSuchUser]
  // eleven refusals are more than the second rule allows
  await db.query('update daybatch.settings set refusals_in_200 = null')
  t.equal(await sendOneByOne(db, campaign.id, replies), replies.length)
  t.match(await readCampaign(db, campaign.id), { status: 'sending' })
  await sendOneByOne(db, campaign.id, [noSuchUser, greylisted, noSuchUser, noSuchUser, noSuchUser])
  t.match(await readCampaign(db, campaign.id), {
    status: 'paused',
    pause_reason: /^5 refusals .*mailbox_unavailable/,
  })
})

scenario('5 % of the last 200 pause; what is longer ago does not count', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 420, limit: 420 })
  await openBatch(db, campaign.id)
  const some = (refusals: number) =>
    Array.from({ length: 200 }, (_, index) =>
      index % 20 === 0 && index / 20 < refusals ? noSuchUser : accepted,
    )
  for (const replies of [some(9), some(9)]) {
    const rows = await claim(db, campaign.id, 200)
    await begin(db, campaign.id, rows)
    await report(db, campaign.id, rows, replies)
  }
  t.match(await readCampaign(db, campaign.id), { status: 'sending' }, '9 of any 200')
  await sendOneByOne(db, campaign.id, [noSuchUser, accepted, noSuchUser])
  t.match(await readCampaign(db, campaign.id), {
    status: 'paused',
    pause_reason: /^10 of the last 200 answers were refusals/,
  })
})

scenario('a resume never goes past the limit, however often', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 12, limit: 5 })
  await openBatch(db, campaign.id)
  for (let round = 0; round < 4; round++) {
    await send(db, campaign.id, loginRefused)
    await db.query('select daybatch.resume_campaign($1)', [campaign.id])
    await processCampaign(db, campaign.id)
    await advance(db, '10 minutes')
  }
  await send(db, campaign.id)
  await processCampaign(db, campaign.id)
  await db.query('select daybatch.pause_campaign($1)', [campaign.id])
  await db.query('select daybatch.resume_campaign($1)', [campaign.id])
  await processCampaign(db, campaign.id)
  t.match(await readBatch(db, campaign.id, 1), { sent_count: 5, send_limit: 5 })
  t.same(
    (await db.query('select * from daybatch.batches where campaign_id = $1', [campaign.id])).rows.length,
    1,
  )
  t.ok((await readCampaign(db, campaign.id)).next_batch_send_time >= after(DAY - 40 * MINUTE))
})

scenario('a campaign without refusals counts nothing', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3 })
  await openBatch(db, campaign.id)
  await send(db, campaign.id)
  t.same((await db.query('select * from daybatch.refusal_counts')).rows, [])
})

/** The reason and source of each suppression. */
const suppressions = async (db: pg.Pool) =>
  (await db.query('select reason, source from daybatch.suppressions order by reason')).rows
const byServer = { reason: 'bounced', source: 'smtp' }
const unclear: Reply = { stage: 'rcpt', reply_code: 550, reply_text: 'no' }

scenario('no such mailbox: suppressed at once, in every campaign; a retry takes that back', async (t, db) => {
  const emails = ['ada@example.org', 'bob@example.org']
  const campaign = await makeCampaign(db, { contacts: emails })
  await openBatch(db, campaign.id)
  await send(db, campaign.id, [noSuchUser, accepted])
  t.same(await suppressions(db), [byServer])
  await closeBatch(db, campaign.id)
  const other = await makeCampaign(db, { contacts: [] })
  await db.query(
    'insert into public.contact_list_members (list_id, contact_id) select $1, unnest($2::uuid[])',
    [other.lists[0], campaign.contacts],
  )
  await openBatch(db, other.id)
  t.match(await readDeliveries(db, other.id), [
    { status: 'skipped', reason: 'suppressed' },
    { status: 'queued' },
  ])
  await db.query('select daybatch.retry_failed($1)', [campaign.id])
  t.same(await suppressions(db), [])
  await advance(db, '24 hours')
  await processCampaign(db, campaign.id)
  await send(db, campaign.id, [accepted])
  t.same(await statuses(db, campaign.id), ['sent', 'sent'])
})

scenario(
  'an unclear refusal suppresses at the second time; policy and a full mailbox never',
  async (t, db) => {
    const campaign = await makeCampaign(db, {
      contacts: ['ada@example.org', 'bob@example.org', 'cy@example.org'],
    })
    await openBatch(db, campaign.id)
    const full: Reply = { stage: 'rcpt', reply_code: 552, enhanced_code: '5.2.2' }
    await send(db, campaign.id, [unclear, policy, full])
    t.same(await suppressions(db), [])
    const again = await makeCampaign(db, { contacts: [] })
    await db.query(
      'insert into public.contact_list_members (list_id, contact_id) select $1, unnest($2::uuid[])',
      [again.lists[0], campaign.contacts.slice(0, 2)],
    )
    await openBatch(db, again.id)
    await send(db, again.id, [unclear, policy])
    t.same(await suppressions(db), [byServer])
  },
)

scenario('a report told twice is one refusal, and a stale one is none', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 1 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id, 1)
  await report(db, campaign.id, rows, unclear)
  await report(db, campaign.id, rows, unclear)
  t.match((await db.query('select refusal_count from daybatch.refused_addresses')).rows, [
    { refusal_count: 1 },
  ])
})

scenario('a retry leaves what another had a reason for', async (t, db) => {
  const campaign = await makeCampaign(db, {
    contacts: ['ada@example.org', 'bob@example.org', 'cy@example.org'],
  })
  await openBatch(db, campaign.id)
  await send(db, campaign.id, times(3, noSuchUser))
  await db.query(`select daybatch.suppress_address('ada@example.org')`)
  await db.query(
    `select daybatch.unsubscribe_contact(id) from public.contacts where email = 'bob@example.org'`,
  )
  await db.query('select daybatch.retry_failed($1)', [campaign.id])
  t.same(await suppressions(db), [
    { reason: 'manual', source: 'manual' },
    { reason: 'unsubscribed', source: 'manual' },
  ])
})

scenario('content that is refused after the dot pauses at the third in a row', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 20, limit: 20 })
  await openBatch(db, campaign.id)
  const refused: Reply = { stage: 'message', reply_code: 554, enhanced_code: '5.7.1', reply_text: 'spam' }
  t.equal(await sendOneByOne(db, campaign.id, [accepted, ...times(10, refused)]), 4)
  t.match(await readCampaign(db, campaign.id), {
    status: 'paused',
    pause_reason: /^3 refusals of one kind in a row \(content_refused\)/,
  })
})

scenario(
  'an enhanced code that is none of RFC 3463 is cut: what stands in an index must fit',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 2 })
    await openBatch(db, campaign.id)
    const code = randomBytes(5000).toString('hex')
    await send(db, campaign.id, [{ ...noSuchUser, enhanced_code: code }, noSuchUser])
    t.match(
      (
        await db.query(
          'select enhanced_code from daybatch.list_answers($1) order by enhanced_code collate "C"',
          [campaign.id],
        )
      ).rows.map(row => row.enhanced_code),
      ['5.1.1', code.slice(0, 20)].sort(),
    )
  },
)

scenario('answers are grouped: tries, and the contacts whose they are', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 3, limit: 3 })
  await openBatch(db, id)
  const busy: Reply = { stage: 'rcpt', reply_code: 450, enhanced_code: '4.2.1', reply_text: 'busy' }
  const greylist: Reply = { ...busy, enhanced_code: '4.7.1', reply_text: 'come back' }
  await send(db, id, [busy, greylist, accepted])
  await advance(db, '1 hour')
  // one hears the same again, one hears another answer in between
  await send(db, id, busy)
  await advance(db, '1 hour')
  await send(db, id, [busy, { ...greylist, reply_text: 'later' }])
  const { rows } = await db.query(
    `select enhanced_code, tries, contacts, reply_text, is_complete from daybatch.list_answers($1)`,
    [id],
  )
  t.same(rows, [
    { enhanced_code: '4.2.1', tries: 4, contacts: 2, reply_text: 'busy', is_complete: true },
    { enhanced_code: '4.7.1', tries: 2, contacts: 1, reply_text: 'later', is_complete: true },
  ])
})
