import { randomUUID } from 'node:crypto'
import { advance, setClock } from '../helper/clock.ts'
import {
  accepted,
  begin,
  call,
  claim,
  closeBatch,
  greylisted,
  loginRefused,
  makeCampaign,
  noReply,
  noSuchUser,
  openBatch,
  readAttempts,
  readBatch,
  readCampaign,
  readClaims,
  readDeliveries,
  readDelivery,
  readState,
  report,
  reportJson,
  send,
  serverGone,
} from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { after, DAY, HOUR, MINUTE, scenario } from '../helper/scenario.ts'

scenario('each outcome: status, attempt, answer', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 4 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id, 4, 'worker-7')
  await advance(db, '1 second')
  await begin(db, campaign.id, rows)
  await advance(db, '1 second')
  const answer = await report(db, campaign.id, rows, [
    { ...accepted, enhanced_code: '2.0.0' },
    noSuchUser,
    greylisted,
    noReply,
  ])
  t.same(answer, [
    {
      delivery_id: rows[0]!.delivery_id,
      recorded: true,
      status: 'sent',
      rule: 'accepted',
      batch_finished: false,
    },
    {
      delivery_id: rows[1]!.delivery_id,
      recorded: true,
      status: 'failed',
      rule: 'mailbox_unavailable',
      batch_finished: false,
    },
    {
      delivery_id: rows[2]!.delivery_id,
      recorded: true,
      status: 'deferred',
      rule: 'recipient_deferred',
      batch_finished: false,
    },
    {
      delivery_id: rows[3]!.delivery_id,
      recorded: true,
      status: 'in_doubt',
      rule: 'no_reply_after_354',
      batch_finished: false,
    },
  ])
  const at = after(2000)
  const [sent, failed, deferred, doubtful] = await readDeliveries(db, campaign.id)
  t.match(sent, { status: 'sent', reason: null, retry_at: null, attempt_count: 1, slot: 1 })
  t.same(sent!.settled_at, at)
  t.match(failed, { status: 'failed', reason: 'mailbox_unavailable', attempt_count: 1 })
  t.same(failed!.settled_at, at)
  t.match(deferred, {
    status: 'deferred',
    reason: null,
    settled_at: null,
    attempt_count: 1,
    deferral_count: 1,
    slot: 3,
  })
  t.same(deferred!.retry_at, after(2000 + 15 * MINUTE))
  t.same(deferred!.deferred_since, at)
  t.match(doubtful, { status: 'in_doubt', reason: 'no_reply_after_354' })
  t.same(doubtful!.settled_at, at)
  const attempts = await readAttempts(db, campaign.id)
  t.same(
    attempts.map(row => [row.delivery_id, row.stage, row.reply_code, row.outcome, row.rule]).sort(),
    [
      [rows[0]!.delivery_id, 'message', 250, 'sent', 'accepted'],
      [rows[1]!.delivery_id, 'rcpt', 550, 'failed', 'mailbox_unavailable'],
      [rows[2]!.delivery_id, 'rcpt', 450, 'deferred', 'recipient_deferred'],
      [rows[3]!.delivery_id, 'message', null, 'in_doubt', 'no_reply_after_354'],
    ].sort(),
  )
  const first = attempts.find(row => row.delivery_id === rows[0]!.delivery_id)!
  t.match(first, {
    worker_id: 'worker-7',
    batch_number: 1,
    slot: 1,
    attempt_number: 1,
    claim_token: rows[0]!.claim_token,
    enhanced_code: '2.0.0',
    reply_text: '2.0.0 Ok: queued',
  })
  t.same(first.sending_at, after(1000))
  t.same(first.ended_at, at)
  t.same(await readClaims(db, campaign.id), [], 'a claim goes with its last report')
})

