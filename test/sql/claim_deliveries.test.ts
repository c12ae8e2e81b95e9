import { randomUUID } from 'node:crypto'
import { advance, setClock } from '../helper/clock.ts'
import {
  begin,
  byHand,
  call,
  callOne,
  claim,
  closeBatch,
  greylisted,
  loginRefused,
  makeCampaign,
  makeContacts,
  makeList,
  openBatch,
  type Row,
  readBatch,
  readClaims,
  readDeliveries,
  readDelivery,
  readOne,
  readState,
  report,
  serverGone,
} from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { after, DAY, HOUR, MINUTE, START, scenario } from '../helper/scenario.ts'

const slots = (rows: Row[]) => rows.map(row => row.slot)

scenario('slots go out in order, a claim at a time, and nothing twice', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 7, limit: 5 })
  await openBatch(db, campaign.id)
  const first = await claim(db, campaign.id, 2, 'worker-1')
  const second = await claim(db, campaign.id, 2, 'worker-2')
  const third = await claim(db, campaign.id, 100, 'worker-3')
  t.same([first, second, third].map(slots), [[1, 2], [3, 4], [5]])
  t.same(await claim(db, campaign.id), [], 'never above the limit')
  t.same(
    [...first, ...second, ...third].map(row => row.contact_id),
    campaign.contacts.slice(0, 5),
  )
  const claims = await readClaims(db, campaign.id)
  t.same(claims.map(row => [row.worker_id, row.delivery_ids]).sort(), [
    ['worker-1', first.map(row => row.delivery_id)],
    ['worker-2', second.map(row => row.delivery_id)],
    ['worker-3', third.map(row => row.delivery_id)],
  ])
  for (const row of claims) {
    t.same(row.claimed_at, new Date(START))
    t.same(row.expires_at, after(60_000))
  }
  for (const line of await readDeliveries(db, campaign.id)) t.equal(line.status, 'claimed')
  t.match(await readBatch(db, campaign.id, 1), { next_slot: 6 })
})

scenario('a claim holds all that a mail is made of', async (t, db) => {
  const campaign = await makeCampaign(db, {
    contacts: [
      {
        email: 'Ada@example.org',
        first_name: 'Ada',
        last_name: 'Example',
        attributes: { city: 'Bern', email: 'other@example.org' },
      },
    ],
  })
  await openBatch(db, campaign.id)
  const [row] = await claim(db, campaign.id, 1)
  t.match(row, {
    lease_ms: 60_000,
    batch_number: 1,
    slot: 1,
    contact_id: campaign.contacts[0],
    attempt_number: 1,
    email: 'Ada@example.org',
    message_version: 1,
    message_date: new Date(START),
  })
  t.match(row!.fields, { first_name: 'Ada', last_name: 'Example', city: 'Bern', id: campaign.contacts[0] })
  t.equal(row!.fields.email, 'Ada@example.org', 'an attribute never hides a column')
  t.match(row!.message_key, /^[0-9a-f]{40}$/)
  const [claimed] = await readClaims(db, campaign.id)
  t.equal(row!.claim_token, claimed!.claim_token)
})

scenario(
  'the message key is one for ever per campaign and contact, and different for another',
  async (t, db) => {
    const contacts = await makeContacts(db, 2)
    const list = await makeList(db, contacts)
    const one = await makeCampaign(db, { lists: [list] })
    const other = await makeCampaign(db, { lists: [list] })
    await openBatch(db, one.id)
    await openBatch(db, other.id)
    const before = await claim(db, one.id)
    await call(db, 'release_claims', [before[0]!.claim_token])
    const again = await claim(db, one.id)
    t.same(
      again.map(row => row.message_key),
      before.map(row => row.message_key),
    )
    const keys = new Set([...again, ...(await claim(db, other.id))].map(row => row.message_key))
    t.equal(keys.size, 4)
  },
)

scenario('the lease is a setting', async (t, db) => {
  await db.query(`update daybatch.settings set lease = '5 minutes'`)
  const campaign = await makeCampaign(db)
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id)
  t.equal(rows[0]!.lease_ms, 300_000)
  t.same((await readClaims(db, campaign.id))[0]!.expires_at, after(5 * MINUTE))
})

scenario('released slots are claimed again, lowest first', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 6, limit: 6 })
  await openBatch(db, campaign.id)
  const first = await claim(db, campaign.id, 2)
  const second = await claim(db, campaign.id, 2)
  await begin(db, campaign.id, second)
  t.match(await readBatch(db, campaign.id, 1), { next_slot: 5 })
  t.match(await callOne(db, 'release_claims', [first[0]!.claim_token]), { release_claims: 2 })
  t.match(await readBatch(db, campaign.id, 1), { next_slot: 1 })
  t.same(slots(await claim(db, campaign.id, 3)), [1, 2, 5], 'what is sending is passed over')
  t.match(await readBatch(db, campaign.id, 1), { next_slot: 6 })
  t.same(slots(await claim(db, campaign.id, 3)), [6])
})

