// The distance between two batches of a campaign, over virtual days: exactly one interval, without drift, never less.
import type pg from 'pg'
import type { Test } from 'tap'
import {
  begin,
  call,
  callOne,
  claim,
  closeBatch,
  greylisted,
  makeCampaign,
  processCampaign,
  type Row,
  readCampaign,
  report,
  send,
  serverGone,
} from '../helper/make.ts'
import { after, DAY, HOUR, MINUTE, START, scenario } from '../helper/scenario.ts'
import { openSession } from '../helper/session.ts'

type Database = pg.Pool | pg.ClientBase

const WINDOW = 5 * MINUTE

async function readBatches(db: Database, id: string): Promise<Row[]> {
  const { rows } = await db.query(
    `select *, extract(epoch from batch_interval)::float8 * 1000 as interval_ms from daybatch.batches where campaign_id = $1 order by batch_number`,
    [id],
  )
  return rows
}

/** As setClock, for a clock that stands already. */
const moveClock = (db: Database, moment: Date) => db.query('update test_clock.moment set at = $1', [moment])

/** Processes a campaign at a moment; whatever it opens is sent and closed. Returns what was done. */
async function processAt(db: Database, id: string, moment: Date, source = 'job'): Promise<Row> {
  await moveClock(db, moment)
  const row = await processCampaign(db as pg.Pool, id, source)
  if (row.action === 'opened') {
    await send(db as pg.Pool, id)
    await closeBatch(db as pg.Pool, id)
  }
  return row
}

/** The moments from which the batches count, in ms after the start. */
const countedAt = async (db: Database, id: string): Promise<number[]> =>
  (await readBatches(db, id)).map(batch => batch.counted_at.getTime() - Date.parse(START))

/** No batch comes closer to the one before than the interval, or opens more than a window early; each keeps its limit. */
async function checkSpacing(t: Test, db: Database, id: string): Promise<void> {
  const batches = await readBatches(db, id)
  for (const [index, batch] of batches.entries()) {
    const previous = batches[index - 1]
    if (!previous) continue
    const distance = batch.counted_at - previous.spaced_from
    t.ok(distance >= previous.interval_ms, `batch ${batch.batch_number}: ${distance} ms after the one before`)
    t.ok(
      batch.opened_at - previous.spaced_from >= previous.interval_ms - WINDOW,
      `batch ${batch.batch_number} did not open before its window`,
    )
  }
  const { rows } = await db.query(
    `select batch_number, mails, send_limit from daybatch.daily_limit_proof
     where campaign_id = $1 and not (limit_holds and intervals_are_disjoint)`,
    [id],
  )
  t.same(rows, [], 'the times of hand-over prove it')
}

// the grid

scenario('early and late within the window: thirty days without a drift', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 30, limit: 1 })
  const offsets = [0, WINDOW, -WINDOW, 1, -1, -WINDOW, -WINDOW, WINDOW - 1, WINDOW, 12_345]
  for (let day = 0; day < 30; day++) {
    const moment = after(day * DAY + (day === 0 ? 0 : offsets[day % offsets.length]!))
    t.match(await processAt(db, id, moment, 'cron'), { action: 'opened', batch_number: day + 1 })
  }
  t.same(
    await countedAt(db, id),
    Array.from({ length: 30 }, (_, day) => day * DAY),
  )
  await checkSpacing(t, db, id)
})

for (const phase of [0, 4]) {
  scenario(
    `a cron every five minutes, ${phase} minutes after the clock’s: one batch a day, on the grid`,
    async (t, db) => {
      const { id } = await makeCampaign(db, { contacts: 3, limit: 1 })
      await processAt(db, id, after(0))
      const opened: number[] = []
      for (let ms = phase * MINUTE; ms <= 2 * DAY + HOUR; ms += 5 * MINUTE) {
        const { action } = await processAt(db, id, after(ms), 'cron')
        if (action === 'opened') opened.push(ms)
      }
      const early = phase === 0 ? 5 * MINUTE : (5 - phase) * MINUTE
      t.same(opened, [DAY - early, 2 * DAY - early])
      t.same(await countedAt(db, id), [0, DAY, 2 * DAY])
      await checkSpacing(t, db, id)
    },
  )
}