scenario(
  'a claim shrinks report by report, and the last one says that the batch is finished',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 3 })
    await openBatch(db, campaign.id)
    const rows = await claim(db, campaign.id)
    await begin(db, campaign.id, rows)
    t.equal((await report(db, campaign.id, rows.slice(0, 1)))[0]!.batch_finished, false)
    t.same((await readClaims(db, campaign.id))[0]!.delivery_ids, [rows[1]!.delivery_id, rows[2]!.delivery_id])
    t.equal((await report(db, campaign.id, rows.slice(1, 2)))[0]!.batch_finished, false)
    t.equal((await report(db, campaign.id, rows.slice(2)))[0]!.batch_finished, true)
    t.same((await readCampaign(db, campaign.id)).contacts_processed, [], 'the arrays wait for the close')
  },
)

scenario(
  'not finished while something is queued, claimed by another, or waits for its retry',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 3 })
    await openBatch(db, campaign.id)
    const [one] = await claim(db, campaign.id, 1)
    const [two] = await claim(db, campaign.id, 1)
    t.equal((await report(db, campaign.id, [one!]))[0]!.batch_finished, false)
    const [three] = await claim(db, campaign.id, 1)
    t.equal((await report(db, campaign.id, [two!]))[0]!.batch_finished, false)
    t.equal((await report(db, campaign.id, [three!], greylisted))[0]!.batch_finished, false)
    await advance(db, '15 minutes')
    const [again] = await claim(db, campaign.id)
    t.equal((await report(db, campaign.id, [again!]))[0]!.batch_finished, true)
  },
)

scenario('told twice counts once', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 4 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id)
  await begin(db, campaign.id, rows)
  const replies = [accepted, noSuchUser, greylisted, noReply]
  await report(db, campaign.id, rows, replies)
  const before = await readState(db, campaign.id)
  await advance(db, '1 minute')
  const answer = await report(db, campaign.id, rows, replies)
  t.same(
    answer.map(row => [row.recorded, row.status]),
    [
      [true, 'sent'],
      [true, 'failed'],
      [true, 'deferred'],
      [true, 'in_doubt'],
    ],
  )
  t.same(await readState(db, campaign.id), before)
})

scenario('one report twice in one call', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2 })
  await openBatch(db, campaign.id)
  const [row] = await claim(db, campaign.id, 1)
  await begin(db, campaign.id, [row!])
  t.same(
    (await report(db, campaign.id, [row!, row!])).map(line => [line.recorded, line.status]),
    [
      [true, 'sent'],
      [true, 'sent'],
    ],
  )
  t.equal((await readAttempts(db, campaign.id)).length, 1)
  t.equal((await readDeliveries(db, campaign.id))[0]!.attempt_count, 1)
})

scenario('sent never goes back, whatever is told later', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 1 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id)
  await begin(db, campaign.id, rows)
  await report(db, campaign.id, rows)
  const before = await readState(db, campaign.id)
  for (const reply of [noSuchUser, greylisted, noReply, serverGone, loginRefused]) {
    await report(db, campaign.id, rows, reply)
    t.same(await readState(db, campaign.id), before, reply.stage)
  }
})

scenario('stale and foreign tokens change nothing', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3 })
  const other = await makeCampaign(db, { contacts: 1 })
  await openBatch(db, campaign.id)
  await openBatch(db, other.id)
  const [row] = await claim(db, campaign.id, 1)
  const [foreign] = await claim(db, other.id, 1)
  await begin(db, campaign.id, [row!])
  const before = [await readState(db, campaign.id), await readState(db, other.id)]
  const answer = await reportJson(db, campaign.id, [
    { delivery_id: row!.delivery_id, claim_token: randomUUID(), ...accepted },
    { delivery_id: foreign!.delivery_id, claim_token: foreign!.claim_token, ...accepted },
    { delivery_id: 999_999, claim_token: row!.claim_token, ...accepted },
  ])
  t.same(
    answer.map(line => [line.recorded, line.status, line.rule]),
    [
      [false, 'sending', null],
      [false, null, null],
      [false, null, null],
    ],
  )
  t.same([await readState(db, campaign.id), await readState(db, other.id)], before)
})

