// The proofs hold after every ordinary and extraordinary day, and stop to hold when somebody falsifies the record.
import type pg from 'pg'
import { advance, setClock } from '../helper/clock.ts'
import {
  accepted,
  begin,
  byHand,
  type Campaign,
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
  type Row,
  readAttempts,
  report,
  runBatch,
  send,
} from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { after, DAY, HOUR, MINUTE, scenario } from '../helper/scenario.ts'

async function readLimits(db: pg.Pool, id: string): Promise<Row[]> {
  const { rows } = await db.query(
    'select * from daybatch.daily_limit_proof where campaign_id = $1 order by batch_number',
    [id],
  )
  return rows
}

const readDuplicates = async (db: pg.Pool, id: string): Promise<Row[]> =>
  (await db.query('select * from daybatch.no_duplicates_proof where campaign_id = $1', [id])).rows

const holding = (rows: Row[]) => rows.map(row => row.limit_holds && row.intervals_are_disjoint)

/** Three batches of two, a minute between the mails of each. */
async function makeSent(db: pg.Pool): Promise<Campaign> {
  const campaign = await makeCampaign(db, { contacts: 6, limit: 2 })
  for (const day of [0, 1, 2]) {
    await setClock(db, after(day * DAY))
    await openBatch(db, campaign.id)
    for (const _mail of [1, 2]) {
      await advance(db, '1 minute')
      const rows = await claim(db, campaign.id, 1)
      await begin(db, campaign.id, rows)
      await report(db, campaign.id, rows)
    }
    await closeBatch(db, campaign.id)
  }
  return campaign
}

scenario('each batch: its mails, its time, its distance', async (t, db) => {
  const campaign = await makeSent(db)
  const holds = { limit_holds: true, intervals_are_disjoint: true, send_limit: 2, mails: '2' }
  t.match(await readLimits(db, campaign.id), [
    {
      batch_number: 1,
      first_at: after(MINUTE),
      last_at: after(2 * MINUTE),
      gap: null,
      distance: null,
      ...holds,
    },
    { batch_number: 2, first_at: after(DAY + MINUTE), last_at: after(DAY + 2 * MINUTE), ...holds },
    { batch_number: 3, first_at: after(2 * DAY + MINUTE), last_at: after(2 * DAY + 2 * MINUTE), ...holds },
  ])
  const { rows } = await db.query(
    `select extract(epoch from gap)::integer as gap, extract(epoch from distance)::integer as distance, largest_in_any_interval as largest
     from daybatch.daily_limit_proof where campaign_id = $1 and batch_number > 1 order by batch_number`,
    [campaign.id],
  )
  t.same(
    rows,
    [null, 2].map(largest => ({ gap: 86_340, distance: 86_400, largest })),
    'the largest number stands beside the last batch',
  )
  t.same(await readDuplicates(db, campaign.id), [
    { campaign_id: campaign.id, mails: '6', contacts: '6', addresses: '6', holds: true },
  ])
  const promises = await call(db, 'verify_campaign', campaign.id)
  t.equal(promises.length, 5)
  t.ok(promises.every(row => row.holds))
  t.match(promises[0], {
    promise: 'nobody is mailed twice',
    figures: '6 mails accepted, 6 contacts, 6 addresses',
  })
})

