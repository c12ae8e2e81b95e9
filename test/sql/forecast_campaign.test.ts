// What is foretold is what then happens: forecast_campaign and simulate_campaign against whole campaigns.
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { setClock } from '../helper/clock.ts'
import { createTestDatabase } from '../helper/database.ts'
import {
  call,
  closeBatch,
  makeCampaign,
  makeContacts,
  openBatch,
  processCampaign,
  type Row,
  readAudit,
  readCampaign,
  readState,
  runBatch,
  send,
} from '../helper/make.ts'
import { readSeed } from '../helper/random.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { after, DAY, HOUR, START, scenario } from '../helper/scenario.ts'

const RUNS = 15

const simple = (rows: Row[]) =>
  rows.map(row => [row.batch_number, row.due_at.toISOString(), row.size, row.remaining_after])

t.test('property: a campaign goes as it was foretold, at any moment of its life', async t => {
  const { pool } = await createTestDatabase(t)
  const seed = readSeed()
  t.comment(`SEED=${seed}`)
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 23 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom('24 hours', '1 hour', '36 hours'),
      fc.nat({ max: 3 }),
      fc.boolean(),
      async (contacts, limit, newLimit, interval, batchesBefore, inMidBatch) => {
        await setClock(pool, START)
        const { id } = await makeCampaign(pool, { contacts, limit, batch_interval: interval })
        const next = async () => (await readCampaign(pool, id)).next_batch_send_time
        for (let n = 0; n < batchesBefore && (await readCampaign(pool, id)).status === 'sending'; n++) {
          if (n > 0) await setClock(pool, await next())
          await runBatch(pool, id)
        }
        if (batchesBefore > 0 && (await next())) await setClock(pool, await next())
        const isRunning = (await readCampaign(pool, id)).status === 'sending'
        if (isRunning && inMidBatch) await openBatch(pool, id)
        // what-if with another limit, then that limit
        const foretold = await call(pool, 'forecast_campaign', id, newLimit)
        if (!isRunning) return t.same(foretold, [])
        await call(pool, 'set_daily_limit', id, newLimit)
        t.same(simple(await call(pool, 'forecast_campaign', id)), simple(foretold))
        const happened: unknown[] = []
        for (const batch of foretold) {
          if (!batch.is_under_way) {
            await setClock(pool, new Date(batch.due_at.getTime() - 1))
            if (happened.length > 0)
              t.match(await processCampaign(pool, id, 'job'), { action: 'waiting' }, 'not a moment earlier')
            await setClock(pool, batch.due_at)
            t.match(await processCampaign(pool, id, 'job'), { action: 'opened' })
          }
          await send(pool, id)
          const closed = await closeBatch(pool, id)
          happened.push([batch.batch_number, closed.batch_number, closed.sent_count, closed.remaining_count])
        }
        t.same(
          happened,
          foretold.map(row => [row.batch_number, row.batch_number, row.size, row.remaining_after]),
        )
        t.equal((await readCampaign(pool, id)).status, 'completed')
      },
    ),
    { seed, numRuns: RUNS },
  )
  t.same(await readAudit(pool), [])
})

scenario('the worked example of 17 contacts, 5 a day', async (t, db) => {
  const expected = [
    [1, START, 5, 12],
    [2, after(DAY).toISOString(), 5, 7],
    [3, after(2 * DAY).toISOString(), 5, 2],
    [4, after(3 * DAY).toISOString(), 2, 0],
  ]
  t.same(simple(await call(db, 'simulate_campaign', 17, 5)), expected)
  const campaign = await makeCampaign(db, { contacts: 17, limit: 5, status: 'draft' })
  t.same(simple(await call(db, 'forecast_campaign', campaign.id)), expected, 'a draft, as if started now')
})

scenario('in each status', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3, limit: 2, status: 'draft' })
  const foretell = async () => simple(await call(db, 'forecast_campaign', campaign.id))
  const from = (ms: number, first = 1) => [
    [first, after(ms).toISOString(), 2, 1],
    [first + 1, after(ms + DAY).toISOString(), 1, 0],
  ]
  await call(db, 'schedule_campaign', campaign.id, after(3 * HOUR))
  t.same(await foretell(), from(3 * HOUR), 'scheduled')
  await call(db, 'start_campaign', campaign.id)
  t.same(await foretell(), from(0), 'started before its time: now')
  await openBatch(db, campaign.id)
  const rows = await call(db, 'forecast_campaign', campaign.id)
  t.same(
    rows.map(row => row.is_under_way),
    [true, false],
  )
  t.same(simple(rows), from(0))
  await send(db, campaign.id)
  await closeBatch(db, campaign.id)
  const last = [[2, after(DAY).toISOString(), 1, 0]]
  t.same(await foretell(), last, 'between two batches')
  await call(db, 'pause_campaign', campaign.id)
  t.same(await foretell(), last, 'paused: as if resumed now')
  await setClock(db, after(2 * DAY))
  t.same(await foretell(), [[2, after(2 * DAY).toISOString(), 1, 0]], 'overdue: now')
  await call(db, 'resume_campaign', campaign.id)
  await runBatch(db, campaign.id)
  t.same(await foretell(), [], 'completed')
  const [more] = await makeContacts(db, 1)
  await call(db, 'add_contacts', campaign.id, [more])
  t.same(await foretell(), [[3, after(3 * DAY).toISOString(), 1, 0]], 'and gone on')
  await call(db, 'cancel_campaign', campaign.id)
  t.same(await foretell(), [], 'cancelled')
})

