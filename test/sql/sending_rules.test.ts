// Sending rules beside the daily limit, over virtual days and PostgreSQL's own time zones: the send window, a fixed time
// of day, the ramp-up, spreading. Whatever the rules say, the distance of two batches is proven as ever.
import fc from 'fast-check'
import type pg from 'pg'
import t, { type Test } from 'tap'
import { setClock } from '../helper/clock.ts'
import { createTestDatabase } from '../helper/database.ts'
import {
  begin,
  call,
  callOne,
  claim,
  closeBatch,
  makeCampaign,
  processCampaign,
  type Row,
  readBatch,
  readCampaign,
  readJobs,
  readOne,
  report,
  send,
} from '../helper/make.ts'
import { readSeed } from '../helper/random.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { scenario } from '../helper/scenario.ts'

const iso = (moment: Date | null) => moment?.toISOString().replace('.000', '')
const readNext = async (db: pg.Pool, id: string) => iso((await readCampaign(db, id)).next_batch_send_time)

async function readBlocker(db: pg.Pool, id: string, blocker: string): Promise<string | undefined> {
  const { rows } = await db.query(
    'select ends_at from daybatch.campaign_blockers where campaign_id = $1 and blocker = $2',
    [id, blocker],
  )
  return rows.length > 0 ? iso(rows[0].ends_at) : undefined
}

/** Processes a campaign at each of its due times; returns when its batches opened, until it is complete. */
async function runToEnd(db: pg.Pool, id: string): Promise<Date[]> {
  const opened: Date[] = []
  for (let n = 0; n < 60; n++) {
    const { status, next_batch_send_time: next } = await readCampaign(db, id)
    if (status === 'completed') return opened
    if (next) await setClock(db, next)
    const row = await processCampaign(db, id, 'job')
    if (row.action !== 'opened') continue
    opened.push((await readBatch(db, id, row.batch_number)).opened_at)
    await send(db, id)
    await closeBatch(db, id)
  }
  throw new Error('60 steps were not enough')
}

async function checkProof(t: Test, db: pg.Pool, id: string): Promise<void> {
  const { rows } = await db.query(
    'select batch_number from daybatch.daily_limit_proof where campaign_id = $1 and not (limit_holds and intervals_are_disjoint)',
    [id],
  )
  t.same(rows, [], 'the times of hand-over prove limit and distance')
}

const BERLIN = { send_time_zone: 'Europe/Berlin' }
const OFFICE = { send_window_from: '09:00', send_window_to: '17:00', ...BERLIN }
const NIGHT = { send_window_from: '22:00', send_window_to: '02:00', ...BERLIN }

