import { randomUUID } from 'node:crypto'
import { advance, setClock } from '../helper/clock.ts'
import {
  accepted,
  begin,
  byHand,
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
  readBatch,
  readCampaign,
  readDeliveries,
  readDelivery,
  readJobs,
  readState,
  report,
  runBatch,
  send,
  serverGone,
} from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { after, DAY, HOUR, MINUTE, scenario } from '../helper/scenario.ts'

scenario('one rewrite at the close: arrays, history, counts, number, next due, job', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 8, limit: 5 })
  await openBatch(db, campaign.id)
  await advance(db, '7 minutes')
  await send(db, campaign.id, [accepted, noSuchUser, accepted, noReply, accepted])
  await advance(db, '1 minute')
  const [a, b, c, d, e, ...rest] = campaign.contacts
  t.same(await closeBatch(db, campaign.id), {
    campaign_id: campaign.id,
    batch_number: 1,
    closed: true,
    sent_count: 3,
    failed_count: 2,
    remaining_count: 3,
    completed: false,
    reason: null,
  })
  const row = await readCampaign(db, campaign.id)
  t.same(row.contacts_remaining, rest)
  t.same(row.contacts_processed, [a, c, e])
  t.same(row.contacts_failed, [b, d])
  t.same(row.batch_history, [
    {
      batch_number: 1,
      timestamp: '2026-03-02T09:00:00Z',
      sent_count: 3,
      failed_count: 2,
      remaining_count: 3,
    },
  ])
  t.same(Object.keys(row.batch_history[0]).sort(), [
    'batch_number',
    'failed_count',
    'remaining_count',
    'sent_count',
    'timestamp',
  ])
  t.match(row, { status: 'sending', current_batch_number: 2, total_contacts: 8 })
  t.same(row.next_batch_send_time, after(DAY))
  const batch = await readBatch(db, campaign.id, 1)
  t.match(batch, {
    sent_count: 3,
    failed_count: 2,
    skipped_count: 0,
    in_doubt_count: 1,
    returned_count: 0,
    remaining_count: 3,
  })
  t.same(batch.closed_at, after(8 * MINUTE))
  const last = (await readJobs(db, campaign.id)).at(-1)!
  t.same([last.data.batch_number, last.start_after], [2, after(DAY)])
})

scenario('the history’s timestamp is the opening in UTC, whatever the session’s zone', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 1 })
  const client = await db.connect()
  await client.query(
    `set timezone = 'Asia/Kathmandu'; set datestyle = 'German, DMY'; set intervalstyle = 'sql_standard'`,
  )
  await runBatch(client, campaign.id)
  client.release(true)
  t.equal((await readCampaign(db, campaign.id)).batch_history[0].timestamp, '2026-03-02T09:00:00Z')
})

scenario('a closed batch answers its counts, and stays as it is', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3, limit: 2 })
  await runBatch(db, campaign.id)
  const before = await readState(db, campaign.id)
  await advance(db, '1 hour')
  t.same(await callOne(db, 'close_batch', campaign.id, 1), {
    campaign_id: campaign.id,
    batch_number: 1,
    closed: true,
    sent_count: 2,
    failed_count: 0,
    remaining_count: 1,
    completed: false,
    reason: 'closed before',
  })
  t.match(await closeBatch(db, campaign.id), { batch_number: null, closed: false, reason: 'no open batch' })
  t.match(await callOne(db, 'close_batch', campaign.id, 7), {
    batch_number: 7,
    closed: false,
    reason: 'no open batch',
  })
  t.same(await readState(db, campaign.id), before)
  await checkRefusal(t, 'MB001', /does not exist/, () => closeBatch(db, randomUUID()))
})

