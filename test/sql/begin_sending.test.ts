import { randomUUID } from 'node:crypto'
import { advance, setClock } from '../helper/clock.ts'
import {
  begin,
  call,
  claim,
  closeBatch,
  greylisted,
  makeCampaign,
  openBatch,
  type Row,
  readBatch,
  readCampaign,
  readDeliveries,
  readEvents,
  readJobs,
  readState,
  report,
  send,
  serverGone,
} from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { after, DAY, HOUR, MINUTE, START, scenario } from '../helper/scenario.ts'

const answers = (rows: Row[]) => rows.map(row => [row.may_send, row.refusal])

scenario('what is claimed becomes sending, with its time', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id)
  await advance(db, '5 seconds')
  t.same(await begin(db, campaign.id, rows.slice(0, 2)), [
    { delivery_id: rows[0]!.delivery_id, may_send: true, refusal: null },
    { delivery_id: rows[1]!.delivery_id, may_send: true, refusal: null },
  ])
  const lines = await readDeliveries(db, campaign.id)
  t.same(
    lines.map(line => [line.status, line.sending_at]),
    [
      ['sending', after(5000)],
      ['sending', after(5000)],
      ['claimed', null],
    ],
  )
  t.same((await readBatch(db, campaign.id, 1)).last_begun_at, after(5000))
  t.same((await readBatch(db, campaign.id, 1)).spaced_from, new Date(START), 'no standstill')
})

scenario(
  'last_begun_at: at most a second behind at an interval of a day, and at once after a refusal',
  async (t, db) => {
    const { id } = await makeCampaign(db, { contacts: 5, limit: 5 })
    await openBatch(db, id)
    const rows = await claim(db, id)
    const beginNext = async (pause: string) => {
      await advance(db, pause)
      await begin(db, id, rows.splice(0, 1))
      return (await readBatch(db, id, 1)).last_begun_at
    }
    t.same(await beginNext('5 seconds'), after(5000))
    t.same(await beginNext('400 milliseconds'), after(5000))
    t.same(await beginNext('700 milliseconds'), after(6100))
    await db.query(
      `update daybatch.batches set refused_since = daybatch.current_moment(), refused_until = daybatch.current_moment(), refusal = 'x', refusal_count = 1 where campaign_id = $1`,
      [id],
    )
    t.same(await beginNext('100 milliseconds'), after(6200))
    t.equal((await readBatch(db, id, 1)).refusal_count, 0)
    t.same(await beginNext('-1 minute'), after(6200 - 60_000), 'a clock that was set back')
  },
)

scenario('nothing is begun twice', async (t, db) => {
  const campaign = await makeCampaign(db)
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id)
  await begin(db, campaign.id, rows)
  const before = await readState(db, campaign.id)
  await advance(db, '1 second')
  const lost = 'the claim is lost, or the mail was begun before'
  t.same(answers(await begin(db, campaign.id, rows)), [
    [false, lost],
    [false, lost],
    [false, lost],
  ])
  t.same(await readState(db, campaign.id), before)
})

scenario('one call may hold good and bad ones, of several claims', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 5 })
  const other = await makeCampaign(db, { contacts: 1 })
  await openBatch(db, campaign.id)
  await openBatch(db, other.id)
  const [a] = await claim(db, campaign.id, 1, 'one')
  const [b] = await claim(db, campaign.id, 1, 'two')
  const [c] = await claim(db, campaign.id, 1, 'three')
  const [foreign] = await claim(db, other.id, 1, 'one')
  await call(db, 'release_claims', [c!.claim_token])
  const rows = [
    a!,
    { ...b!, claim_token: a!.claim_token },
    c!,
    { ...b!, claim_token: randomUUID() },
    foreign!,
    b!,
    b!,
  ]
  const answer = await begin(db, campaign.id, rows)
  t.same(
    answer.map(row => row.delivery_id),
    rows.map(row => row.delivery_id),
    'a row for each place, in order',
  )
  t.same(
    answer.map(row => row.may_send),
    [true, false, false, false, false, true, false],
    'one delivery under two tokens, or twice under its own: one mail',
  )
  const lines = await readDeliveries(db, campaign.id)
  t.same(
    lines.map(line => line.status),
    ['sending', 'sending', 'queued', 'queued', 'queued'],
  )
  t.same(
    (await readDeliveries(db, other.id))[0]!.status,
    'claimed',
    'another campaign’s delivery is not touched',
  )
})