t.test('the window a moment lies in, or the next one', async t => {
  const { pool } = await createTestDatabase(t)
  const cases: [string, Row, string, string, string][] = [
    ['inside', OFFICE, '2026-03-02T09:00Z', '2026-03-02T08:00:00Z', '2026-03-02T16:00:00Z'],
    ['its end is outside', OFFICE, '2026-03-02T16:00Z', '2026-03-03T08:00:00Z', '2026-03-03T16:00:00Z'],
    ['before', OFFICE, '2026-03-02T07:59:59Z', '2026-03-02T08:00:00Z', '2026-03-02T16:00:00Z'],
    [
      'weekend',
      { ...OFFICE, send_window_days: [1, 2, 3, 4, 5] },
      '2026-03-06T16:00Z',
      '2026-03-09T08:00:00Z',
      '2026-03-09T16:00:00Z',
    ],
    [
      'one day a week',
      { send_window_days: [3], ...BERLIN },
      '2026-03-05T00:00Z',
      '2026-03-10T23:00:00Z',
      '2026-03-11T23:00:00Z',
    ],
    ['across midnight, after it', NIGHT, '2026-03-02T00:30Z', '2026-03-01T21:00:00Z', '2026-03-02T01:00:00Z'],
    [
      'across midnight, the day it begins on counts',
      { ...NIGHT, send_window_days: [7] },
      '2026-03-02T00:30Z',
      '2026-03-01T21:00:00Z',
      '2026-03-02T01:00:00Z',
    ],
    [
      'across midnight, not that day',
      { ...NIGHT, send_window_days: [1] },
      '2026-03-02T00:30Z',
      '2026-03-02T21:00:00Z',
      '2026-03-03T01:00:00Z',
    ],
    [
      'the night clocks go forward has an hour less',
      NIGHT,
      '2026-03-28T22:00Z',
      '2026-03-28T21:00:00Z',
      '2026-03-29T01:00:00Z',
    ],
    [
      'the day clocks go forward',
      OFFICE,
      '2026-03-29T00:00Z',
      '2026-03-29T07:00:00Z',
      '2026-03-29T15:00:00Z',
    ],
    ['the day clocks go back', OFFICE, '2026-10-25T00:00Z', '2026-10-25T08:00:00Z', '2026-10-25T16:00:00Z'],
    [
      'a beginning that is left out: an hour later',
      { send_window_from: '02:30', send_window_to: '05:00', ...BERLIN },
      '2026-03-29T00:00Z',
      '2026-03-29T01:30:00Z',
      '2026-03-29T03:00:00Z',
    ],
    [
      'a window that is left out: the next day',
      { send_window_from: '02:30', send_window_to: '03:15', ...BERLIN },
      '2026-03-29T00:00Z',
      '2026-03-30T00:30:00Z',
      '2026-03-30T01:15:00Z',
    ],
    [
      'a beginning that comes twice: the second',
      { send_window_from: '02:30', send_window_to: '05:00', ...BERLIN },
      '2026-10-25T00:00Z',
      '2026-10-25T01:30:00Z',
      '2026-10-25T04:00:00Z',
    ],
    [
      'half an hour of daylight',
      { ...OFFICE, send_time_zone: 'Australia/Lord_Howe' },
      '2026-10-04T00:00Z',
      '2026-10-03T22:00:00Z',
      '2026-10-04T06:00:00Z',
    ],
  ]
  for (const [name, rules, at, start, end] of cases) {
    const window = await callOne(pool, 'find_send_window', at, rules)
    t.same([iso(window.starts_at), iso(window.ends_at)], [start, end], name)
  }
  t.same(await call(pool, 'find_send_window', '2026-03-02T00:00Z', { ramp_up_by: 1 }), [], 'no window')
})

t.test(
  'property: what is due lies in the window, is the first such moment, and moves by itself only once',
  async t => {
    const { pool } = await createTestDatabase(t)
    const seed = readSeed()
    t.comment(`SEED=${seed}`)
    const time = fc
      .integer({ min: 0, max: 95 })
      .map(q => `${String(q >> 2).padStart(2, '0')}:${String((q % 4) * 15).padStart(2, '0')}`)
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          'Europe/Berlin',
          'America/New_York',
          'Australia/Lord_Howe',
          'Pacific/Apia',
          'Asia/Kathmandu',
          'UTC',
        ),
        time,
        time,
        fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        fc.integer({ min: 0, max: 2 * 365 * 24 * 60 }),
        async (send_time_zone, from, to, send_window_days, minutes) => {
          if (from === to) return
          const rules = { send_window_from: from, send_window_to: to, send_window_days, send_time_zone }
          const at = new Date(Date.UTC(2026, 0, 1) + minutes * 60_000)
          const { rows } = await pool.query(
            `select d.at as due_at, w.starts_at, w.ends_at, daybatch.calculate_due_time(d.at, $2) as again,
             extract(isodow from timezone($3, w.starts_at))::integer as day,
             (select count(*)::integer from generate_series($1::timestamptz, d.at - interval '5 minutes', interval '5 minutes') as m,
               lateral (select timezone($3, m) as local) as l
              where l.local::time >= $4::time and l.local::time < $5::time and extract(isodow from l.local) = any ($6)) as missed
           from (select daybatch.calculate_due_time($1, $2) as at) as d, daybatch.find_send_window(d.at, $2) as w`,
            [at, rules, send_time_zone, from, to, send_window_days],
          )
          const [row] = rows
          t.ok(
            row.due_at >= at && row.starts_at <= row.due_at && row.due_at < row.ends_at,
            'it lies in a window',
          )
          t.same(row.again, row.due_at)
          t.ok(send_window_days.includes(row.day) || /02:|03:/.test(from), 'of one of the weekdays')
          // by the clock on the wall: but for hours that come twice
          if (from < to && !/0[1-3]:/.test(from + to))
            t.equal(row.missed, 0, `nothing before it: ${JSON.stringify({ at, rules })}`)
        },
      ),
      { numRuns: 40, seed },
    )
  },
)