scenario('an older batch’s number never closes the one under way', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3, limit: 1 })
  await runBatch(db, campaign.id)
  await advance(db, '24 hours')
  await openBatch(db, campaign.id)
  await send(db, campaign.id)
  t.match(await callOne(db, 'close_batch', campaign.id, 1), { closed: true, reason: 'closed before' })
  t.equal((await readBatch(db, campaign.id, 2)).closed_at, null)
  t.match(await callOne(db, 'close_batch', campaign.id, 2), { closed: true, reason: null })
})

scenario('it stays open while anything is open, and says what', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 4 })
  await openBatch(db, campaign.id)
  const stays = async (reason: string) => {
    const before = await readState(db, campaign.id)
    t.match(await closeBatch(db, campaign.id), { closed: false, sent_count: null, completed: false, reason })
    t.same(await readState(db, campaign.id), before)
  }
  await stays('4 to be sent')
  const rows = await claim(db, campaign.id, 3)
  await stays('4 to be sent')
  await begin(db, campaign.id, rows.slice(0, 2))
  await stays('2 being sent, 2 to be sent')
  await report(db, campaign.id, rows.slice(0, 2), [accepted, greylisted])
  await stays('2 to be sent, 1 deferred')
  await report(db, campaign.id, rows.slice(2), serverGone)
  await stays('1 to be sent, 2 deferred, the server refuses until 2026-03-02T09:00:30Z')
  await setClock(db, after(15 * MINUTE))
  await send(db, campaign.id)
  await send(db, campaign.id)
  t.match(await closeBatch(db, campaign.id), { closed: true, sent_count: 4, completed: true })
})

scenario('completion: status, numbers, no next time, no job', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 6, limit: 5 })
  await runBatch(db, campaign.id)
  await advance(db, '24 hours')
  await openBatch(db, campaign.id)
  await send(db, campaign.id)
  const jobs = (await readJobs(db, campaign.id)).length
  t.match(await closeBatch(db, campaign.id), { completed: true, remaining_count: 0 })
  const row = await readCampaign(db, campaign.id)
  t.match(row, {
    status: 'completed',
    current_batch_number: 2,
    next_batch_send_time: null,
    contacts_remaining: [],
  })
  t.equal(row.batch_history.length, 2)
  t.equal((await readJobs(db, campaign.id)).length, jobs, 'no job for a batch that never comes')
})

scenario('a paused campaign that has nobody left completes', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 1 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id)
  await begin(db, campaign.id, rows)
  await call(db, 'pause_campaign', campaign.id)
  await report(db, campaign.id, rows)
  t.match(await closeBatch(db, campaign.id), { completed: true })
  t.equal((await readCampaign(db, campaign.id)).status, 'completed')
})

// the cut-off

scenario(
  'at the cut-off what is untried goes to the head, what was tried to the tail, in order',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 9, limit: 6 })
    await openBatch(db, campaign.id)
    const [a, b, c, d, e, f, g, h, i] = campaign.contacts
    const rows = await claim(db, campaign.id, 4)
    await begin(db, campaign.id, rows.slice(0, 3))
    await report(db, campaign.id, rows.slice(0, 3), [greylisted, accepted, greylisted])
    await call(db, 'pause_campaign', campaign.id)
    await setClock(db, after(DAY - 15 * MINUTE - 1))
    t.match(await closeBatch(db, campaign.id), { closed: false })
    await setClock(db, after(DAY - 15 * MINUTE))
    t.match(await closeBatch(db, campaign.id), {
      closed: true,
      sent_count: 1,
      failed_count: 0,
      remaining_count: 8,
    })
    const row = await readCampaign(db, campaign.id)
    t.same(row.contacts_remaining, [d, e, f, g, h, i, a, c])
    t.same(row.contacts_processed, [b])
    t.match(await readBatch(db, campaign.id, 1), { returned_count: 5, sent_count: 1 })
    for (const contact of [a, c, d, e, f]) {
      t.match(await readDelivery(db, campaign.id, contact!), {
        status: 'deferred',
        slot: null,
        retry_at: null,
        claim_token: null,
      })
    }
    t.equal(row.status, 'paused', 'a pause outlasts the batch')
    t.same((await readState(db, campaign.id)).claims, [])
  },
)