scenario('a token given back is stale', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 1 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id)
  await call(db, 'release_claims', [rows[0]!.claim_token])
  const before = await readState(db, campaign.id)
  t.match(await report(db, campaign.id, rows, noSuchUser), [{ recorded: false, status: 'queued' }])
  t.same(await readState(db, campaign.id), before)
})

scenario('an expired claim that nobody has released yet still counts', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 1 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id)
  await begin(db, campaign.id, rows)
  await advance(db, '1 hour')
  t.match(await report(db, campaign.id, rows), [{ recorded: true, status: 'sent' }])
})

scenario('an empty report', async (t, db) => {
  const campaign = await makeCampaign(db)
  t.same(await reportJson(db, campaign.id, []), [])
})

scenario('malformed reports are refused as a whole', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2 })
  await openBatch(db, campaign.id)
  const [one, two] = await claim(db, campaign.id)
  await begin(db, campaign.id, [one!, two!])
  const good = { delivery_id: one!.delivery_id, claim_token: one!.claim_token, ...accepted }
  const bad: unknown[] = [
    {},
    'text',
    null,
    5,
    [good],
    { ...good, delivery_id: null },
    { ...good, delivery_id: 'one' },
    { ...good, delivery_id: 1.5 },
    { ...good, delivery_id: '99999999999999999999' },
    { ...good, claim_token: undefined },
    { ...good, claim_token: 'token' },
    { ...good, stage: undefined },
    { ...good, stage: 'DATA' },
    { ...good, stage: 'lease' },
    { ...good, reply_code: 199 },
    { ...good, reply_code: 600 },
    { ...good, reply_code: 'ok' },
    { ...good, reply_code: 250.5 },
    { ...good, reply_code: 2_000_000_000_000 },
  ]
  for (const report of bad) {
    await checkRefusal(
      t,
      'MB017',
      /a report cannot be read/,
      () => reportJson(db, campaign.id, [good, report]),
      () => readState(db, campaign.id),
    )
  }
  for (const reports of [{}, 'x', 5, null]) {
    await checkRefusal(t, 'MB017', /reports are a JSON array/, () => reportJson(db, campaign.id, reports))
  }
  await checkRefusal(t, 'MB017', /reports are a JSON array/, () =>
    call(db, 'report_outcomes', campaign.id, null),
  )
  await checkRefusal(t, 'MB001', /does not exist/, () => reportJson(db, randomUUID(), [good]))
  t.match(
    await reportJson(db, campaign.id, [
      { ...good, delivery_id: String(good.delivery_id), reply_code: '250' },
    ]),
    [{ recorded: true, status: 'sent' }],
  )
})

scenario('a long reply is cut, not refused', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 1 })
  await openBatch(db, campaign.id)
  await send(db, campaign.id, { stage: 'rcpt', reply_code: 550, reply_text: 'x'.repeat(100_000) })
  t.equal((await readAttempts(db, campaign.id))[0]!.reply_text.length, 1000)
})

// deferrals

scenario(
  'a deferred recipient waits longer each time, six hours at most, then goes back to remaining',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 2, limit: 1 })
    await openBatch(db, campaign.id)
    let at = 0
    // 15, 30, 60, 120, 120 minutes: the sixth retry would be after six hours
    for (const wait of [15, 30, 60, 120, 120]) {
      await setClock(db, after(at))
      t.equal((await send(db, campaign.id, greylisted)).length, 1)
      const line = await readDelivery(db, campaign.id, campaign.contacts[0]!)
      at += wait * MINUTE
      t.match(line, { status: 'deferred', slot: 1 })
      t.same(line.retry_at, after(at), `${wait} minutes`)
      t.same(line.deferred_since, after(0))
      await setClock(db, after(at - 1))
      t.same(await claim(db, campaign.id), [])
    }
    await setClock(db, after(at))
    const [last] = await claim(db, campaign.id)
    t.match(await report(db, campaign.id, [last!], greylisted), [
      { status: 'deferred', batch_finished: true },
    ])
    t.match(await readDelivery(db, campaign.id, campaign.contacts[0]!), {
      status: 'deferred',
      slot: null,
      retry_at: null,
      attempt_count: 6,
      deferral_count: 6,
    })
    t.match(await closeBatch(db, campaign.id), {
      closed: true,
      sent_count: 0,
      failed_count: 0,
      remaining_count: 2,
    })
    t.same((await readCampaign(db, campaign.id)).contacts_remaining, [
      campaign.contacts[1],
      campaign.contacts[0],
    ])
  },
)