scenario(
  'a batch waits for its window, stops when it closes, and goes on in the next',
  async (t, db) => {
    // 21:00 in Berlin
    const { id } = await makeCampaign(db, { contacts: 8, limit: 4, ...OFFICE })
    t.match(await processCampaign(db, id), { action: 'waiting' })
    t.equal(await readNext(db, id), '2026-03-03T08:00:00Z', 'due when the window opens')
    t.equal(await readBlocker(db, id, 'send_window'), '2026-03-03T08:00:00Z')
    t.ok(
      (await readJobs(db, id)).some(job => iso(job.start_after) === '2026-03-03T08:00:00Z'),
      'its job is for then',
    )
    const forecast = await call(db, 'forecast_campaign', id)
    t.same(
      forecast.map(row => iso(row.due_at)),
      ['2026-03-03T08:00:00Z', '2026-03-04T08:00:00Z'],
    )

    await setClock(db, '2026-03-03T15:58:00Z')
    t.match(await processCampaign(db, id), { action: 'opened' }, 'late, and still in the window')
    const [sent, late] = [await claim(db, id, 1), await claim(db, id, 1)]
    await begin(db, id, sent)
    await report(db, id, sent)
    await setClock(db, '2026-03-03T16:00:00Z')
    t.match(await begin(db, id, late), [{ may_send: false, refusal: 'the send window is closed' }])
    await call(
      db,
      'release_claims',
      late.map(row => row.claim_token),
    )
    t.same(await claim(db, id), [], 'nothing is claimed')
    t.equal(await readBlocker(db, id, 'send_window'), '2026-03-04T08:00:00Z')
    t.match(await readOne(db, 'select waits_for from daybatch.campaign_status where id = $1', [id]), {
      waits_for: 'batch 1 is under way: 1 of 4 sent; its send window holds it until 2026-03-04 08:00:00Z',
    })
    t.match(await callOne(db, 'list_work'), { is_ready: false, ready_at: new Date('2026-03-04T08:00:00Z') })

    await setClock(db, '2026-03-04T08:00:00Z')
    t.equal(await readBlocker(db, id, 'send_window'), undefined)
    t.equal((await send(db, id)).length, 3, 'the rest goes on before its cut-off')
    await closeBatch(db, id)
    t.equal(await readNext(db, id), '2026-03-05T08:00:00Z', 'one interval after the restart')
    await setClock(db, '2026-03-05T20:00:00Z')
    t.match(await processCampaign(db, id), { action: 'waiting' }, 'late and outside: it waits for the window')
    t.equal(await readNext(db, id), '2026-03-06T08:00:00Z')
    await db.query(`update public.campaigns set send_window_days = '{1,2,3,4}' where id = $1`, [id])
    t.equal(await readNext(db, id), '2026-03-09T08:00:00Z', 'a changed window moves what is due')
    await db.query(
      'update public.campaigns set send_window_from = null, send_window_to = null, send_window_days = null where id = $1',
      [id],
    )
    t.equal(await readNext(db, id), '2026-03-05T20:00:00Z', 'without it: now')
    await runToEnd(db, id)
    await checkProof(t, db, id)
  },
  { at: '2026-03-02T20:00:00.000Z' },
)