scenario('who was tried by an earlier batch only goes back to the head, where it stood', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 6, limit: 3 })
  const [a, b, c, d, e, f] = campaign.contacts
  const remaining = async () => (await readCampaign(db, campaign.id)).contacts_remaining
  const cutOff = async (day: number) => {
    await setClock(db, after(day * DAY - 15 * MINUTE))
    await closeBatch(db, campaign.id)
    await setClock(db, after(day * DAY))
  }
  await openBatch(db, campaign.id)
  await send(db, campaign.id, [greylisted, accepted, accepted])
  await cutOff(1)
  t.same(await remaining(), [d, e, f, a])
  await callOne(db, 'set_daily_limit', campaign.id, 2)
  await openBatch(db, campaign.id)
  await send(db, campaign.id, greylisted)
  await cutOff(2)
  t.same(await remaining(), [f, a, d, e])
  await callOne(db, 'set_daily_limit', campaign.id, 3)
  await openBatch(db, campaign.id)
  await cutOff(3)
  t.same(await remaining(), [f, a, d, e], 'nobody of batch 3 was tried')
  await openBatch(db, campaign.id)
  const [first] = await claim(db, campaign.id, 1)
  await report(db, campaign.id, [first!], greylisted)
  await cutOff(4)
  t.same(await remaining(), [a, d, e, f])
  t.same((await readCampaign(db, campaign.id)).contacts_processed, [b, c])
})

scenario('what is being sent is waited for past the cut-off', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3, limit: 2 })
  await openBatch(db, campaign.id)
  await setClock(db, after(DAY - 16 * MINUTE))
  const rows = await claim(db, campaign.id)
  await begin(db, campaign.id, rows.slice(0, 1))
  await setClock(db, after(DAY + HOUR))
  t.match(await closeBatch(db, campaign.id), { closed: false, reason: '1 being sent' })
  t.same(
    (await readDeliveries(db, campaign.id)).map(line => line.status),
    ['sending', 'deferred'],
    'the rest is returned meanwhile',
  )
  t.same(await claim(db, campaign.id), [])
  await report(db, campaign.id, rows.slice(0, 1))
  t.match(await closeBatch(db, campaign.id), { closed: true, sent_count: 1, remaining_count: 2 })
  t.same((await readCampaign(db, campaign.id)).contacts_remaining, [
    campaign.contacts[1],
    campaign.contacts[2],
  ])
})

scenario(
  'a batch that closes after the next is due: the next comes at once, and its job is there',
  async (t, db) => {
    await db.query(`update daybatch.settings set lease = '48 hours'`)
    const campaign = await makeCampaign(db, { contacts: 2, limit: 1 })
    await openBatch(db, campaign.id)
    const rows = await claim(db, campaign.id)
    await begin(db, campaign.id, rows)
    await setClock(db, after(DAY))
    t.match(await processCampaign(db, campaign.id, 'job'), { action: 'sending' })
    await db.query(
      `update pgboss.job set state = 'completed', completed_on = now() where name = 'daybatch.batch'`,
    )
    await setClock(db, after(DAY + MINUTE))
    await report(db, campaign.id, rows)
    t.match(await closeBatch(db, campaign.id), { closed: true, remaining_count: 1 })
    const live = (await readJobs(db, campaign.id)).filter(job => job.state === 'created')
    t.equal(live.length, 1, 'a finished job does not stand in the way')
    t.ok(live[0]!.start_after <= after(DAY + MINUTE))
    t.match(await processCampaign(db, campaign.id, 'job'), { action: 'opened', batch_number: 2 })
  },
)

// cancelled

