// The coming batches are walked in one place, fast; they are the ones that the functions of the engine lead to one by one.
import fc from 'fast-check'
import t from 'tap'
import { setClock } from '../helper/clock.ts'
import { createTestDatabase } from '../helper/database.ts'
import { call, makeCampaign, openBatch, type Row, runBatch } from '../helper/make.ts'
import { readSeed } from '../helper/random.ts'
import { after, DAY, scenario } from '../helper/scenario.ts'

/** As advance_campaign goes from batch to batch: by calculate_spacing, calculate_next_limit and calculate_batch_limit. */
const STEP_BY_STEP = `
  with recursive batch as (
    select 1 as batch_number, daybatch.calculate_due_time($4, $5) as due_at, $2::integer as batch_limit, s.size, $1 - s.size as remaining_after
    from (select least(daybatch.calculate_batch_limit($2, $3, $5), $1) as size) as s
    union all
    select b.batch_number + 1, (select s.next_due_at from daybatch.calculate_spacing(b.due_at, $3, $5) as s), n.batch_limit, s.size,
      b.remaining_after - s.size
    from batch as b
    cross join lateral (select daybatch.calculate_next_limit(b.batch_limit, $5) as batch_limit) as n
    cross join lateral (select least(daybatch.calculate_batch_limit(n.batch_limit, $3, $5), b.remaining_after) as size) as s
    where b.remaining_after > 0
  )
  select batch_number, due_at, size, remaining_after from batch order by 1`

const AHEAD = `select * from daybatch.list_batches_ahead($1::integer, $2::integer, $3::interval, daybatch.calculate_due_time($4::timestamptz, $5::jsonb),
  $5::jsonb, $6::integer, $7::integer)`

const quarter = fc
  .integer({ min: 0, max: 95 })
  .map(q => `${String(q >> 2).padStart(2, '0')}:${String((q % 4) * 15).padStart(2, '0')}`)

const window = fc
  .record(
    {
      span: fc.tuple(quarter, quarter).filter(([from, to]) => from !== to),
      send_window_days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
    },
    { requiredKeys: [] },
  )
  .map(({ span, ...days }) => ({
    ...days,
    ...(span && { send_window_from: span[0], send_window_to: span[1] }),
  }))

const rulesOf = fc
  .tuple(
    fc.constantFrom(
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'Africa/Cairo',
      'UTC',
    ),
    fc.option(window),
    fc.option(quarter),
    fc.option(
      fc.constantFrom({ ramp_up_by: 3, ramp_up_to: 11 }, { ramp_up_percent: 40, ramp_up_to: 30 }, {}),
    ),
    fc.option(fc.integer({ min: 1, max: 9 })),
  )
  .map(([send_time_zone, window, daily_send_time, ramp, sender_limit]) => ({
    send_time_zone,
    ...window,
    // also one that no window has: then there is no next batch
    ...(daily_send_time !== null && { daily_send_time }),
    ...ramp,
    ...(sender_limit !== null && { sender_limit }),
  }))

t.test('property: the batches ahead are those that one batch after the other leads to', async t => {
  const { pool } = await createTestDatabase(t)
  const seed = readSeed()
  t.comment(`SEED=${seed}`)
  let missed = 0
  await fc.assert(
    fc.asyncProperty(
      rulesOf,
      fc.integer({ min: 0, max: 150 }),
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom('24 hours', '1 hour', '36 hours', '168 hours', '25 minutes'),
      // 2011: Samoa had no 30 December
      fc.tuple(fc.constantFrom(2011, 2026), fc.integer({ min: 0, max: 366 * 24 * 60 })),
      fc.nat({ max: 40 }),
      fc.nat({ max: 10 }),
      async (rules, contacts, limit, interval, [year, minutes], after, count) => {
        const at = new Date(Date.UTC(year, 0, 1) + minutes * 60_000)
        const given = [contacts, limit, interval, at, rules]
        const { rows: expected } = await pool.query(STEP_BY_STEP, given)
        const { rows } = await pool.query(AHEAD, [...given, 0, null])
        if (contacts === 0) return t.same(rows, [])
        t.same(rows, expected, JSON.stringify(given))
        if (rows.some(({ due_at }: Row) => due_at === null)) missed++
        const page = await pool.query(AHEAD, [...given, after, count])
        t.same(page.rows, rows.slice(after, after + count), 'a page of them')
      },
    ),
    { seed, numRuns: 150 },
  )
  t.comment(`${missed} of them with a time of day outside of the window`)
})

t.test('without rules, a page of them too', async t => {
  const { pool } = await createTestDatabase(t)
  const given = [17, 5, '24 hours', new Date('2026-03-01T09:00Z'), null]
  const { rows } = await pool.query(AHEAD, [...given, 0, null])
  t.equal(rows.length, 4)
  for (const [after, count] of [
    [0, 2],
    [2, 5],
    [3, 0],
    [9, 3],
  ] as const)
    t.same(
      (await pool.query(AHEAD, [...given, after, count])).rows,
      rows.slice(after, after + count),
      `${count} after ${after}`,
    )
})

scenario('a page of the forecast, and of the batches', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 30, limit: 2 })
  await runBatch(db, id)
  const check = async () => {
    const all = await call(db, 'forecast_campaign', id)
    const listed = await call(db, 'list_batches', id)
    for (const behind of [null, 0, 1, 2, 5, 14, 15, 99])
      for (const count of [0, 1, 3, 200]) {
        const rest = (rows: Row[]) => rows.filter(row => row.batch_number > (behind ?? -1))
        const page = await call(db, 'forecast_campaign', id, null, behind, count)
        t.same(page, rest(all).slice(0, count), `${count} behind ${behind}`)
        if (count > 0)
          t.same(await call(db, 'list_batches', id, behind ?? -1, count), rest(listed).slice(0, count))
      }
  }
  await check()
  await setClock(db, after(DAY))
  await openBatch(db, id)
  await check()
  t.equal((await call(db, 'list_batches', id)).length, 15)
})

t.test('ten thousand batches with a time of day and a window are no matter', async t => {
  const { pool } = await createTestDatabase(t)
  const rules = {
    daily_send_time: '10:00',
    send_window_from: '09:00',
    send_window_to: '17:00',
    send_window_days: [1, 2, 3, 4, 5],
    send_time_zone: 'Europe/Berlin',
  }
  const given = [10_000, 1, '24 hours', new Date('2026-03-01T09:00Z'), rules]
  const client = await pool.connect()
  await client.query(`begin; set local track_functions = 'all'`)
  const { rows } = await client.query(AHEAD, [...given, 0, null])
  t.equal(rows.length, 10_000)
  // one step a batch: no batch is found from the first one, and no window day by day
  const { rows: called } = await client.query(
    'select funcname, calls::integer from pg_stat_xact_user_functions where calls > 1 order by 1',
  )
  t.same(
    called.map(({ funcname, calls }) => [funcname, Math.ceil(calls / 10_000)]),
    [
      ['calculate_due_time', 3],
      ['calculate_spacing', 1],
      ['find_send_window', 2],
    ],
  )
  await client.query('commit')
  client.release()
  const page = await pool.query(AHEAD, [...given, 9_998, 1])
  t.same(page.rows, rows.slice(9_998, 9_999))
})