scenario('a batch whose window does not open again returns its rest at the cut-off', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 5, limit: 5, ...OFFICE, send_window_days: [1] })
  await processCampaign(db, id)
  const [first] = await claim(db, id, 1)
  await begin(db, id, [first!])
  await report(db, id, [first!])
  await setClock(db, '2026-03-02T17:00:00Z')
  t.same(await claim(db, id), [])
  await setClock(db, '2026-03-03T08:45:00Z')
  t.match(await processCampaign(db, id), { action: 'closed' })
  t.match(await readBatch(db, id, 1), { sent_count: 1, returned_count: 4 })
  t.equal(await readNext(db, id), '2026-03-09T08:00:00Z')
  t.same((await runToEnd(db, id)).map(iso), ['2026-03-09T08:00:00Z'])
  await checkProof(t, db, id)
})

scenario('every day at 09:00, whatever the clocks do', async (t, db) => {
  const days = async (start: string, rules: Row, contacts = 5) => {
    await setClock(db, start)
    const { id } = await makeCampaign(db, { contacts, limit: 1, ...rules })
    await processCampaign(db, id)
    const opened = await runToEnd(db, id)
    await checkProof(t, db, id)
    const { rows } = await db.query(
      'select (extract(epoch from batch_interval) / 3600)::float8 as hours from daybatch.batches where campaign_id = $1 order by batch_number',
      [id],
    )
    return { opened: opened.map(iso), hours: rows.map(row => row.hours) }
  }
  t.same(await days('2026-03-26T20:00:00Z', { daily_send_time: '09:00', ...BERLIN }), {
    opened: [
      '2026-03-27T08:00:00Z',
      '2026-03-28T08:00:00Z',
      '2026-03-29T07:00:00Z',
      '2026-03-30T07:00:00Z',
      '2026-03-31T07:00:00Z',
    ],
    hours: [24, 23, 24, 24, 24],
  })
  t.same(await days('2026-10-23T20:00:00Z', { daily_send_time: '09:00', ...BERLIN }, 3), {
    opened: ['2026-10-24T07:00:00Z', '2026-10-25T08:00:00Z', '2026-10-26T08:00:00Z'],
    hours: [25, 24, 24],
  })
  t.same(
    await days('2026-03-28T00:00:00Z', { daily_send_time: '02:30', ...BERLIN }, 3),
    {
      opened: ['2026-03-28T01:30:00Z', '2026-03-29T01:30:00Z', '2026-03-30T00:30:00Z'],
      hours: [24, 23, 24],
    },
    '02:30 does not exist: it is 03:30 summer time',
  )
  t.same(
    await days('2026-10-31T00:00:00Z', { daily_send_time: '01:30', send_time_zone: 'America/New_York' }, 3),
    {
      opened: ['2026-10-31T05:30:00Z', '2026-11-01T06:30:00Z', '2026-11-02T06:30:00Z'],
      hours: [25, 24, 24],
    },
    '01:30 comes twice: the second',
  )
  t.same(
    (
      await days(
        '2026-03-26T20:00:00Z',
        { daily_send_time: '09:00', batch_interval: '168 hours', ...BERLIN },
        2,
      )
    ).opened,
    ['2026-03-27T08:00:00Z', '2026-04-03T07:00:00Z'],
    'every week',
  )
  t.same(
    (
      await days(
        '2026-03-27T07:00:00Z',
        { daily_send_time: '09:00', send_window_days: [1, 2, 3, 4, 5], ...BERLIN },
        2,
      )
    ).opened,
    ['2026-03-27T08:00:00Z', '2026-03-30T07:00:00Z'],
    'on weekdays',
  )
})

scenario('late for its time of day: within the hour it goes, then it waits for the next', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 3, limit: 1, daily_send_time: '09:00', ...BERLIN })
  await processCampaign(db, id)
  await setClock(db, '2026-03-03T08:40:00Z')
  t.match(await processCampaign(db, id), { action: 'opened' })
  await send(db, id)
  await closeBatch(db, id)
  t.equal(await readNext(db, id), '2026-03-04T08:00:00Z', '23 hours and 20 minutes later')
  await setClock(db, '2026-03-04T09:00:01Z')
  t.match(await processCampaign(db, id), { action: 'waiting' })
  t.equal(await readNext(db, id), '2026-03-05T08:00:00Z', 'never two within 23 hours')
  await runToEnd(db, id)
  await checkProof(t, db, id)
})