scenario('in every state in between', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 7, limit: 3 })
  const check = async (where: string) => {
    const limits = await readLimits(db, campaign.id)
    t.same(
      holding(limits),
      limits.map(() => true),
      where,
    )
    t.ok(
      (await readDuplicates(db, campaign.id)).every(row => row.holds),
      where,
    )
    t.equal((await call(db, 'verify_campaign', campaign.id)).length, 5, where)
  }
  await check('not initialised')
  await openBatch(db, campaign.id)
  await check('opened')
  const rows = await claim(db, campaign.id)
  await begin(db, campaign.id, rows)
  await check('sending')
  await report(db, campaign.id, rows, [accepted, noReply, greylisted])
  await check('reported')
  await setClock(db, after(DAY - 15 * MINUTE))
  await closeBatch(db, campaign.id)
  await report(db, campaign.id, rows.slice(1, 2))
  await check('a doubt settled by a late reply is one mail')
  t.match((await readLimits(db, campaign.id))[0], { mails: '2' })
  await setClock(db, after(DAY + 7 * HOUR))
  await openBatch(db, campaign.id)
  await advance(db, '3 hours')
  await send(db, campaign.id)
  await closeBatch(db, campaign.id)
  await check('late, and begun after a standstill')
  await setClock(db, after(2 * DAY + 10 * HOUR - 5 * MINUTE))
  t.match(await processCampaign(db, campaign.id, 'cron'), { action: 'opened' }, 'a window early')
  await send(db, campaign.id, noSuchUser)
  await check('early within the window, refused')
  await call(db, 'cancel_campaign', campaign.id)
  await check('cancelled')
})

scenario(
  'greylisted until the last retry: the next batch is nearer to its first mail, and its interval is its own',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 2, limit: 1 })
    await openBatch(db, campaign.id)
    await send(db, campaign.id, greylisted)
    for (const wait of ['15 minutes', '30 minutes', '1 hour', '2 hours']) {
      await advance(db, wait)
      await send(db, campaign.id, greylisted)
    }
    await advance(db, '2 hours')
    await send(db, campaign.id)
    await closeBatch(db, campaign.id)
    await setClock(db, after(DAY))
    await runBatch(db, campaign.id)
    const limits = await readLimits(db, campaign.id)
    t.same(limits[0]!.first_at, after(5.75 * HOUR))
    t.same(limits[1]!.first_at, after(DAY))
    t.same(holding(limits), [true, true])
    t.equal(limits[1]!.largest_in_any_interval, 2, 'shown, not promised')
    t.equal((await callOne(db, 'count_largest_interval', campaign.id, '24 hours')).count_largest_interval, 2)
  },
)

scenario('the largest number in any stretch of time', async (t, db) => {
  const campaign = await makeSent(db)
  const count = async (interval: string) =>
    (await callOne(db, 'count_largest_interval', campaign.id, interval)).count_largest_interval
  t.equal(await count('59 seconds'), 1)
  t.equal(await count('60 seconds'), 1, 'exactly one interval later is another stretch')
  t.equal(await count('61 seconds'), 2)
  t.equal(await count('24 hours'), 2)
  t.equal(await count('24 hours 1 second'), 3)
  t.equal(await count('72 hours'), 6)
  const none = await makeCampaign(db)
  t.equal((await callOne(db, 'count_largest_interval', none.id, '1 hour')).count_largest_interval, 0)
  for (const interval of [null, '0', '-1 hour']) {
    await checkRefusal(t, 'MB017', /positive interval/, () => count(interval as string))
  }
  await checkRefusal(t, 'MB001', /does not exist/, () =>
    call(db, 'count_largest_interval', '00000000-0000-0000-0000-000000000000', '1 hour'),
  )
})

/** A proof that needed the constraints would prove nothing. */
const dropChecks = (db: pg.Pool) =>
  db.query(`do $$ declare c record; begin
    for c in select conrelid::regclass as table_name, conname from pg_constraint
      where connamespace = 'daybatch'::regnamespace and contype = 'c' loop
      execute format('alter table %s drop constraint %I', c.table_name, c.conname);
    end loop; end $$`)

const attempt = (number: number, change: string) =>
  `update daybatch.delivery_attempts set ${change} where attempt_id = (
     select a.attempt_id from daybatch.delivery_attempts as a where a.campaign_id = $1 order by a.attempt_id offset ${number - 1} limit 1)`

