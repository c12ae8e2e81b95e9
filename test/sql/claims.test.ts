import { randomUUID } from 'node:crypto'
import { advance, setClock } from '../helper/clock.ts'
import {
  begin,
  call,
  callOne,
  claim,
  closeBatch,
  greylisted,
  makeCampaign,
  noReply,
  openBatch,
  readAttempts,
  readBatch,
  readClaims,
  readDeliveries,
  readOne,
  readState,
  report,
  send,
} from '../helper/make.ts'
import { after, HOUR, scenario } from '../helper/scenario.ts'
import { openSession, waitUntilBlocked } from '../helper/session.ts'

// extend_claims

scenario(
  'a heartbeat prolongs live claims by a lease from now, of several campaigns at once',
  async (t, db) => {
    const one = await makeCampaign(db, { contacts: 3 })
    const two = await makeCampaign(db)
    await openBatch(db, one.id)
    await openBatch(db, two.id)
    const [a] = await claim(db, one.id, 1)
    const [b] = await claim(db, two.id, 1)
    const [untouched] = await claim(db, one.id, 1)
    await advance(db, '59.999 seconds')
    const answer = await call(db, 'extend_claims', [a!.claim_token, b!.claim_token, randomUUID()])
    t.same(
      answer.map(row => [row.claim_token, row.lease_ms]).sort(),
      [
        [a!.claim_token, 60_000],
        [b!.claim_token, 60_000],
      ].sort(),
    )
    const by = new Map(
      [...(await readClaims(db, one.id)), ...(await readClaims(db, two.id))].map(c => [c.claim_token, c]),
    )
    t.same(by.get(a!.claim_token)!.expires_at, after(119_999))
    t.same(by.get(b!.claim_token)!.expires_at, after(119_999))
    t.same(by.get(untouched!.claim_token)!.expires_at, after(60_000))
  },
)

scenario('an expired, a released and a reported claim are lost', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3 })
  await openBatch(db, campaign.id)
  const [expired] = await claim(db, campaign.id, 1)
  await advance(db, '60 seconds')
  const [released] = await claim(db, campaign.id, 1)
  const [reported] = await claim(db, campaign.id, 1)
  await call(db, 'release_claims', [released!.claim_token])
  await report(db, campaign.id, [reported!])
  const before = await readState(db, campaign.id)
  const tokens = [expired!, released!, reported!].map(row => row.claim_token)
  t.same(await call(db, 'extend_claims', tokens), [])
  t.same(await readState(db, campaign.id), before)
})

scenario('a heartbeat and a report of the same claims do not wait in a circle', async (t, db, { url }) => {
  const campaign = await makeCampaign(db, { contacts: 40, limit: 40 })
  await openBatch(db, campaign.id)
  // two claims whose rows lie in the other order than their tokens
  let [first] = await claim(db, campaign.id, 1)
  let [second] = await claim(db, campaign.id, 1)
  while (first!.claim_token < second!.claim_token) {
    first = second
    ;[second] = await claim(db, campaign.id, 1)
  }
  const rows = [first!, second!]
  await begin(db, campaign.id, rows)
  const sessions = [await openSession(url), await openSession(url), await openSession(url)] as const
  const [holder, heartbeat, reporter] = sessions
  t.teardown(async () => {
    for (const session of sessions) await session.end()
  })
  await holder.query('begin')
  await holder.query('select from daybatch.claims where claim_token = $1 for update', [second!.claim_token])
  const extended = call(
    heartbeat.client,
    'extend_claims',
    rows.map(row => row.claim_token),
  )
  await waitUntilBlocked(heartbeat, holder)
  const reported = report(reporter.client, campaign.id, rows)
  await waitUntilBlocked(reporter)
  await holder.query('rollback')
  t.equal((await extended).length, 2)
  t.match(await reported, [{ recorded: true }, { recorded: true }])
})

scenario('nothing to extend', async (t, db) => {
  t.same(await call(db, 'extend_claims', []), [])
  t.same(await call(db, 'extend_claims', null), [])
})

// release_claims