scenario('each lateness beyond the window moves the grid once, by itself', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 5, limit: 1 })
  let due = 0
  const counted: number[] = []
  for (const late of [0, WINDOW + 1, 3 * HOUR, 0, 40 * MINUTE]) {
    t.match(await processAt(db, id, after(due - 1)), { action: due === 0 ? 'opened' : 'waiting' })
    if (due > 0) t.match(await processAt(db, id, after(due + late)), { action: 'opened' })
    counted.push(due === 0 ? -1 : due + late)
    due = counted.at(-1)! + DAY
  }
  t.same(await countedAt(db, id), counted)
  await checkSpacing(t, db, id)
})

scenario('a clock that steps back delays, and brings nothing closer', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 3, limit: 1 })
  await processAt(db, id, after(0))
  for (const ms of [-2 * HOUR, 0, DAY - 2 * HOUR, DAY - 1])
    t.match(await processAt(db, id, after(ms)), { action: 'waiting' })
  t.match(await processAt(db, id, after(DAY)), { action: 'opened' })
  t.match(await processAt(db, id, after(HOUR)), { action: 'waiting' })
  t.same(await countedAt(db, id), [0, DAY])
  await checkSpacing(t, db, id)
})

// outages

scenario('after thirty days without anybody: one catch-up batch, and the grid from there', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 9, limit: 2 })
  await processAt(db, id, after(0))
  const back = 30 * DAY + 7 * HOUR
  t.match(await processAt(db, id, after(back), 'sweep'), {
    action: 'opened',
    batch_number: 2,
    delivery_count: 2,
  })
  for (let n = 1; n <= 5; n++) {
    t.match(
      await processAt(db, id, after(back + n), 'sweep'),
      { action: 'waiting' },
      'the missed ones are not made up for',
    )
    t.match(await processAt(db, id, after(back + n), 'cron'), { action: 'waiting' })
  }
  t.match(await processAt(db, id, after(back + DAY - 1)), { action: 'waiting' })
  t.match(await processAt(db, id, after(back + DAY)), { action: 'opened', batch_number: 3 })
  t.same(await countedAt(db, id), [0, back, back + DAY])
  await checkSpacing(t, db, id)
})

scenario(
  'thirty days without a worker in mid-batch: what was not begun goes out in one new batch',
  async (t, db) => {
    const { id, contacts } = await makeCampaign(db, { contacts: 9, limit: 4 })
    await processCampaign(db, id)
    const sent = await claim(db, id, 1)
    await begin(db, id, sent)
    await report(db, id, sent)
    await claim(db, id, 2, 'dies with its claim')

    const back = after(30 * DAY)
    t.match(await processAt(db, id, back, 'sweep'), { action: 'opened', batch_number: 2, delivery_count: 4 })
    const row = await readCampaign(db, id)
    t.match(row.batch_history, [
      { batch_number: 1, sent_count: 1, remaining_count: 8 },
      { batch_number: 2, sent_count: 4, remaining_count: 4 },
    ])
    t.same(row.contacts_processed, contacts.slice(0, 5), 'in their order')
    t.match(await processAt(db, id, new Date(back.getTime() + DAY - 1)), { action: 'waiting' })
    await checkSpacing(t, db, id)
  },
)

// standstill: pause, refusing server, no worker

/** A batch of four of which one was sent at the opening. */
async function makeHalfSent(db: pg.Pool): Promise<string> {
  const { id } = await makeCampaign(db, { contacts: 9, limit: 4 })
  await processCampaign(db, id)
  const [first] = await claim(db, id, 1)
  await begin(db, id, [first!])
  await report(db, id, [first!])
  return id
}