const FALSIFIED: [what: string, change: string, limits: (boolean | null)[]][] = [
  ['a mail of batch 2 counted to batch 1', attempt(3, 'batch_number = 1'), [false, true, true]],
  [
    'a mail of batch 2 handed over before the last of batch 1',
    attempt(3, `sending_at = sending_at - interval '24 hours'`),
    [true, false, true],
  ],
  [
    'a mail of batch 2 handed over an hour early',
    attempt(3, `sending_at = sending_at - interval '1 hour'`),
    [true, false, true],
  ],
  [
    'a mail of batch 1 handed over a day late',
    attempt(2, `sending_at = sending_at + interval '24 hours'`),
    [false, false, true],
  ],
  [
    'a smaller limit',
    `update daybatch.batches set send_limit = 1 where campaign_id = $1 and batch_number = 3`,
    [true, true, false],
  ],
  [
    'a batch that counts from half an interval after the one before',
    `update daybatch.batches set counted_at = counted_at - interval '12 hours', spaced_from = spaced_from - interval '12 hours'
     where campaign_id = $1 and batch_number = 3`,
    [true, true, false],
  ],
]

for (const [what, change, expected] of FALSIFIED) {
  scenario(
    `the limit proof sees ${what}`,
    async (t, db) => {
      const campaign = await makeSent(db)
      await dropChecks(db)
      await byHand(db, change, [campaign.id])
      t.same(holding(await readLimits(db, campaign.id)), expected)
      await checkRefusal(t, 'MB022', /more mails than its limit|overlap or are closer/, () =>
        call(db, 'verify_campaign', campaign.id),
      )
    },
    { audit: false },
  )
}

scenario(
  'the proof of no duplicates sees a second mail to a contact, and to an address',
  async (t, db) => {
    const campaign = await makeSent(db)
    const [first] = await readAttempts(db, campaign.id)
    await byHand(
      db,
      `insert into daybatch.delivery_attempts (campaign_id, delivery_id, batch_number, slot, attempt_number, claim_token, sending_at, ended_at, stage, reply_code, rule, outcome)
       select campaign_id, delivery_id, batch_number, slot, 2, claim_token, sending_at, ended_at, stage, reply_code, rule, outcome
       from daybatch.delivery_attempts where attempt_id = $1`,
      [first!.attempt_id],
    )
    t.match(await readDuplicates(db, campaign.id), [
      { mails: '7', contacts: '6', addresses: '6', holds: false },
    ])
    await checkRefusal(t, 'MB022', /7 mails were accepted for 6 contacts and 6 addresses/, () =>
      call(db, 'verify_campaign', campaign.id),
    )
    const other = await makeSent(db)
    await db.query(
      'alter table daybatch.deliveries drop constraint an_address_is_delivered_once_per_campaign',
    )
    await byHand(
      db,
      `update daybatch.deliveries set address_key = (
         select k.address_key from daybatch.deliveries as k where k.campaign_id = $1 and k.batch_number = 1 order by k.delivery_id limit 1)
       where campaign_id = $1 and batch_number = 2 and slot = 1`,
      [other.id],
    )
    t.match(await readDuplicates(db, other.id), [{ mails: '6', contacts: '6', addresses: '5', holds: false }])
  },
  { audit: false },
)

scenario(
  'a second acceptance under another worker breaks the promise, also where it was wanted',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 1, in_doubt_policy: 'resend' })
    await openBatch(db, campaign.id)
    const rows = await claim(db, campaign.id)
    await begin(db, campaign.id, rows)
    await advance(db, '61 seconds')
    await call(db, 'release_expired_claims')
    await send(db, campaign.id)
    await report(db, campaign.id, rows)
    t.match(await readDuplicates(db, campaign.id), [
      { mails: '2', contacts: '1', addresses: '1', holds: false },
    ])
    t.match(await readLimits(db, campaign.id), [
      { mails: '1', limit_holds: true, intervals_are_disjoint: true },
    ])
    await checkRefusal(t, 'MB022', /2 mails were accepted for 1 contacts/, () =>
      call(db, 'verify_campaign', campaign.id),
    )
  },
)

scenario('verification of nobody and nothing', async (t, db) => {
  const campaign = await makeCampaign(db, { status: 'draft' })
  t.equal((await call(db, 'verify_campaign', campaign.id)).length, 5)
  for (const id of [null, '00000000-0000-0000-0000-000000000000']) {
    await checkRefusal(t, 'MB001', /does not exist/, () => call(db, 'verify_campaign', id))
  }
})
