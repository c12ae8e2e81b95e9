import t from 'tap'
import { type Delivery, Lease } from '../../src/delivery/lease.ts'
import { Permits } from '../../src/delivery/permits.ts'
import { makeDelivery } from './mail.ts'

/** Begins everything; says which deliveries were in each call. */
function prepare(limit: number) {
  const calls: string[][] = []
  const permits = new Permits(
    {
      async beginSending({ deliveryIds }) {
        calls.push(deliveryIds)
        return deliveryIds.map(delivery_id => ({ delivery_id, may_send: true, refusal: null }))
      },
    },
    limit,
  )
  return { permits, calls }
}

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
  lease.deliveries.add(delivery)
  return delivery
}

t.test('mails that ask at the same time are begun by one call', async t => {
  const { permits, calls } = prepare(10)
  const deliveries = [make(1), make(2), make(3)]
  await Promise.all(deliveries.map(delivery => permits.ask(delivery)))
  t.same(calls, [['1', '2', '3']])
  t.ok(deliveries.every(({ begin }) => begin === 'committed'))
})

t.test('a mail waits until another one is finished, in the order of asking', async t => {
  const { permits, calls } = prepare(1)
  const [one, two, three] = [make(1), make(2), make(3)] as const
  await permits.ask(one)
  const second = permits.ask(two)
  const third = permits.ask(three)
  t.equal(permits.count, 1)
  permits.finish(one)
  await second
  t.same(calls, [['1'], ['2']])
  permits.finish(two)
  permits.finish(two)
  await third
  permits.finish(three)
  t.equal(permits.count, 0)
})

t.test('a mail that is taken back while it waits leaves no gap', async t => {
  const { permits, calls } = prepare(1)
  const [one, two, three] = [make(1), make(2), make(3)] as const
  await permits.ask(one)
  void permits.ask(two)
  const third = permits.ask(three)
  permits.finish(two)
  permits.finish(one)
  await third
  t.same(calls, [['1'], ['3']])
})

t.test('a lease that has run out takes all its mails back, before anybody is asked', async t => {
  const { permits, calls } = prepare(10)
  const lease = new Lease('token', 1000, performance.now() - 1000)
  const [one, two] = [make(1, lease), make(2, lease)] as const
  await t.rejects(permits.ask(one), { message: 'the lease has run out' })
  t.same(calls, [])
  t.ok(two.withdrawal.signal.aborted)
  t.equal(one.begin, 'none')
})

t.test('an answer that comes after the lease has run out permits nothing', async t => {
  const lease = new Lease('token', 60_000, performance.now())
  const permits = new Permits(
    {
      async beginSending() {
        lease.extend(1, performance.now() - 1000)
        return [{ delivery_id: '1', may_send: true, refusal: null }]
      },
    },
    1,
  )
  const delivery = make(1, lease)
  await t.rejects(permits.ask(delivery), { message: 'the lease has run out' })
  t.equal(delivery.begin, 'committed', 'the outcome must be reported')
})