scenario('a wrong token begins nothing', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2 })
  await openBatch(db, campaign.id)
  const [a] = await claim(db, campaign.id, 1, 'one')
  const [b] = await claim(db, campaign.id, 1, 'two')
  const before = await readState(db, campaign.id)
  const crossed = [
    { ...a!, claim_token: b!.claim_token },
    { ...b!, claim_token: randomUUID() },
  ]
  for (const row of await begin(db, campaign.id, crossed)) t.equal(row.may_send, false)
  t.same(await readState(db, campaign.id), before)
})

scenario('an expired claim begins nothing; a heartbeat keeps it alive', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2 })
  await openBatch(db, campaign.id)
  const [kept] = await claim(db, campaign.id, 1, 'kept')
  const [lost] = await claim(db, campaign.id, 1, 'lost')
  await advance(db, '59 seconds')
  await call(db, 'extend_claims', [kept!.claim_token])
  await advance(db, '1 second')
  t.same(
    (await begin(db, campaign.id, [kept!, lost!])).map(row => row.may_send),
    [true, false],
  )
  t.same(
    (await readDeliveries(db, campaign.id)).map(line => line.status),
    ['sending', 'claimed'],
  )
})

scenario('refused as a whole: paused, cancelled, past the cut-off, asleep, closed', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id)
  const refused = async (why: string) => {
    const before = await readState(db, campaign.id)
    t.same(
      answers(await begin(db, campaign.id, rows)),
      rows.map(() => [false, why]),
    )
    t.same(await readState(db, campaign.id), before)
  }
  await call(db, 'pause_campaign', campaign.id)
  await refused('the campaign is paused')
  await call(db, 'resume_campaign', campaign.id)
  await db.query('update daybatch.settings set taken_over_at = null')
  await refused('the engine is asleep')
  await db.query('update daybatch.settings set taken_over_at = now()')
  await setClock(db, after(DAY - 15 * MINUTE))
  await refused('the batch is past its cut-off')
  await closeBatch(db, campaign.id)
  await refused('the batch is closed')
  await call(db, 'cancel_campaign', campaign.id)
  await refused('the campaign is cancelled')
})

scenario('up to the last moment before the cut-off', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 1, batch_interval: '01:00:00' })
  await openBatch(db, campaign.id)
  await setClock(db, '2026-03-02T09:53:59.999999Z')
  const rows = await claim(db, campaign.id)
  t.same(answers(await begin(db, campaign.id, rows)), [[true, null]])
})

scenario('no arrays, empty arrays, an unknown campaign', async (t, db) => {
  const campaign = await makeCampaign(db)
  await openBatch(db, campaign.id)
  t.same(await call(db, 'begin_sending', campaign.id, [], []), [])
  t.same(await call(db, 'begin_sending', campaign.id, null, null), [])
  await checkRefusal(t, 'MB001', /does not exist/, () => call(db, 'begin_sending', randomUUID(), [], []))
})

// standstill