scenario('a cancelled campaign closes at once and keeps remaining', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 7, limit: 5 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id, 3)
  await begin(db, campaign.id, rows.slice(0, 1))
  await report(db, campaign.id, rows.slice(0, 1))
  await call(db, 'cancel_campaign', campaign.id, 'withdrawn')
  const row = await readCampaign(db, campaign.id)
  t.match(row, { status: 'cancelled', next_batch_send_time: null, current_batch_number: 1 })
  t.same(row.contacts_processed, campaign.contacts.slice(0, 1))
  t.same(row.contacts_remaining, campaign.contacts.slice(1))
  t.match(row.batch_history, [{ batch_number: 1, sent_count: 1, failed_count: 0, remaining_count: 6 }])
})

scenario('a cancelled campaign waits for what is being sent, then closes', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id)
  await begin(db, campaign.id, rows.slice(0, 1))
  await call(db, 'cancel_campaign', campaign.id)
  t.match(await closeBatch(db, campaign.id), { closed: false, reason: '1 being sent' })
  t.match(await report(db, campaign.id, rows.slice(0, 1)), [{ recorded: true, batch_finished: true }])
  t.match(await closeBatch(db, campaign.id), { closed: true, sent_count: 1, completed: false })
  t.match(await readCampaign(db, campaign.id), {
    status: 'cancelled',
    contacts_remaining: campaign.contacts.slice(1),
    next_batch_send_time: null,
  })
})

scenario('a cancelled campaign whose last mail went out stays cancelled', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 1 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id)
  await begin(db, campaign.id, rows)
  await call(db, 'cancel_campaign', campaign.id)
  await report(db, campaign.id, rows)
  t.match(await closeBatch(db, campaign.id), { closed: true, completed: false, remaining_count: 0 })
  t.equal((await readCampaign(db, campaign.id)).status, 'cancelled')
})

scenario('a campaign set back to draft by the application returns what is unsent', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3 })
  await openBatch(db, campaign.id)
  await db.query(`update public.campaigns set status = 'draft' where id = $1`, [campaign.id])
  t.match(await closeBatch(db, campaign.id), { closed: true, remaining_count: 3 })
  t.match(await readCampaign(db, campaign.id), { status: 'draft', contacts_remaining: campaign.contacts })
})

// somebody's hand

for (const [what, query] of [
  ['a row of the ledger deleted', 'delete from daybatch.deliveries where campaign_id = $1 and slot = 2'],
  ['the head made longer', 'update daybatch.batches set head_length = 4 where campaign_id = $1'],
] as const) {
  scenario(
    `${what} by hand: refused, nothing lost`,
    async (t, db) => {
      const campaign = await makeCampaign(db, { contacts: 5, limit: 3 })
      await openBatch(db, campaign.id)
      await send(db, campaign.id)
      await byHand(db, query, [campaign.id])
      await checkRefusal(
        t,
        'MB021',
        /took \d contacts, but the head of contacts_remaining and the ledger tell of others/,
        () => closeBatch(db, campaign.id),
        () => readState(db, campaign.id),
      )
    },
    { audit: false },
  )
}

scenario(
  'a head of remaining changed by hand: refused, or the arrays would lose somebody',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 5, limit: 2 })
    await openBatch(db, campaign.id)
    await send(db, campaign.id)
    const [a, b, c, d, e] = campaign.contacts
    await byHand(db, 'update public.campaigns set contacts_remaining = $2 where id = $1', [
      campaign.id,
      JSON.stringify([c, d, e, a, b]),
    ])
    await checkRefusal(
      t,
      'MB021',
      /head of contacts_remaining/,
      () => closeBatch(db, campaign.id),
      () => readState(db, campaign.id),
    )
  },
  { audit: false },
)

scenario('large arrays: the tail is copied, only the head is rewritten', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 5000, limit: 3 })
  await runBatch(db, campaign.id)
  await setClock(db, after(DAY))
  await runBatch(db, campaign.id)
  const row = await readCampaign(db, campaign.id)
  t.same(row.contacts_remaining, campaign.contacts.slice(6))
  t.same(row.contacts_processed, campaign.contacts.slice(0, 6))
})