scenario('a retry that would come after the cut-off is not waited for', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 1 })
  await openBatch(db, campaign.id)
  await setClock(db, after(DAY - 30 * MINUTE + 1))
  const rows = await claim(db, campaign.id)
  t.match(await report(db, campaign.id, rows, greylisted), [{ batch_finished: true }])
  t.match(await readDelivery(db, campaign.id, campaign.contacts[0]!), { slot: null, retry_at: null })
})

scenario(
  'a retry exactly at the cut-off, and exactly at the end of the six hours, is waited for',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 1 })
    await openBatch(db, campaign.id)
    await setClock(db, after(DAY - 30 * MINUTE))
    await report(db, campaign.id, await claim(db, campaign.id), greylisted)
    t.same((await readDelivery(db, campaign.id, campaign.contacts[0]!)).retry_at, after(DAY - 15 * MINUTE))
    await db.query(`update daybatch.settings set deferral_period = '45 minutes'`)
    const other = await makeCampaign(db, { contacts: 1 })
    await openBatch(db, other.id)
    await report(db, other.id, await claim(db, other.id), greylisted)
    await advance(db, '15 minutes')
    await report(db, other.id, await claim(db, other.id), greylisted)
    t.same((await readDelivery(db, other.id, other.contacts[0]!)).retry_at, after(DAY + 15 * MINUTE))
  },
)

scenario('a short interval retries inside itself', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 1, batch_interval: '00:01:00' })
  await openBatch(db, campaign.id)
  await report(db, campaign.id, await claim(db, campaign.id), greylisted)
  t.same((await readDelivery(db, campaign.id, campaign.contacts[0]!)).retry_at, after(6000))
})

scenario('after the limit of deferrals, over all its batches, a contact fails', async (t, db) => {
  await db.query(`update daybatch.settings set deferral_limit = 3, deferral_period = '10 minutes'`)
  const campaign = await makeCampaign(db, { contacts: 1 })
  for (let day = 0; day < 3; day++) {
    await setClock(db, after(day * DAY))
    await openBatch(db, campaign.id)
    const rows = await send(db, campaign.id, greylisted)
    t.equal(rows[0]!.attempt_number, day + 1)
    t.match(await closeBatch(db, campaign.id), { closed: true, completed: day === 2 })
  }
  t.match(await readDelivery(db, campaign.id, campaign.contacts[0]!), {
    status: 'failed',
    reason: 'deferred_too_often',
    attempt_count: 3,
    deferral_count: 3,
  })
  t.same((await readCampaign(db, campaign.id)).contacts_failed, campaign.contacts)
})

// the server's fault, our fault

scenario('a refusing server: all wait, no contact is charged', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id)
  await report(db, campaign.id, rows, serverGone)
  for (const line of await readDeliveries(db, campaign.id)) {
    t.match(line, { status: 'deferred', deferral_count: 0, attempt_count: 1, deferred_since: null })
    t.same(line.retry_at, after(0))
  }
  const batch = await readBatch(db, campaign.id, 1)
  t.match(batch, { refusal: 'connect: connection refused', refusal_count: 1 })
  t.same(batch.refused_since, after(0))
  t.same(batch.refused_until, after(30_000), 'many failures of one moment count once')
})