/** Sends the rest of the open batch now, closes it, and returns when the next one is due, in ms after the start. */
async function finish(db: pg.Pool, id: string): Promise<number> {
  await send(db, id)
  const closed = await closeBatch(db, id)
  if (!closed.closed) throw new Error(closed.reason)
  return (await readCampaign(db, id)).next_batch_send_time.getTime() - Date.parse(START)
}

for (const [length, pause, due] of [
  ['59 minutes', 59 * MINUTE, DAY],
  ['an hour', HOUR, DAY],
  ['an hour and 1 ms', HOUR + 1, DAY + HOUR + 1],
  ['22 hours', 22 * HOUR, DAY + 22 * HOUR],
] as const) {
  scenario(
    `paused in mid-batch for ${length}: the next is due ${due === DAY ? 'at its old time' : 'one interval later'}`,
    async (t, db) => {
      const id = await makeHalfSent(db)
      await callOne(db, 'pause_campaign', id)
      t.same(await claim(db, id), [])
      await moveClock(db, after(pause))
      await callOne(db, 'resume_campaign', id)
      t.equal(await finish(db, id), due)
      t.match(await processAt(db, id, after(due - 1)), { action: 'waiting' })
      t.match(await processAt(db, id, after(due)), { action: 'opened', batch_number: 2, delivery_count: 4 })
      await checkSpacing(t, db, id)
    },
  )
}

scenario(
  'paused beyond the cut-off: the batch closes, the resumed campaign opens one batch, then waits',
  async (t, db) => {
    const id = await makeHalfSent(db)
    await callOne(db, 'pause_campaign', id)
    await moveClock(db, after(3 * DAY))
    t.match(await processCampaign(db, id, 'sweep'), { action: 'closed' })
    t.match((await readCampaign(db, id)).batch_history, [{ sent_count: 1, remaining_count: 8 }])
    await moveClock(db, after(3 * DAY + HOUR))
    await callOne(db, 'resume_campaign', id)
    t.match(await processAt(db, id, after(3 * DAY + HOUR)), {
      action: 'opened',
      batch_number: 2,
      delivery_count: 4,
    })
    t.match(await processAt(db, id, after(4 * DAY + HOUR - 1)), { action: 'waiting' })
    t.match(await processAt(db, id, after(4 * DAY + HOUR)), { action: 'opened', batch_number: 3 })
    await checkSpacing(t, db, id)
  },
)

scenario('paused between two batches: the old due time holds, or the resume', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 4, limit: 1 })
  await processAt(db, id, after(0))
  await callOne(db, 'pause_campaign', id)
  await moveClock(db, after(5 * HOUR))
  await callOne(db, 'resume_campaign', id)
  t.same((await readCampaign(db, id)).next_batch_send_time, after(DAY), 'resumed in time')
  t.match(await processAt(db, id, after(DAY - 1)), { action: 'waiting' })
  t.match(await processAt(db, id, after(DAY)), { action: 'opened' })

  await callOne(db, 'pause_campaign', id)
  t.match(await processAt(db, id, after(2 * DAY)), { action: 'paused' })
  await moveClock(db, after(2 * DAY + 6 * HOUR))
  await callOne(db, 'resume_campaign', id)
  t.match(await processAt(db, id, after(2 * DAY + 6 * HOUR)), { action: 'opened' })
  t.same(await countedAt(db, id), [0, DAY, 2 * DAY + 6 * HOUR])
  await checkSpacing(t, db, id)
})

scenario('pausing and resuming again and again brings no batch forward', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 3, limit: 1 })
  await processAt(db, id, after(0))
  for (let hour = 1; hour < 24; hour++) {
    await moveClock(db, after(hour * HOUR))
    await callOne(db, 'pause_campaign', id)
    await callOne(db, 'resume_campaign', id)
    t.match(await processCampaign(db, id, 'cron'), { action: 'waiting' })
  }
  t.match(await processAt(db, id, after(DAY)), { action: 'opened' })
  await checkSpacing(t, db, id)
})