scenario('a worker gives back what it has not begun; what is sending stays with it', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 5 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id, 3)
  const [other] = await claim(db, campaign.id, 1)
  await begin(db, campaign.id, rows.slice(1, 2))
  t.match(await callOne(db, 'release_claims', [rows[0]!.claim_token]), { release_claims: 2 })
  t.same(
    (await readDeliveries(db, campaign.id)).map(line => [line.status, line.claim_token]),
    [
      ['queued', null],
      ['sending', rows[1]!.claim_token],
      ['queued', null],
      ['claimed', other!.claim_token],
      ['queued', null],
    ],
  )
  const claims = new Map((await readClaims(db, campaign.id)).map(row => [row.claim_token, row.delivery_ids]))
  t.same(claims.get(rows[0]!.claim_token), [rows[1]!.delivery_id])
  t.same(claims.get(other!.claim_token), [other!.delivery_id])
  t.match(await readBatch(db, campaign.id, 1), { next_slot: 1 })
  t.match(await callOne(db, 'release_claims', [rows[0]!.claim_token]), { release_claims: 0 }, 'repeatable')
  t.match(await report(db, campaign.id, rows.slice(1, 2)), [{ recorded: true, status: 'sent' }])
})

scenario('release of several campaigns, of unknown tokens, of nothing', async (t, db) => {
  const one = await makeCampaign(db)
  const two = await makeCampaign(db)
  await openBatch(db, one.id)
  await openBatch(db, two.id)
  const tokens = [(await claim(db, one.id))[0]!.claim_token, (await claim(db, two.id))[0]!.claim_token]
  t.match(await callOne(db, 'release_claims', [...tokens, randomUUID()]), { release_claims: 6 })
  t.match(await callOne(db, 'release_claims', tokens), { release_claims: 0 })
  t.match(await callOne(db, 'release_claims', []), { release_claims: 0 })
  t.match(await callOne(db, 'release_claims', null), { release_claims: 0 })
  for (const { id } of [one, two]) t.same(await readClaims(db, id), [])
})

scenario('a released retry goes out again as soon as any slot', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2 })
  await openBatch(db, campaign.id)
  const [row] = await claim(db, campaign.id, 1)
  await report(db, campaign.id, [row!], greylisted)
  await advance(db, '15 minutes')
  const [retry] = await claim(db, campaign.id, 1)
  t.equal(retry!.slot, 1)
  await call(db, 'release_claims', [retry!.claim_token])
  t.match((await readDeliveries(db, campaign.id))[0], { status: 'queued', retry_at: null, attempt_count: 1 })
  t.same(
    (await claim(db, campaign.id)).map(line => line.slot),
    [1, 2],
  )
})

// release_expired_claims

const expire = async (db: Parameters<typeof callOne>[0], limit = 1000) =>
  (await callOne(db, 'release_expired_claims', limit)).release_expired_claims

scenario('after a crash: claimed is queued again, sending is in doubt', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 4 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id, 3, 'dead')
  await begin(db, campaign.id, rows.slice(0, 1))
  await advance(db, '59.999 seconds')
  t.equal(await expire(db), 0)
  await advance(db, '0.001 seconds')
  const [live] = await claim(db, campaign.id, 1, 'live')
  t.equal(await expire(db), 3)
  t.same(
    (await readDeliveries(db, campaign.id)).map(line => [line.status, line.reason]),
    [
      ['in_doubt', 'worker_lost'],
      ['queued', null],
      ['queued', null],
      ['claimed', null],
    ],
  )
  t.same(
    (await readClaims(db, campaign.id)).map(row => row.claim_token),
    [live!.claim_token],
  )
  const [attempt] = await readAttempts(db, campaign.id)
  t.match(attempt, {
    stage: 'lease',
    rule: 'worker_lost',
    outcome: 'in_doubt',
    worker_id: 'dead',
    claim_token: rows[0]!.claim_token,
    attempt_number: 1,
    slot: 1,
    reply_code: null,
  })
  t.same(attempt!.sending_at, after(0))
  t.same(attempt!.ended_at, after(60_000))
  t.equal(await expire(db), 0, 'repeatable')
  t.same(
    (await claim(db, campaign.id)).map(row => row.slot),
    [2, 3],
  )
})