scenario('the back-off of a refusing server: 30 s doubled up to 30 minutes', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2, limit: 1 })
  await openBatch(db, campaign.id)
  let at = 0
  for (const seconds of [30, 60, 120, 240, 480, 960, 1800, 1800]) {
    await setClock(db, after(at))
    const rows = await claim(db, campaign.id)
    t.equal(rows.length, 1)
    await report(db, campaign.id, rows, { stage: 'mail', reply_code: 421, reply_text: 'try later' })
    at += seconds * 1000
    const batch = await readBatch(db, campaign.id, 1)
    t.same(batch.refused_until, after(at), `${seconds} s`)
    t.same(batch.refused_since, after(0))
    t.equal(batch.refusal, 'mail: 421 try later')
  }
  await setClock(db, after(at))
  t.equal((await send(db, campaign.id)).length, 1)
  t.match(await readBatch(db, campaign.id, 1), { refused_until: null, refusal_count: 0 })
})

scenario('a short interval backs off at most a tenth of it', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 1, batch_interval: '00:00:10' })
  await openBatch(db, campaign.id)
  await report(db, campaign.id, await claim(db, campaign.id), serverGone)
  t.same((await readBatch(db, campaign.id, 1)).refused_until, after(1000))
})

scenario(
  'our set-up is refused: the campaign pauses with the server’s words, contacts are not charged',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 3 })
    await openBatch(db, campaign.id)
    const rows = await claim(db, campaign.id)
    await report(db, campaign.id, rows.slice(0, 1), { ...loginRefused, reply_text: 'authentication failed' })
    const row = await readCampaign(db, campaign.id)
    t.match(row, {
      status: 'paused',
      pause_reason: 'the server refuses us at auth: 535 5.7.8 authentication failed',
    })
    t.same(row.paused_at, after(0))
    t.match((await readDeliveries(db, campaign.id))[0], { status: 'deferred', deferral_count: 0, slot: 1 })
    t.same(
      (await begin(db, campaign.id, rows.slice(1))).map(line => line.refusal),
      ['the campaign is paused', 'the campaign is paused'],
    )
    await report(db, campaign.id, rows.slice(1, 2), loginRefused)
    t.same((await readCampaign(db, campaign.id)).paused_at, after(0), 'paused once')
  },
)

scenario('what is being sent while paused or cancelled is still recorded', async (t, db) => {
  for (const stop of ['pause_campaign', 'cancel_campaign']) {
    const campaign = await makeCampaign(db, { contacts: 3 })
    await openBatch(db, campaign.id)
    const rows = await claim(db, campaign.id, 2)
    await begin(db, campaign.id, rows)
    await call(db, stop, campaign.id)
    t.match(await report(db, campaign.id, rows), [
      { recorded: true, status: 'sent' },
      { recorded: true, status: 'sent' },
    ])
    await closeBatch(db, campaign.id)
  }
})

// doubts and late answers

/** A batch of `count` mails of which the worker dies after their 354; returns the rows with the old tokens. */
async function leaveInDoubt(db: Parameters<typeof claim>[0], fields: object = {}, count = 1) {
  const campaign = await makeCampaign(db, { contacts: count, ...fields })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id, 100, 'dead')
  await begin(db, campaign.id, rows)
  await advance(db, '61 seconds')
  await call(db, 'release_expired_claims')
  return { campaign, rows }
}

scenario('a late 250 settles the doubt before the close', async (t, db) => {
  const { campaign, rows } = await leaveInDoubt(db, {}, 2)
  t.match(await readDeliveries(db, campaign.id), [{ status: 'in_doubt' }, { status: 'in_doubt' }])
  t.match(await report(db, campaign.id, rows.slice(0, 1)), [
    { recorded: true, status: 'sent', rule: 'accepted' },
  ])
  t.same((await readCampaign(db, campaign.id)).contacts_processed, [], 'the close moves the arrays')
  t.match(await closeBatch(db, campaign.id), { sent_count: 1, failed_count: 1, completed: true })
  const row = await readCampaign(db, campaign.id)
  t.same(row.contacts_processed, [rows[0]!.contact_id])
  t.same(row.contacts_failed, [rows[1]!.contact_id])
})