scenario('no worker for five hours: the spacing starts with the restart', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 8, limit: 4 })
  await processCampaign(db, id)
  await moveClock(db, after(5 * HOUR))
  t.equal(await finish(db, id), DAY + 5 * HOUR)
  t.match(await processAt(db, id, after(DAY)), { action: 'waiting' })
  t.match(await processAt(db, id, after(DAY + 5 * HOUR)), { action: 'opened' })
  await checkSpacing(t, db, id)
})

scenario('a server that refuses for two hours restarts it, a greylisted contact does not', async (t, db) => {
  const refused = await makeHalfSent(db)
  const greylisting = await makeCampaign(db, { contacts: 9, limit: 4 })
  await processCampaign(db, greylisting.id)
  await send(db, greylisting.id, greylisted)
  const [probe] = await claim(db, refused, 1)
  await report(db, refused, [probe!], serverGone)

  await moveClock(db, after(2 * HOUR))
  for (;;) {
    // one mail finds out that the server takes mails again, then the others follow
    if ((await send(db, refused)).length === 0) break
  }
  t.equal(await finish(db, refused), DAY + 2 * HOUR)
  t.equal(await finish(db, greylisting.id), DAY)
  for (const id of [refused, greylisting.id]) {
    const { next_batch_send_time } = await readCampaign(db, id)
    t.match(await processAt(db, id, next_batch_send_time), { action: 'opened' })
    await checkSpacing(t, db, id)
  }
})

scenario('several standstills of one batch: the last restart counts', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 8, limit: 4 })
  await processCampaign(db, id)
  for (const hour of [2, 5, 11]) {
    await moveClock(db, after(hour * HOUR))
    const one = await claim(db, id, 1)
    await begin(db, id, one)
    await report(db, id, one)
  }
  await moveClock(db, after(12 * HOUR))
  t.equal(await finish(db, id), DAY + 11 * HOUR, 'an hour is no standstill')
  t.match(await processAt(db, id, after(DAY + 11 * HOUR)), { action: 'opened' })
  await checkSpacing(t, db, id)
})

// clock changes of the session's zone

for (const [zone, changes] of [
  ['Europe/Berlin', ['2026-03-28T08:00:00Z', '2026-10-24T07:00:00Z']],
  ['America/New_York', ['2026-03-07T14:00:00Z', '2026-10-31T13:00:00Z']],
] as const) {
  for (const dayBefore of changes) {
    scenario(
      `sessions in ${zone} across the clock change after ${dayBefore}`,
      async (t, db, { url }) => {
        const session = await openSession(url)
        await session.query(`set timezone = '${zone}'`)
        const local = `select to_char($1::timestamptz, 'HH24:MI') as time`
        const { id } = await makeCampaign(db, { contacts: 4, limit: 1 })
        const begin = Date.parse(dayBefore)
        const times = new Set<string>()
        for (let day = 0; day < 4; day++) {
          const due = new Date(begin + day * DAY)
          if (day > 0)
            t.match(await processAt(session.client, id, new Date(due.getTime() - 1)), { action: 'waiting' })
          t.match(await processAt(session.client, id, due), { action: 'opened', batch_number: day + 1 })
          times.add((await session.query(local, [due])).rows[0].time)
        }
        t.equal(times.size, 2, `the change lies in these days: ${[...times].join(', ')} there`)
        t.same(
          (await readBatches(db, id)).map(batch => batch.counted_at.getTime()),
          [0, 1, 2, 3].map(day => begin + day * DAY),
        )
        t.same(
          (await readCampaign(db, id)).batch_history.map((entry: Row) => entry.timestamp),
          [0, 1, 2, 3].map(day => new Date(begin + day * DAY).toISOString().replace('.000', '')),
        )
        await checkSpacing(t, db, id)
        await session.end()
      },
      { at: dayBefore },
    )
  }
}