for (const [policy, status, retried] of [
  ['never', 'in_doubt', false],
  ['ask', 'in_doubt', false],
  ['resend', 'deferred', true],
] as const) {
  scenario(`a mail whose worker died, policy ${policy}`, async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 1, in_doubt_policy: policy })
    await openBatch(db, campaign.id)
    const rows = await claim(db, campaign.id)
    await begin(db, campaign.id, rows)
    await advance(db, '1 minute')
    t.equal(await expire(db), 1)
    const [line] = await readDeliveries(db, campaign.id)
    t.match(line, { status, attempt_count: 1, deferral_count: retried ? 1 : 0, slot: 1 })
    t.same(line!.retry_at, retried ? after(60_000) : null)
    t.same(
      (await readAttempts(db, campaign.id)).map(row => row.outcome),
      ['in_doubt'],
      'the doubt stands in its attempts',
    )
    t.equal((await claim(db, campaign.id)).length, retried ? 1 : 0)
    if (!retried) t.match(await closeBatch(db, campaign.id), { failed_count: 1, completed: true })
  })
}

scenario('resend stops at the limit of deferrals', async (t, db) => {
  await db.query('update daybatch.settings set deferral_limit = 2')
  const campaign = await makeCampaign(db, { contacts: 1, in_doubt_policy: 'resend' })
  await openBatch(db, campaign.id)
  await send(db, campaign.id, noReply)
  await advance(db, '15 minutes')
  await begin(db, campaign.id, await claim(db, campaign.id))
  await advance(db, '1 minute')
  await expire(db)
  t.match((await readDeliveries(db, campaign.id))[0], { status: 'in_doubt', attempt_count: 2 })
})

scenario('at most so many claims a call, the oldest first', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3 })
  await openBatch(db, campaign.id)
  for (let n = 0; n < 3; n++) {
    await claim(db, campaign.id, 1)
    await advance(db, '1 second')
  }
  await advance(db, '5 minutes')
  t.equal(await expire(db, 1), 1)
  t.same(
    (await readDeliveries(db, campaign.id)).map(line => line.status),
    ['queued', 'claimed', 'claimed'],
  )
  t.equal(await expire(db, 5), 2)
})

scenario('also while the campaign is paused, cancelled or past its cut-off', async (t, db) => {
  const campaigns = []
  for (const stop of ['pause_campaign', 'cancel_campaign', null]) {
    const campaign = await makeCampaign(db, { contacts: 2 })
    await openBatch(db, campaign.id)
    const rows = await claim(db, campaign.id)
    await begin(db, campaign.id, rows.slice(0, 1))
    if (stop) await call(db, stop, campaign.id)
    campaigns.push(campaign)
  }
  await setClock(db, after(24 * HOUR))
  t.equal(await expire(db), 5, 'cancelling returned one already')
  for (const { id } of campaigns) {
    t.equal((await readDeliveries(db, id))[0]!.status, 'in_doubt')
    await closeBatch(db, id)
  }
})

scenario('a campaign that was deleted stands in nobody’s way', async (t, db) => {
  const gone = await makeCampaign(db, { contacts: 2 })
  const campaign = await makeCampaign(db, { contacts: 2 })
  for (const { id } of [gone, campaign]) {
    await openBatch(db, id)
    await begin(db, id, (await claim(db, id)).slice(0, 1))
  }
  await db.query('delete from public.campaigns where id = $1', [gone.id])
  await advance(db, '2 minutes')
  t.equal(await expire(db), 2)
  t.same(
    (await readDeliveries(db, campaign.id)).map(line => line.status),
    ['in_doubt', 'queued'],
  )
  t.same(await readClaims(db, gone.id), [], 'its claims are gone')
  t.equal(await expire(db), 0)
  const { count } = await readOne(
    db,
    'select count(*)::integer from daybatch.list_work() where campaign_id = $1',
    [gone.id],
  )
  t.equal(count, 0, 'nobody works for it')
})

scenario('a campaign whose release fails does not stop the others', async (t, db) => {
  const bad = await makeCampaign(db, { contacts: 1 })
  const good = await makeCampaign(db, { contacts: 1 })
  for (const { id } of [bad, good]) {
    await openBatch(db, id)
    await claim(db, id)
  }
  await db.query(
    `create function public.no_updates() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$`,
  )
  await db.query(
    `create trigger no_updates before update on daybatch.deliveries for each row when (old.campaign_id = '${bad.id}') execute function public.no_updates()`,
  )
  await advance(db, '2 minutes')
  t.equal(await expire(db), 1)
  t.equal((await readDeliveries(db, good.id))[0]!.status, 'queued')
  t.equal((await readDeliveries(db, bad.id))[0]!.status, 'claimed')
  await db.query('drop trigger no_updates on daybatch.deliveries')
  t.equal(await expire(db), 1)
})