scenario(
  'a late 250 settles the doubt after the close: failed becomes processed, many at once',
  async (t, db) => {
    const { campaign, rows } = await leaveInDoubt(db, {}, 3)
    t.match(await closeBatch(db, campaign.id), { sent_count: 0, failed_count: 3, completed: true })
    const history = (await readCampaign(db, campaign.id)).batch_history
    await advance(db, '1 hour')
    t.match(await report(db, campaign.id, rows.slice(0, 2)), [
      { recorded: true, status: 'sent' },
      { recorded: true, status: 'sent' },
    ])
    const row = await readCampaign(db, campaign.id)
    t.same(row.contacts_processed, [rows[0]!.contact_id, rows[1]!.contact_id])
    t.same(row.contacts_failed, [rows[2]!.contact_id])
    t.same(row.contacts_remaining, [])
    t.equal(row.status, 'completed')
    t.same(row.batch_history, history, 'history is never edited')
    t.match(await readBatch(db, campaign.id, 1), { sent_count: 0, failed_count: 3, in_doubt_count: 3 })
    const attempts = await readAttempts(db, campaign.id)
    t.same(
      attempts
        .filter(line => line.delivery_id === rows[0]!.delivery_id)
        .map(line => [line.stage, line.outcome]),
      [
        ['lease', 'in_doubt'],
        ['message', 'sent'],
      ],
    )
    const before = await readState(db, campaign.id)
    t.match(await report(db, campaign.id, rows.slice(0, 2)), [{ recorded: true }, { recorded: true }])
    t.same(await readState(db, campaign.id), before, 'told again')
  },
)

scenario('a late refusal of a mail in doubt says nothing new', async (t, db) => {
  const { campaign, rows } = await leaveInDoubt(db)
  const before = await readState(db, campaign.id)
  for (const reply of [noSuchUser, noReply, { stage: 'message', reply_code: 451 }, serverGone]) {
    t.match(await report(db, campaign.id, rows, reply), [{ recorded: false, status: 'in_doubt' }])
    t.same(await readState(db, campaign.id), before)
  }
})

scenario('a late 250 after not_sent: out of remaining again, and never mailed twice', async (t, db) => {
  const { campaign, rows } = await leaveInDoubt(db)
  await closeBatch(db, campaign.id)
  await call(db, 'resolve_in_doubt', campaign.id, rows[0]!.contact_id, 'not_sent')
  t.match(await readCampaign(db, campaign.id), { status: 'sending', contacts_remaining: campaign.contacts })
  await report(db, campaign.id, rows)
  t.match(await readCampaign(db, campaign.id), {
    contacts_remaining: [],
    contacts_processed: campaign.contacts,
    contacts_failed: [],
  })
  await setClock(db, after(DAY))
  t.match(await call(db, 'process_campaigns', campaign.id), [{ action: 'completed' }])
})

scenario(
  'a late 250 while its contact stands in the next open batch: the batch does not mail it',
  async (t, db) => {
    const { campaign, rows } = await leaveInDoubt(db, { contacts: 2, limit: 1 })
    await closeBatch(db, campaign.id)
    await call(db, 'resolve_in_doubt', campaign.id, rows[0]!.contact_id, 'not_sent')
    await db.query('select daybatch.set_daily_limit($1, 2)', [campaign.id])
    await setClock(db, after(DAY))
    t.match(await openBatch(db, campaign.id), { delivery_count: 2 })
    t.match(await report(db, campaign.id, rows), [{ recorded: true, status: 'sent' }])
    t.match(
      (await claim(db, campaign.id)).map(row => row.contact_id),
      [campaign.contacts[1]],
    )
    await db.query("update daybatch.claims set expires_at = claimed_at + interval '1 second'")
    await advance(db, '1 minute')
    await call(db, 'release_expired_claims')
    await send(db, campaign.id)
    t.match(await closeBatch(db, campaign.id), { sent_count: 2, failed_count: 0, completed: true })
  },
)