scenario(
  'a daily cron that follows the local clock loses an hour in spring, and opens nothing an hour early',
  async (t, db) => {
    const { id } = await makeCampaign(db, { contacts: 4, limit: 1 })
    await processAt(db, id, new Date('2026-03-28T08:00:00Z'), 'cron')
    t.match(await processAt(db, id, new Date('2026-03-29T07:00:00Z'), 'cron'), { action: 'waiting' })
    t.match(await processAt(db, id, new Date('2026-03-29T08:00:00Z'), 'job'), { action: 'opened' })
    await checkSpacing(t, db, id)
  },
  { at: '2026-03-28T08:00:00Z' },
)

// what changes between two batches

scenario('a limit changed between batches counts from the next one, the grid stays', async (t, db) => {
  const { id, contacts } = await makeCampaign(db, { contacts: 30, limit: 5 })
  const sizes = []
  for (const [day, next] of [7, 1, 20, undefined].entries()) {
    sizes.push((await processAt(db, id, after(day * DAY))).delivery_count)
    if (next === undefined) break
    await callOne(db, 'set_daily_limit', id, next)
    t.match(
      await processAt(db, id, after(day * DAY + HOUR)),
      { action: 'waiting' },
      'a higher limit fills up nothing',
    )
  }
  t.same(sizes, [5, 7, 1, 17], 'the last of them takes who is left')
  t.match(await readCampaign(db, id), { status: 'completed', contacts_processed: contacts })
  t.same(await countedAt(db, id), [0, DAY, 2 * DAY, 3 * DAY])
  await checkSpacing(t, db, id)
})

scenario('a limit changed while a batch is under way leaves that batch alone', async (t, db) => {
  const id = await makeHalfSent(db)
  await callOne(db, 'set_daily_limit', id, 50)
  t.equal((await claim(db, id, 50)).length, 3)
  await callOne(db, 'set_daily_limit', id, 1)
  t.match((await readBatches(db, id))[0], { send_limit: 4, slot_count: 4 })
})

scenario('a changed interval counts from the next batch: the one before keeps its own', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 5, limit: 1 })
  const change = (interval: string) =>
    db.query('update campaigns set batch_interval = $2 where id = $1', [id, interval])
  await processAt(db, id, after(0))
  await change('12 hours')
  t.match(await processAt(db, id, after(12 * HOUR)), { action: 'waiting' })
  t.match(await processAt(db, id, after(DAY)), { action: 'opened' })
  t.match(await processAt(db, id, after(DAY + 12 * HOUR - 1)), { action: 'waiting' })
  t.match(await processAt(db, id, after(DAY + 12 * HOUR)), { action: 'opened' })
  await change('48 hours')
  t.match(await processAt(db, id, after(2 * DAY)), { action: 'opened' })
  t.match(await processAt(db, id, after(4 * DAY - 1)), { action: 'waiting' })
  t.match(await processAt(db, id, after(4 * DAY)), { action: 'opened' })
  await checkSpacing(t, db, id)
})

scenario('a completed campaign that goes on keeps its distance to the last batch', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 2, limit: 5 })
  await processCampaign(db, id)
  await send(db, id, [
    { stage: 'rcpt', reply_code: 550 },
    { stage: 'message', reply_code: 250 },
  ])
  t.match(await closeBatch(db, id), { completed: true })
  await moveClock(db, after(3 * HOUR))
  t.same((await call(db, 'retry_failed', id))[0], { retry_failed: 1 })
  t.match(await processAt(db, id, after(DAY - 1)), { action: 'waiting' })
  t.match(await processAt(db, id, after(DAY)), { action: 'opened', delivery_count: 1 })
  await checkSpacing(t, db, id)
})