scenario('a contact on two lists is one contact, whom the old method mailed is none', async (t, db) => {
  const one = await makeCampaign(db, { contacts: 3, status: 'draft' })
  const { rows } = await db.query(`insert into public.contact_lists (name) values ('Other') returning id`)
  await db.query('insert into public.contact_list_members (list_id, contact_id) values ($1, $2)', [
    rows[0].id,
    one.contacts[0],
  ])
  const both = await makeCampaign(db, { lists: [...one.lists, rows[0].id], status: 'draft' })
  t.same(simple(await call(db, 'forecast_campaign', both.id)), [[1, START, 3, 0]])
  await db.query(
    `create table public.email_tracking (campaign_id uuid, contact_id uuid, sent_at timestamptz);
     grant select on public.email_tracking to daybatch_owner;
     create or replace view daybatch.legacy_mailed as
       select campaign_id, contact_id, sent_at as mailed_at, 'mailed'::text as state from public.email_tracking`,
  )
  await db.query('insert into public.email_tracking values ($1, $2, $3)', [
    both.id,
    one.contacts[1],
    after(-HOUR),
  ])
  const foretold = simple(await call(db, 'forecast_campaign', both.id))
  t.same(foretold, [[1, after(DAY - HOUR).toISOString(), 2, 0]], 'one interval after the last old mail')
  await call(db, 'start_campaign', both.id)
  await call(db, 'initialize_contact_tracking', both.id)
  t.same(simple(await call(db, 'forecast_campaign', both.id)), foretold)
})

scenario('contacts that are skipped only end it earlier', async (t, db) => {
  const campaign = await makeCampaign(db, {
    contacts: Array.from({ length: 8 }, (_, n) => (n % 2 ? { unsubscribed_at: START } : {})),
    limit: 2,
  })
  t.equal((await call(db, 'forecast_campaign', campaign.id)).length, 4)
  await runBatch(db, campaign.id)
  await setClock(db, after(DAY))
  await runBatch(db, campaign.id)
  await setClock(db, after(2 * DAY))
  await processCampaign(db, campaign.id)
  await closeBatch(db, campaign.id)
  t.equal((await readCampaign(db, campaign.id)).status, 'completed')
})

scenario('refusals change nothing, and asking changes nothing', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3 })
  const state = () => readState(db, campaign.id)
  const before = await state()
  await call(db, 'forecast_campaign', campaign.id, 20)
  t.same(await state(), before)
  for (const limit of [0, -1]) {
    await checkRefusal(
      t,
      'MB004',
      /at least 1/,
      () => call(db, 'forecast_campaign', campaign.id, limit),
      state,
    )
    await checkRefusal(t, 'MB004', /at least 1/, () => call(db, 'simulate_campaign', 5, limit))
  }
  await checkRefusal(t, 'MB004', /limit of null/, () => call(db, 'simulate_campaign', 5, null))
  for (const id of [null, randomUUID()])
    await checkRefusal(t, 'MB001', /does not exist/, () => call(db, 'forecast_campaign', id))
  for (const contacts of [null, -1, 5_000_001])
    await checkRefusal(t, 'MB017', /0 to 5,000,000 contacts/, () =>
      call(db, 'simulate_campaign', contacts, 5),
    )
  for (const interval of [null, '0', '-1 hour'])
    await checkRefusal(t, 'MB017', /positive interval/, () => call(db, 'simulate_campaign', 5, 5, interval))
  const nonsense = await call(db, 'forecast_campaign', 'no uuid').catch(error => error)
  t.equal(nonsense.code, '22P02', 'an id that is no uuid')
  t.same(await call(db, 'simulate_campaign', 0, 5), [])
  t.same(simple(await call(db, 'simulate_campaign', 5_000_000, 2_147_483_647)), [[1, START, 5_000_000, 0]])
})