for (const reply of [noSuchUser, accepted]) {
  scenario(
    `a late 250 while a second worker holds the mail, which then hears ${reply.reply_code}`,
    async (t, db) => {
      const { campaign, rows } = await leaveInDoubt(db, { in_doubt_policy: 'resend' })
      const second = await claim(db, campaign.id, 1, 'second')
      t.equal(second.length, 1)
      await begin(db, campaign.id, second)
      t.match(await report(db, campaign.id, rows), [{ recorded: true, status: 'sent' }])
      const answer = await report(db, campaign.id, second, reply)
      t.match(answer, [{ status: 'sent', batch_finished: true }], 'no claim is left behind')
      t.same(await readClaims(db, campaign.id), [])
      const outcomes = (await readAttempts(db, campaign.id)).map(line => line.outcome)
      t.same(outcomes, ['in_doubt', 'sent', reply === accepted ? 'accepted_twice' : 'failed'])
      t.match(await closeBatch(db, campaign.id), { sent_count: 1, failed_count: 0, completed: true })
      if (reply === accepted) {
        const { rows: events } = await db.query(
          `select detail from daybatch.events where event = 'accepted_twice'`,
        )
        t.equal(events[0].detail.contact_id, campaign.contacts[0])
        await report(db, campaign.id, second, reply)
        t.equal((await readAttempts(db, campaign.id)).length, 3, 'told again')
        await db.query(`delete from daybatch.delivery_attempts where outcome = 'accepted_twice'`)
      }
    },
  )
}

scenario('a second copy that is refused leaves the first one in doubt', async (t, db) => {
  const { campaign, rows } = await leaveInDoubt(db, { in_doubt_policy: 'resend' })
  const second = await claim(db, campaign.id, 1, 'second')
  t.match(await report(db, campaign.id, second, noSuchUser), [{ recorded: true, status: 'in_doubt' }])
  t.match(await closeBatch(db, campaign.id), { sent_count: 0, failed_count: 1, completed: true })
  t.match(await readBatch(db, campaign.id, 1), { in_doubt_count: 1 })
  t.match(await report(db, campaign.id, rows), [{ recorded: true, status: 'sent' }], 'settled by a late 250')
})

for (const place of ['claim', 'opening'] as const) {
  scenario(`a second copy that is skipped at the ${place} leaves the first one in doubt`, async (t, db) => {
    const { campaign, rows } = await leaveInDoubt(db, { in_doubt_policy: 'resend' })
    const unsubscribe = () =>
      db.query('update public.contacts set unsubscribed_at = now() where id = $1', [rows[0]!.contact_id])
    if (place === 'claim') {
      await unsubscribe()
      t.same(await claim(db, campaign.id), [])
    } else {
      await setClock(db, after(DAY))
      t.match(await closeBatch(db, campaign.id), { remaining_count: 1 })
      await unsubscribe()
      await openBatch(db, campaign.id)
    }
    const delivery = await readDelivery(db, campaign.id, rows[0]!.contact_id)
    t.match(delivery, { status: 'in_doubt', reason: 'unsubscribed', address_key: Buffer })
    t.match(await closeBatch(db, campaign.id), { sent_count: 0, failed_count: 1, completed: true })
    t.match(
      await report(db, campaign.id, rows),
      [{ recorded: true, status: 'sent' }],
      'settled by a late 250',
    )
  })
}

scenario('a late 250 before the second worker has begun: the second copy is refused', async (t, db) => {
  const { campaign, rows } = await leaveInDoubt(db, { in_doubt_policy: 'resend' })
  const second = await claim(db, campaign.id, 1, 'second')
  await report(db, campaign.id, rows)
  t.match(await begin(db, campaign.id, second), [{ may_send: false }])
  await call(db, 'release_claims', [second[0]!.claim_token])
  t.same(await readClaims(db, campaign.id), [])
  t.match(await closeBatch(db, campaign.id), { sent_count: 1, completed: true })
})