scenario('first attempts after a standstill of an hour restart the spacing', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 8, limit: 5 })
  await openBatch(db, campaign.id)
  const first = await claim(db, campaign.id, 2)
  await begin(db, campaign.id, first)
  await report(db, campaign.id, first)
  await setClock(db, after(HOUR))
  const second = await claim(db, campaign.id, 1)
  await begin(db, campaign.id, second)
  await report(db, campaign.id, second)
  t.same((await readCampaign(db, campaign.id)).next_batch_send_time, after(DAY), 'an hour is none')
  await setClock(db, '2026-03-02T11:00:00.000001Z')
  const third = await claim(db, campaign.id, 1)
  await begin(db, campaign.id, third)
  await report(db, campaign.id, third)
  const restart = await db.query(
    `select b.spaced_from = '2026-03-02T11:00:00.000001Z' as spaced, c.next_batch_send_time = '2026-03-03T11:00:00.000001Z' as due,
       b.counted_at = '2026-03-02T09:00Z' as counted, b.cut_off_at = '2026-03-03T08:45Z' as cut_off
     from daybatch.batches as b join public.campaigns as c on c.id = b.campaign_id where c.id = $1`,
    [campaign.id],
  )
  t.same(restart.rows, [{ spaced: true, due: true, counted: true, cut_off: true }])
  const event = (await readEvents(db, campaign.id)).at(-1)!
  t.equal(event.event, 'spacing_restarted')
  t.equal(event.detail.batch_number, 1)
  const [job] = (await readJobs(db, campaign.id)).slice(-1)
  t.same([job!.data.batch_number, job!.start_after], [2, after(26 * HOUR)])

  const rest = await claim(db, campaign.id)
  await begin(db, campaign.id, rest)
  await report(db, campaign.id, rest)
  await closeBatch(db, campaign.id)
  t.same((await readCampaign(db, campaign.id)).next_batch_send_time, after(26 * HOUR))
  await setClock(db, after(26 * HOUR))
  await checkRefusal(t, 'MB006', /not due until/, () => openBatch(db, campaign.id))
  await setClock(db, '2026-03-03T11:00:00.000001Z')
  await openBatch(db, campaign.id)
})

scenario('a standstill before the very first mail counts from the opening', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2, limit: 1 })
  await openBatch(db, campaign.id)
  await setClock(db, after(20 * HOUR))
  await send(db, campaign.id)
  t.same((await readBatch(db, campaign.id, 1)).spaced_from, after(20 * HOUR))
  t.same((await readCampaign(db, campaign.id)).next_batch_send_time, after(44 * HOUR))
})

scenario('a short interval stands still after a tenth of it', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2, limit: 1, batch_interval: '00:10:00' })
  await openBatch(db, campaign.id)
  await setClock(db, after(MINUTE + 1))
  await send(db, campaign.id)
  t.same((await readCampaign(db, campaign.id)).next_batch_send_time, after(11 * MINUTE + 1))
})

scenario('a retry of this batch is no first attempt', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2, limit: 1 })
  await openBatch(db, campaign.id)
  await send(db, campaign.id, { stage: 'message', reply_code: 451 })
  await setClock(db, after(3 * HOUR))
  await send(db, campaign.id)
  t.same((await readBatch(db, campaign.id, 1)).spaced_from, new Date(START))
  t.same((await readCampaign(db, campaign.id)).next_batch_send_time, after(DAY))
})

scenario('a contact deferred by an earlier batch is a first attempt of this one', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 1 })
  await openBatch(db, campaign.id)
  await send(db, campaign.id, { stage: 'message', reply_code: 451 })
  await setClock(db, after(DAY))
  await closeBatch(db, campaign.id)
  await openBatch(db, campaign.id)
  await setClock(db, after(DAY + 20 * HOUR))
  await send(db, campaign.id, greylisted)
  t.same((await readBatch(db, campaign.id, 2)).spaced_from, after(DAY + 20 * HOUR), 'the slot is used now')
})

scenario('a begin that begins nothing restarts nothing', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2 })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id)
  await setClock(db, after(5 * HOUR))
  const before = await readState(db, campaign.id)
  t.same(
    (await begin(db, campaign.id, rows)).map(row => row.may_send),
    [false, false],
    'the claim has expired',
  )
  t.same(await readState(db, campaign.id), before)
})

scenario('a 354 ends the refusal of the server', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2 })
  await openBatch(db, campaign.id)
  await report(db, campaign.id, await claim(db, campaign.id, 1), serverGone)
  t.match(await readBatch(db, campaign.id, 1), { refusal: 'connect: connection refused', refusal_count: 1 })
  await advance(db, '30 seconds')
  await begin(db, campaign.id, await claim(db, campaign.id))
  t.match(await readBatch(db, campaign.id, 1), {
    refusal: null,
    refused_since: null,
    refused_until: null,
    refusal_count: 0,
  })
})