scenario('due retries come before new slots, in the order of their times', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 5, limit: 5 })
  await openBatch(db, campaign.id)
  const first = await claim(db, campaign.id, 1)
  await begin(db, campaign.id, first)
  await report(db, campaign.id, first, greylisted)
  await advance(db, '1 minute')
  const second = await claim(db, campaign.id, 1)
  await begin(db, campaign.id, second)
  await report(db, campaign.id, second, greylisted)
  t.same(slots(await claim(db, campaign.id, 1)), [3], 'a retry waits for its time')
  await setClock(db, after(15 * MINUTE - 1))
  t.same(slots(await claim(db, campaign.id, 1)), [4])
  await setClock(db, after(16 * MINUTE))
  const retried = await claim(db, campaign.id, 3)
  t.same(slots(retried), [1, 2, 5])
  t.same(
    retried.map(row => row.attempt_number),
    [2, 2, 1],
  )
  for (const row of await readDeliveries(db, campaign.id)) t.equal(row.retry_at, null)
})

scenario('nothing to claim: no batch, not sending, past the cut-off, asleep', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3 })
  t.same(await claim(db, campaign.id), [], 'no batch is open')
  await openBatch(db, campaign.id)
  const nothing = async (why: string) => {
    const before = await readState(db, campaign.id)
    t.same(await claim(db, campaign.id), [], why)
    t.same(await readState(db, campaign.id), before)
  }
  await call(db, 'pause_campaign', campaign.id)
  await nothing('paused')
  await call(db, 'resume_campaign', campaign.id)
  await db.query('update daybatch.settings set taken_over_at = null')
  await nothing('asleep')
  await db.query('update daybatch.settings set taken_over_at = now()')
  await setClock(db, after(DAY - 15 * MINUTE))
  await nothing('past its cut-off')
  await setClock(db, after(DAY - 15 * MINUTE - 1))
  t.equal((await claim(db, campaign.id)).length, 3, 'up to the cut-off')
  await call(db, 'cancel_campaign', campaign.id)
  await nothing('cancelled')
})

scenario('refusals', async (t, db) => {
  await checkRefusal(t, 'MB001', /does not exist/, () => claim(db, randomUUID()))
  const campaign = await makeCampaign(db)
  await openBatch(db, campaign.id)
  for (const [worker, limit] of [
    ['worker', 0],
    ['worker', -1],
    ['worker', null],
    [null, 1],
  ]) {
    await checkRefusal(
      t,
      'MB017',
      /worker id and a limit of at least 1/,
      () => call(db, 'claim_deliveries', campaign.id, worker, limit),
      () => readState(db, campaign.id),
    )
  }
})

// the last look at the contact

scenario('who may not be mailed any more is skipped at the claim, and its slot stays used', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 7, limit: 6 })
  const [gone, leaver, suppressed, listed, broken, fine] = campaign.contacts
  await openBatch(db, campaign.id)
  await db.query('delete from public.contacts where id = $1', [gone])
  await call(db, 'unsubscribe_contact', leaver)
  const address = async (id: string | undefined) =>
    (await readOne(db, 'select email from public.contacts where id = $1', [id])).email
  await call(db, 'suppress_address', (await address(suppressed)).toUpperCase(), 'complained')
  await call(db, 'suppress_address', await address(listed), 'manual', campaign.lists[0])
  await db.query(`update public.contacts set email = 'nowhere' where id = $1`, [broken])
  await advance(db, '1 minute')
  const rows = await claim(db, campaign.id, 2)
  t.same(
    rows.map(row => [row.contact_id, row.slot]),
    [[fine, 6]],
    'looks on until somebody can be mailed',
  )
  for (const [contact, reason] of [
    [gone, 'deleted'],
    [leaver, 'unsubscribed'],
    [suppressed, 'suppressed'],
    [listed, 'suppressed'],
    [broken, 'invalid_address'],
  ] as const) {
    const line = await readDelivery(db, campaign.id, contact!)
    t.match(line, { status: 'skipped', reason, address_key: null, claim_token: null, batch_number: 1 })
    t.same(line.settled_at, after(MINUTE))
  }
  t.same((await readClaims(db, campaign.id))[0]!.delivery_ids, [rows[0]!.delivery_id])
  await begin(db, campaign.id, rows)
  await report(db, campaign.id, rows)
  t.match(await closeBatch(db, campaign.id), {
    closed: true,
    sent_count: 1,
    failed_count: 5,
    remaining_count: 1,
  })
})