scenario('the old and the new token of one delivery in one call', async (t, db) => {
  const { campaign, rows } = await leaveInDoubt(db, { in_doubt_policy: 'resend' })
  const second = await claim(db, campaign.id, 1, 'second')
  await begin(db, campaign.id, second)
  for (const order of [
    [rows[0]!, second[0]!],
    [second[0]!, rows[0]!],
  ]) {
    const client = await db.connect()
    await client.query('begin')
    const answer = await report(
      client,
      campaign.id,
      order,
      order.map(row => (row === second[0] ? noSuchUser : accepted)),
    )
    t.match(answer, [
      { status: 'sent', batch_finished: true },
      { status: 'sent', batch_finished: true },
    ])
    t.same(await readClaims(client, campaign.id), [], 'the live claim is reported')
    const outcomes = (await readAttempts(client, campaign.id)).map(line => line.outcome)
    t.same(outcomes, ['in_doubt', 'failed', 'sent'])
    await client.query('rollback')
    client.release()
  }
  await report(db, campaign.id, [rows[0]!, second[0]!], [accepted, accepted])
  t.same(
    (await readAttempts(db, campaign.id)).map(line => line.outcome),
    ['in_doubt', 'sent', 'accepted_twice'],
    'two acceptances in one call are both known',
  )
  await db.query(`delete from daybatch.delivery_attempts where outcome = 'accepted_twice'`)
})

scenario(
  'resend: a mail without a reply is tried again at once, up to the limit of deferrals',
  async (t, db) => {
    await db.query('update daybatch.settings set deferral_limit = 2')
    const campaign = await makeCampaign(db, { contacts: 1, in_doubt_policy: 'resend' })
    await openBatch(db, campaign.id)
    await send(db, campaign.id, noReply)
    t.match(await readDelivery(db, campaign.id, campaign.contacts[0]!), {
      status: 'deferred',
      deferral_count: 1,
    })
    t.equal((await readState(db, campaign.id)).resend_copies.length, 1, 'its copy is kept')
    await advance(db, '15 minutes')
    await send(db, campaign.id, noReply)
    t.match(await readDelivery(db, campaign.id, campaign.contacts[0]!), { status: 'in_doubt' })
    t.match(await closeBatch(db, campaign.id), { failed_count: 1, completed: true })
  },
)

scenario('ask and never: a mail without a reply is in doubt', async (t, db) => {
  for (const in_doubt_policy of ['ask', 'never']) {
    const campaign = await makeCampaign(db, { contacts: 1, in_doubt_policy })
    await openBatch(db, campaign.id)
    await send(db, campaign.id, noReply)
    t.match(await readDelivery(db, campaign.id, campaign.contacts[0]!), { status: 'in_doubt' })
    await closeBatch(db, campaign.id)
  }
})

scenario('no report ever changes another array than it must', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 6, limit: 2 })
  await openBatch(db, campaign.id)
  await send(db, campaign.id, [accepted, noReply])
  await closeBatch(db, campaign.id)
  const row = await readCampaign(db, campaign.id)
  t.same(row.contacts_remaining, campaign.contacts.slice(2))
  await advance(db, '1 hour')
  const { claim_token, delivery_id } = (await readAttempts(db, campaign.id)).find(
    line => line.outcome === 'in_doubt',
  )!
  await reportJson(db, campaign.id, [{ claim_token, delivery_id, ...accepted }])
  const later = await readCampaign(db, campaign.id)
  t.same(later.contacts_remaining, row.contacts_remaining)
  t.same(later.contacts_processed, campaign.contacts.slice(0, 2))
  t.same(later.contacts_failed, [])
  t.same(later.next_batch_send_time, row.next_batch_send_time)
  await setClock(db, after(HOUR))
})
