// What Prometheus is told, without a service: labels stay bounded, the database is asked once for many, and its absence is
// said and not waited for.
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Registry } from 'prom-client'
import t from 'tap'
import type { MetricRow } from '../../src/db/rows.ts'
import { createInstruments, figures } from '../../src/metrics/instruments.ts'
import { LabelCap } from '../../src/metrics/label-cap.ts'
import { Metrics } from '../../src/metrics/metrics.ts'
import { createTestDatabase } from '../helper/database.ts'
import { find, readExposition } from '../helper/exposition.ts'

const ROWS: MetricRow[] = [
  { metric: 'engine_awake', label: '', value: 1 },
  { metric: 'in_doubt', label: 'ask', value: 2 },
  { metric: 'of_a_newer_database', label: 'x', value: 7 },
]
const read = async (metrics: Metrics) => readExposition(await metrics.write()).samples

t.test('many ask, the database is asked once', async t => {
  let count = 0
  const metrics = new Metrics({
    read: async () => {
      count++
      await delay(20)
      return ROWS
    },
    freshMs: 60_000,
  })
  const all = await Promise.all(Array.from({ length: 20 }, () => read(metrics)))
  await read(metrics)
  t.equal(count, 1)
  for (const samples of all) {
    t.equal(find(samples, 'daybatch_database_up'), 1)
    t.equal(find(samples, 'daybatch_in_doubt', { policy: 'ask' }), 2)
  }
  t.notOk(all[0]!.some(({ name }) => name.includes('newer')))
})

t.test('one text for all who ask within a while, and another afterwards', async t => {
  const count = async (sharedMs: number) => {
    const metrics = new Metrics({ read: async () => ROWS, sharedMs })
    const seen: (number | undefined)[] = []
    for (const action of ['opened', 'closed'] as const) {
      metrics.countBatch(action)
      seen.push(find(await read(metrics), 'daybatch_batches_total', { action }))
    }
    return seen
  }
  t.same(await count(60_000), [1, undefined])
  t.same(await count(0), [1, 1])
})

t.test('a database that is away, and one that does not answer', async t => {
  let work: () => Promise<MetricRow[]> = async () => ROWS
  let asked = 0
  const metrics = new Metrics({
    read: () => {
      asked++
      return work()
    },
    freshMs: -1,
    timeoutMs: 50,
    sharedMs: 0,
  })
  t.equal(find(await read(metrics), 'daybatch_engine_awake'), 1)

  work = () => Promise.reject(new Error('connection refused'))
  const away = await read(metrics)
  t.equal(find(away, 'daybatch_database_up'), 0)
  t.equal(find(away, 'daybatch_engine_awake'), undefined, 'an old figure is not shown as a new one')
  t.equal(find(away, 'daybatch_in_doubt'), undefined)
  t.ok(find(away, 'process_cpu_seconds_total') !== undefined, 'what is known of the process is')

  const answer = Promise.withResolvers<MetricRow[]>()
  work = () => answer.promise
  asked = 0
  const start = performance.now()
  await Promise.all(Array.from({ length: 5 }, () => read(metrics)))
  t.equal(find(await read(metrics), 'daybatch_database_up'), 0)
  t.ok(performance.now() - start < 5000)
  t.equal(asked, 1, 'a question that has no answer is not asked again')
  answer.resolve(ROWS)
  await delay(1)
  work = async () => ROWS
  t.equal(find(await read(metrics), 'daybatch_database_up'), 1)
})

t.test('what servers, callers and strangers say never becomes a label', async t => {
  const cap = new LabelCap(2)
  t.same(
    ['a', 'b', 'c', 'a', 'd'].map(name => cap.get(name)),
    ['a', 'b', 'other', 'a', 'other'],
  )

  const metrics = new Metrics({ read: async () => [] })
  for (let n = 0; n < 100; n++) {
    const reply = {
      stage: 'rcpt',
      reply_code: 500 + n,
      enhanced_code: '5.1.1',
      reply_text: `<a${n}@b> no`,
    } as const
    metrics.countMail(`server-${n}`, reply, 'failed')
    metrics.timeMail(`server-${n}`, { wait: 1, envelope: 2 })
  }
  const samples = await read(metrics)
  const servers = samples.filter(({ name }) => name === 'daybatch_mails_total')
  t.equal(servers.length, 21)
  t.equal(find(samples, 'daybatch_mails_total', { smtp_server: 'other' }), 80)
  t.same(
    [
      ...new Set(
        samples
          .filter(({ name }) => name === 'daybatch_smtp_replies_total')
          .map(({ labels }) => labels.reply),
      ),
    ],
    ['5xx'],
  )
  t.notMatch(await metrics.write(), '@')
})

t.test('the parts of a mail, in seconds', async t => {
  const metrics = new Metrics({ read: async () => [] })
  metrics.timeMail('default', { wait: 2, connect: 30, envelope: 4, permit: 6, message: 1500 })
  metrics.timeMail('default', { wait: 2 })
  const samples = await read(metrics)
  const sum = (stage: string) => find(samples, 'daybatch_smtp_duration_seconds_sum', { stage })
  const count = (stage: string) => find(samples, 'daybatch_smtp_duration_seconds_count', { stage })
  t.same(['wait', 'connect', 'envelope', 'permit', 'message'].map(count), [2, 1, 1, 1, 1])
  t.same(['connect', 'message'].map(sum), [0.03, 1.5])
})

t.test('every metric of ours is documented, and no other', async t => {
  const guide = await readFile(new URL('../../src/metrics/README.md', import.meta.url), 'utf8')
  const documented = new Map(
    [...guide.matchAll(/^\| `(daybatch_[a-z_]+)` \|([^|]*)\|/gm)].map(([, name, labels]) => [
      name!,
      [...labels!.matchAll(/`(\w+)`/g)].map(([, label]) => label!),
    ]),
  )
  const registry = new Registry()
  createInstruments(registry)
  const own = registry.getMetricsAsArray() as unknown as { name: string; labelNames: string[] }[]
  const all = new Map(own.map(({ name, labelNames }) => [name, labelNames]))
  for (const [name, [label]] of Object.entries(figures)) all.set(`daybatch_${name}`, label ? [label] : [])
  t.same(Object.fromEntries(documented), Object.fromEntries(all))
})

t.test('the database knows the figures that are shown, and no other', async t => {
  const { pool } = await createTestDatabase(t)
  await pool.query('select daybatch.process_campaigns()')
  const { rows } = await pool.query('select distinct metric from daybatch.read_metrics()')
  t.same(rows.map(({ metric }) => metric).sort(), Object.keys(figures).sort())
})