scenario('nobody left to mail: no claim is made and the batch can close', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3 })
  await openBatch(db, campaign.id)
  await db.query('delete from public.contacts where id = any ($1)', [campaign.contacts])
  t.same(await claim(db, campaign.id, 1), [])
  t.same(await readClaims(db, campaign.id), [])
  t.match(await closeBatch(db, campaign.id), { closed: true, failed_count: 3, completed: true })
})

scenario('a suppression of another list does not count', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: ['ada@example.org'] })
  await openBatch(db, campaign.id)
  await call(db, 'suppress_address', 'ada@example.org', 'manual', await makeList(db, []))
  t.equal((await claim(db, campaign.id)).length, 1)
})

scenario('a changed address is mailed, once in the campaign', async (t, db) => {
  const campaign = await makeCampaign(db, {
    contacts: ['ada@example.org', 'bo@example.org', 'cy@example.org', 'di@example.org'],
  })
  const [ada, bo, cy, di] = campaign.contacts as [string, string, string, string]
  await openBatch(db, campaign.id)
  const change = (id: string, email: string) =>
    db.query('update public.contacts set email = $2 where id = $1', [id, email])
  await change(ada, 'New@Example.org')
  await change(bo, 'CY@example.org')
  await change(di, 'DI@EXAMPLE.ORG')
  const rows = await claim(db, campaign.id)
  t.same(
    rows.map(row => [row.contact_id, row.email]),
    [
      [ada, 'New@Example.org'],
      [cy, 'cy@example.org'],
      [di, 'DI@EXAMPLE.ORG'],
    ],
  )
  t.match(await readDelivery(db, campaign.id, bo), { status: 'skipped', reason: 'duplicate_address' })
  const key = async (email: string) =>
    (await callOne(db, 'calculate_address_key', email)).calculate_address_key
  t.same((await readDelivery(db, campaign.id, ada)).address_key, await key('new@example.org'))
  t.same((await readDelivery(db, campaign.id, di)).address_key, await key('di@example.org'))
})

scenario(
  'an address that was suppressed under its old spelling stays suppressed after a change',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: ['ada@example.org', 'bo@example.org'] })
    await openBatch(db, campaign.id)
    await call(db, 'suppress_address', 'ada@example.org', 'complained')
    await db.query(`update public.contacts set email = 'ada.new@example.org' where id = $1`, [
      campaign.contacts[0],
    ])
    const rows = await claim(db, campaign.id)
    t.same(
      rows.map(row => row.contact_id),
      [campaign.contacts[1]],
    )
    t.match(await readDelivery(db, campaign.id, campaign.contacts[0]!), { reason: 'suppressed' })
  },
)

scenario(
  'swapped addresses: nobody is mailed twice, nobody gets the other’s skip for ever unseen',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: ['ada@example.org', 'bo@example.org'] })
    const [ada, bo] = campaign.contacts
    await openBatch(db, campaign.id)
    await db.query(
      `update public.contacts set email = case id when $1 then 'bo@example.org' else 'ada@example.org' end`,
      [ada],
    )
    const rows = await claim(db, campaign.id)
    const addresses = rows.map(row => row.email.toLowerCase())
    t.equal(new Set(addresses).size, addresses.length, 'no address twice')
    t.match(await readDelivery(db, campaign.id, ada!), { status: 'skipped', reason: 'duplicate_address' })
    t.same(
      rows.map(row => [row.contact_id, row.email]),
      [[bo, 'ada@example.org']],
    )
  },
)

scenario('a retry is looked at again too', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 1 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id)
  await begin(db, campaign.id, rows)
  await report(db, campaign.id, rows, greylisted)
  await call(db, 'unsubscribe_contact', campaign.contacts[0])
  await advance(db, '15 minutes')
  t.same(await claim(db, campaign.id), [])
  t.match(await readDelivery(db, campaign.id, campaign.contacts[0]!), {
    status: 'skipped',
    reason: 'unsubscribed',
    retry_at: null,
    attempt_count: 1,
  })
})

// a server that refuses

scenario('a refusing server is left alone, then one mail finds out', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 6, limit: 6 })
  await openBatch(db, campaign.id)
  const first = await claim(db, campaign.id, 2)
  await report(db, campaign.id, first, serverGone)
  t.same(await claim(db, campaign.id), [], 'waits')
  await setClock(db, after(30_000 - 1))
  t.same(await claim(db, campaign.id), [])
  await setClock(db, after(30_000))
  const probe = await claim(db, campaign.id)
  t.equal(probe.length, 1, 'one mail')
  t.same(await claim(db, campaign.id), [], 'and no second one while it is under way')
  t.match(
    (await call(db, 'list_work')).map(row => [row.campaign_id, row.is_ready, row.wait_ms]),
    [[campaign.id, false, 60_000]],
    'workers wait for the probe, at most until its lease ends',
  )
  await begin(db, campaign.id, probe)
  t.equal((await claim(db, campaign.id)).length, 5, 'its 354 was seen: the server takes mail again')
})