scenario('the limit grows with each batch that sent, and can be set in between', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 40, limit: 2, ramp_up_percent: 50, ramp_up_to: 8 })
  await processCampaign(db, id)
  t.same(
    (await call(db, 'forecast_campaign', id)).map(row => row.size),
    [2, 3, 4, 6, 8, 8, 8, 1],
  )
  await send(db, id)
  await closeBatch(db, id)
  t.equal((await readCampaign(db, id)).daily_send_limit, 3)
  t.same(
    (await call(db, 'forecast_campaign', id)).map(row => row.size),
    [3, 4, 6, 8, 8, 8, 1],
  )
  await call(db, 'set_daily_limit', id, 7)
  const foretold = (await call(db, 'forecast_campaign', id)).map(row => [iso(row.due_at), row.size])
  const opened = await runToEnd(db, id)
  const { rows } = await db.query(
    'select opened_at, slot_count from daybatch.batches where campaign_id = $1 and batch_number > 1 order by 1',
    [id],
  )
  t.same(
    rows.map(row => [iso(row.opened_at), row.slot_count]),
    foretold,
  )
  t.same(
    foretold.map(row => row[1]),
    [7, 8, 8, 8, 7],
  )
  t.equal(opened.length, 5)
  t.same(
    (await call(db, 'simulate_campaign', 40, 2, '24 hours', null, { ramp_up_by: 3, ramp_up_to: 10 })).map(
      row => row.size,
    ),
    [2, 5, 8, 10, 10, 5],
  )
  await checkProof(t, db, id)
})

scenario(
  'a batch spread over a period: one mail after the other, and no burst after a standstill',
  async (t, db) => {
    const { id } = await makeCampaign(db, { contacts: 8, limit: 8, spread_over: '08:00:00' })
    await processCampaign(db, id)
    t.equal((await send(db, id)).length, 1, 'the first at once')
    t.equal(await readBlocker(db, id, 'spread'), '2026-03-02T10:00:00Z')
    t.match(await callOne(db, 'list_work'), { is_ready: false, ready_at: new Date('2026-03-02T10:00:00Z') })
    t.same(await claim(db, id), [])
    await setClock(db, '2026-03-02T10:00:30Z')
    t.equal((await send(db, id)).length, 1)
    await setClock(db, '2026-03-02T11:00:00Z')
    t.equal((await send(db, id)).length, 1, 'less than a minute late moves nothing')
    t.equal(await readNext(db, id), '2026-03-03T09:00:00Z', 'the gap is no standstill')
    await setClock(db, '2026-03-02T15:30:00Z')
    t.equal((await send(db, id)).length, 1, 'after a standstill one')
    t.equal(await readNext(db, id), '2026-03-03T15:30:00Z', 'which restarts the interval')
    await setClock(db, '2026-03-02T16:29:00Z')
    const early = await claim(db, id)
    t.equal(early.length, 1)
    await call(
      db,
      'release_claims',
      early.map(row => row.claim_token),
    )
    t.same(await claim(db, id), [], 'a slot that is given back comes with the next gap')
    await setClock(db, '2026-03-03T08:45:00Z')
    t.match(await processCampaign(db, id), { action: 'closed' }, 'the cut-off holds')
    t.match(await readBatch(db, id, 1), { sent_count: 4, returned_count: 4 })
    await checkProof(t, db, id)
  },
)

