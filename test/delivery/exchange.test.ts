import t from 'tap'
import type { OutcomeReport, RecordedOutcomeRow } from '../../src/db/rows.ts'
import { Exchange } from '../../src/delivery/exchange.ts'
import { type Delivery, Lease } from '../../src/delivery/lease.ts'
import { Reporter } from '../../src/delivery/reporter.ts'
import { makeDelivery } from './mail.ts'

interface Call {
  reports: string[]
  begins: string[]
}

/** Takes and begins everything; keeps what was in each call. `before` may wait or throw. */
function prepare(limit: number, before: (call: Call) => unknown = () => {}) {
  const calls: Call[] = []
  const answer = async (reports: OutcomeReport[], begins: string[]) => {
    const call = { reports: reports.map(({ delivery_id }) => delivery_id), begins }
    calls.push(call)
    await before(call)
    return {
      recorded: call.reports.map(
        (delivery_id): RecordedOutcomeRow => ({
          delivery_id,
          recorded: true,
          status: 'sent',
          rule: null,
          batch_finished: false,
        }),
      ),
      begun: begins.map(delivery_id => ({ delivery_id, may_send: true, refusal: null })),
    }
  }
  const db = {
    beginSending: async ({ deliveryIds }: { deliveryIds: string[] }) => (await answer([], deliveryIds)).begun,
    reportOutcomes: async ({ reports }: { reports: OutcomeReport[] }) => (await answer(reports, [])).recorded,
    reportAndBegin: ({ reports, deliveryIds }: { reports: OutcomeReport[]; deliveryIds: string[] }) =>
      answer(reports, deliveryIds),
  }
  const log = { info() {}, warn() {}, error() {} }
  const reporter = new Reporter(db, log)
  return { exchange: new Exchange(db, reporter, limit), reporter, calls }
}

const outcome = ({ row: { delivery_id, claim_token } }: Delivery): OutcomeReport => ({
  delivery_id,
  claim_token,
  stage: 'message',
  reply_code: 250,
  enhanced_code: null,
  reply_text: 'ok',
})

function make(id: number, lease = new Lease('token', 60_000, performance.now())): Delivery {
  const row = makeDelivery('ada@example.org', { delivery_id: String(id) })
  const delivery: Delivery = {
    row,
    campaignId: 'a',
    lease,
    withdrawal: new AbortController(),
    begin: 'none',
    begun: undefined,
  }
  lease.add(delivery)
  return delivery
}

t.test('mails that ask at the same time are begun by one call', async t => {
  const { exchange, calls } = prepare(10)
  const deliveries = [make(1), make(2), make(3)]
  await Promise.all(deliveries.map(delivery => exchange.ask(delivery)))
  t.same(calls, [{ reports: [], begins: ['1', '2', '3'] }])
  t.ok(deliveries.every(({ begin }) => begin === 'committed'))
})

t.test('a mail waits until another one is finished, in the order of asking', async t => {
  const { exchange, calls } = prepare(1)
  const [one, two, three] = [make(1), make(2), make(3)] as const
  await exchange.ask(one)
  const second = exchange.ask(two)
  const third = exchange.ask(three)
  t.equal(exchange.count, 1)
  exchange.finish(one)
  await second
  t.same(
    calls.map(({ begins }) => begins),
    [['1'], ['2']],
  )
  exchange.finish(two)
  exchange.finish(two)
  await third
  exchange.finish(three)
  t.equal(exchange.count, 0)
})

t.test('a mail that is taken back while it waits leaves no gap', async t => {
  const { exchange, calls } = prepare(1)
  const [one, two, three] = [make(1), make(2), make(3)] as const
  await exchange.ask(one)
  void exchange.ask(two)
  const third = exchange.ask(three)
  exchange.finish(two)
  exchange.finish(one)
  await third
  t.same(
    calls.map(({ begins }) => begins),
    [['1'], ['3']],
  )
})

t.test('a lease that has run out takes all its mails back, before anybody is asked', async t => {
  const { exchange, calls } = prepare(10)
  const lease = new Lease('token', 1000, performance.now() - 1000)
  const [one, two] = [make(1, lease), make(2, lease)] as const
  await t.rejects(exchange.ask(one), { message: 'the lease has run out' })
  t.same(calls, [])
  t.ok(two.withdrawal.signal.aborted)
  t.equal(one.begin, 'none')
})

t.test('an answer that comes after the lease has run out permits nothing', async t => {
  const lease = new Lease('token', 60_000, performance.now())
  const { exchange } = prepare(1, () => lease.extend(1, performance.now() - 1000))
  const delivery = make(1, lease)
  await t.rejects(exchange.ask(delivery), { message: 'the lease has run out' })
  t.equal(delivery.begin, 'committed', 'the outcome must be reported')
})

t.test('the outcomes of a call make room for the mails that it begins', async t => {
  const { exchange, calls } = prepare(2)
  const [one, two, three, four] = [make(1), make(2), make(3), make(4)] as const
  await Promise.all([exchange.ask(one), exchange.ask(two)])
  const waiting = [exchange.ask(three), exchange.ask(four)]
  const written = exchange.report(one, outcome(one))
  await Promise.all([written, waiting[0]])
  t.same(calls.at(-1), { reports: ['1'], begins: ['3'] })
  t.equal(exchange.count, 2, 'never more than the limit')
  await Promise.all([exchange.report(two, outcome(two)), waiting[1]])
  t.same(calls.at(-1), { reports: ['2'], begins: ['4'] })
})

t.test('room that one campaign leaves is taken by another', async t => {
  const { exchange } = prepare(1)
  const [one, other] = [make(1), { ...make(2), campaignId: 'b' }] as const
  await exchange.ask(one)
  const waiting = exchange.ask(other)
  await exchange.report(one, outcome(one))
  await waiting
  t.equal(exchange.count, 1)
})

t.test('a database that goes away: nothing is sent, the outcome is written when it is back', async t => {
  let isAway = false
  const away = Object.assign(new Error('Connection terminated unexpectedly'))
  const { exchange } = prepare(1, () => {
    if (isAway) throw away
  })
  const [one, two] = [make(1), make(2)] as const
  await exchange.ask(one)
  isAway = true
  const written = exchange.report(one, outcome(one))
  await t.rejects(exchange.ask(two), /begin_sending failed, nothing was sent/)
  t.equal(two.begin, 'unknown')
  isAway = false
  t.match(await written, { delivery_id: '1', recorded: true })
})

t.test('a report that the database refuses holds up nobody', async t => {
  const { exchange, reporter, calls } = prepare(2, ({ reports }) => {
    if (reports.includes('1')) throw Object.assign(new Error('invalid byte sequence'), { code: '22021' })
  })
  const [one, two, three] = [make(1), make(2), make(3)] as const
  await Promise.all([exchange.ask(one), exchange.ask(two)])
  const refused = exchange.report(one, outcome(one))
  const written = exchange.report(two, outcome(two))
  const begun = exchange.ask(three)
  t.match(await written, { delivery_id: '2' })
  await begun
  t.same(calls.at(-1), { reports: [], begins: ['3'] })
  // repeated until then
  reporter.abandon()
  await t.rejects(refused)
})