scenario(
  'a probe that fails waits longer, a probe whose worker dies is followed by another',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 3 })
    await openBatch(db, campaign.id)
    await report(db, campaign.id, await claim(db, campaign.id, 1), serverGone)
    await setClock(db, after(30_000))
    await report(db, campaign.id, await claim(db, campaign.id), serverGone)
    t.same((await readBatch(db, campaign.id, 1)).refused_until, after(90_000))
    await setClock(db, after(90_000))
    t.equal((await claim(db, campaign.id)).length, 1)
    await advance(db, '60 seconds')
    t.same(await claim(db, campaign.id), [], 'its claim is not released yet')
    t.equal((await callOne(db, 'release_expired_claims')).release_expired_claims, 1)
    t.equal((await claim(db, campaign.id)).length, 1)
  },
)

scenario('claims from before the refusal do not stand in the way of the probe', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 4 })
  await openBatch(db, campaign.id)
  const slow = await claim(db, campaign.id, 1)
  await begin(db, campaign.id, slow)
  await report(db, campaign.id, await claim(db, campaign.id, 1), serverGone)
  await advance(db, '30 seconds')
  t.equal((await claim(db, campaign.id)).length, 1)
})

scenario(
  'a recipient whose mail always looks like a refusing server does not starve the batch',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 3 })
    await openBatch(db, campaign.id)
    const [bad] = await claim(db, campaign.id, 1)
    await report(db, campaign.id, [bad!], { stage: 'rcpt', reply_code: 421 })
    const probed = new Set<string>()
    for (let round = 0; round < 4; round++) {
      await advance(db, '30 minutes')
      const [probe] = await claim(db, campaign.id, 1)
      probed.add(probe!.contact_id)
      if (probe!.contact_id === bad!.contact_id) {
        await report(db, campaign.id, [probe!], { stage: 'rcpt', reply_code: 421 })
      } else {
        await begin(db, campaign.id, [probe!])
        await report(db, campaign.id, [probe!])
      }
    }
    t.equal(probed.size, 3, 'the others had their turn')
  },
)

scenario('our own set-up refused: the campaign pauses and nothing is claimed', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3 })
  await openBatch(db, campaign.id)
  await report(db, campaign.id, await claim(db, campaign.id, 1), loginRefused)
  await advance(db, '2 hours')
  t.same(await claim(db, campaign.id), [])
  await call(db, 'resume_campaign', campaign.id)
  t.equal((await claim(db, campaign.id)).length, 3)
})

// the policy resend

scenario('resend: a second copy is made of what the first was made of', async (t, db) => {
  const campaign = await makeCampaign(db, {
    contacts: [
      { email: 'ada@example.org', first_name: 'Ada', attributes: { city: 'Bern' } },
      'bo@example.org',
    ],
    in_doubt_policy: 'resend',
  })
  await openBatch(db, campaign.id)
  const before = await claim(db, campaign.id)
  await begin(db, campaign.id, before)
  await db.query(
    `update public.contacts set email = 'new@example.org', first_name = 'Changed', attributes = '{"city": "Rome"}' where id = $1`,
    [campaign.contacts[0]],
  )
  await db.query(`update public.campaigns set text_body = 'Changed' where id = $1`, [campaign.id])
  await advance(db, '2 minutes')
  await call(db, 'release_expired_claims')
  const again = await claim(db, campaign.id)
  const kept = ({ email, fields, message_version, message_key, message_date }: Row) => ({
    email,
    fields,
    message_version,
    message_key,
    message_date,
  })
  t.same(again.map(kept), before.map(kept))
  t.same(again[0]!.message_date, new Date(START))
  t.equal(again[0]!.attempt_number, 2)
  await begin(db, campaign.id, again)
  await report(db, campaign.id, again)
  t.equal((await readState(db, campaign.id)).resend_copies.length, 0, 'copies go with the outcome')
})

scenario('never and ask keep no copies', async (t, db) => {
  for (const in_doubt_policy of ['never', 'ask']) {
    const campaign = await makeCampaign(db, { in_doubt_policy })
    await openBatch(db, campaign.id)
    await claim(db, campaign.id)
    t.same((await readState(db, campaign.id)).resend_copies, [])
  }
})

scenario('without any columns but ours in contacts', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 1 })
  await byHand(db, 'alter table public.contacts alter column attributes drop not null')
  await db.query('update public.contacts set attributes = null')
  await openBatch(db, campaign.id)
  const [row] = await claim(db, campaign.id)
  t.equal(row!.fields.first_name, null)
  t.notOk('attributes' in row!.fields)
  await setClock(db, after(HOUR))
})