t.test('property: rules of time and size are foretold', async t => {
  const { pool } = await createTestDatabase(t)
  const seed = readSeed()
  t.comment(`SEED=${seed}`)
  const option = (values: Row[]) => fc.constantFrom({}, ...values)
  await fc.assert(
    fc.asyncProperty(
      option([
        OFFICE,
        NIGHT,
        { ...OFFICE, send_window_days: [1, 3] },
        { send_window_days: [6, 7], ...BERLIN },
      ]),
      option([{ daily_send_time: '12:00', ...BERLIN }]),
      option([
        { ramp_up_by: 2, ramp_up_to: 9 },
        { ramp_up_percent: 40, ramp_up_to: 7 },
      ]),
      fc.constantFrom('24 hours', '36 hours'),
      fc.integer({ min: 0, max: 400 }),
      async (window, daily, ramp, batch_interval, hours) => {
        if ('send_window_from' in window && window.send_window_from === '22:00' && 'daily_send_time' in daily)
          return
        await setClock(pool, new Date(Date.UTC(2026, 9, 20) + hours * 3_600_000))
        const { id } = await makeCampaign(pool, {
          contacts: 11,
          limit: 2,
          batch_interval,
          ...window,
          ...daily,
          ...ramp,
        })
        const foretold = await call(pool, 'forecast_campaign', id)
        const opened = await runToEnd(pool, id)
        t.same(
          opened.map(iso),
          foretold.map(row => iso(row.due_at)),
        )
        const { rows } = await pool.query(
          'select slot_count from daybatch.batches where campaign_id = $1 order by batch_number',
          [id],
        )
        t.same(
          rows.map(row => row.slot_count),
          foretold.map(row => row.size),
        )
        await checkProof(t, pool, id)
      },
    ),
    { numRuns: 10, seed },
  )
})

scenario('what is not possible is refused in words, and by constraint', async (t, db) => {
  const refused: [Row, RegExp][] = [
    [{ send_time_zone: 'Europe/Berlyn' }, /'Europe\/Berlyn' is no IANA time zone/],
    [{ send_time_zone: 'CET' }, /no IANA time zone/],
    [{ daily_send_time: '09:00' }, /without a zone/],
    [{ send_window_from: '09:00', ...BERLIN }, /needs send_window_from and send_window_to/],
    [{ ...OFFICE, send_window_to: '09:00' }, /is empty/],
    [{ send_window_days: [0], ...BERLIN }, /a day that is none/],
    [{ ...OFFICE, daily_send_time: '18:00' }, /outside of the send window/],
    [{ ...NIGHT, daily_send_time: '12:00' }, /outside of the send window/],
    [{ daily_send_time: '09:00', batch_interval: '01:00:00', ...BERLIN }, /24 hours or more/],
    [{ ramp_up_by: 5 }, /needs ramp_up_to/],
    [{ ramp_up_by: 5, ramp_up_percent: 5, ramp_up_to: 50 }, /needs ramp_up_to/],
    [{ ramp_up_by: 0, ramp_up_to: 50 }, /grows by 1 or more/],
    [{ spread_over: '23:50:00' }, /spread_over .* is not possible/],
    [{ spread_over: '1 day' }, /is not possible/],
    [{ daily_send_time: 'noon', ...BERLIN }, /cannot be read/],
  ]
  for (const [rules, message] of refused) {
    await checkRefusal(t, 'MB017', message, () => call(db, 'create_campaign', { name: 'News', ...rules }))
  }
  const { create_campaign: id } = await callOne(db, 'create_campaign', {
    name: 'News',
    ...OFFICE,
    daily_send_time: '09:30',
    spread_over: '04:00:00',
  })
  await checkRefusal(t, 'MB017', /without a zone/, () =>
    call(db, 'update_campaign', id, { send_time_zone: null }),
  )
  await call(db, 'update_campaign', id, { daily_send_time: null, ramp_up_by: 1, ramp_up_to: 9 })
  t.match(await readOne(db, 'select sending_rules from daybatch.campaign_status where id = $1', [id]), {
    sending_rules: { send_window_from: '09:00:00', ramp_up_to: 9, spread_over: 'PT4H' },
  })
  const zone = `update public.campaigns set send_time_zone = 'Foo/Bar3'`
  await checkRefusal(t, '23514', /send_time_zone_is_an_iana_zone/, () => db.query(zone))
})
