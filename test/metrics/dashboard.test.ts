// The Grafana dashboard and the alert rules: every expression is PromQL, and every metric and label in one is there in what
// a service prints. Durations are read as Prometheus reads them.
import { readFile } from 'node:fs/promises'
import type { SyntaxNode } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'
import pino from 'pino'
import { Registry } from 'prom-client'
import t from 'tap'
import { parse } from 'yaml'
import { buildApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { Daybatch } from '../../src/db/daybatch.ts'
import { readMetrics } from '../../src/db/inspection.ts'
import { createInstruments, figures } from '../../src/metrics/instruments.ts'
import { Metrics } from '../../src/metrics/metrics.ts'
import { createTestDatabase } from '../helper/database.ts'
import { readExposition } from '../helper/exposition.ts'

interface Rule {
  alert: string
  expr: string
  for?: string
  labels: { severity: string }
  annotations: { summary: string; action: string }
}
interface Panel {
  title: string
  type: string
  gridPos: { x: number; y: number; w: number; h: number }
  targets?: { expr: string }[]
}

const read = (name: string) => readFile(new URL(`../../src/metrics/${name}`, import.meta.url), 'utf8')
const rules: Rule[] = parse(await read('alerts.yml')).groups.flatMap(({ rules }: { rules: Rule[] }) => rules)
const dashboard = JSON.parse(await read('dashboard.json'))
const panels: Panel[] = dashboard.panels

/** The metrics of an expression with the labels that it asks for; throws where the expression is none. */
function readExpression(text: string): { name: string; labels: string[] }[] {
  const found: { name: string; labels: string[] }[] = []
  const visit = (node: SyntaxNode) => {
    if (node.type.isError) throw new Error(`no PromQL at ${node.from}: ${text}`)
    if (node.name === 'VectorSelector') {
      const cut = ({ from, to }: SyntaxNode) => text.slice(from, to)
      const labels: string[] = []
      node.cursor().iterate(inner => {
        if (inner.name === 'LabelName') labels.push(text.slice(inner.from, inner.to))
      })
      found.push({ name: cut(node.getChild('Identifier')!), labels })
    }
    for (let child = node.firstChild; child; child = child.nextSibling) visit(child)
  }
  visit(parser.parse(text).topNode)
  return found
}

/** Grafana's own words, as it would fill them in. */
const fill = (text: string) => text.replaceAll('$__rate_interval', '1m')

const expressions = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, fill(expr)] as const)),
]

t.test('what is no PromQL is noticed', async t => {
  t.throws(() => readExpression('sum(daybatch_mails_total'))
  t.throws(() => readExpression('rate(daybatch_mails_total[5 minutes])'))
  t.same(readExpression('sum by (le) (rate(a_bucket{x="1", y=~"2"}[5m])) > 3'), [
    { name: 'a_bucket', labels: ['x', 'y'] },
  ])
})

t.test('every metric and label is there in what a service prints', async t => {
  const { pool } = await createTestDatabase(t)
  const metrics = new Metrics({ read: () => readMetrics(pool) })
  const log = pino({ level: 'silent' })
  const app = await buildApp({ db: new Daybatch(pool), config: readConfig({}), log, checks: {}, metrics })
  t.teardown(() => app.close())
  const { types } = readExposition((await app.inject('/metrics')).body)
  const printed = new Set(
    [...types].flatMap(([name, type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  )
  const registry = new Registry()
  createInstruments(registry)
  const own = registry.getMetricsAsArray() as unknown as { name: string; labelNames: string[] }[]
  const labelsOf = new Map(own.map(({ name, labelNames }) => [name, labelNames]))
  for (const [name, [label]] of Object.entries(figures))
    labelsOf.set(`daybatch_${name}`, label ? [label] : [])

  t.ok(expressions.length > 50)
  for (const [where, text] of expressions) {
    for (const { name, labels } of readExpression(text)) {
      t.ok(printed.has(name), `${where}: ${name} is printed`)
      const known = ['instance', 'job', ...(labelsOf.get(name.replace(/_(bucket|sum|count)$/, '')) ?? [])]
      t.same(
        labels.filter(label => !known.includes(label)),
        [],
        `${where}: labels of ${name}`,
      )
    }
  }
  const used = new Set(expressions.flatMap(([, text]) => readExpression(text).map(({ name }) => name)))
  const unused = [...labelsOf.keys()].filter(name => ![...used].some(other => other.startsWith(name)))
  t.same(
    unused.sort(),
    ['daybatch_build_info', 'daybatch_engine_awake'],
    'everything else is shown somewhere',
  )
})

t.test('the rules say how bad it is, what happened and what to do', async t => {
  for (const { alert, labels, annotations, for: wait = '1m' } of rules) {
    t.match(alert, /^Daybatch[A-Z][A-Za-z]+$/)
    t.match(labels.severity, /^(warning|critical)$/)
    t.match(wait, /^\d+[mh]$/)
    t.ok(annotations.summary && annotations.action, alert)
    t.ok(annotations.summary.length < 120)
  }
  t.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length)
})

t.test('what the rules tell to run works', async t => {
  const { pool } = await createTestDatabase(t)
  let count = 0
  for (const { alert, annotations } of rules) {
    const [, statement] = /^(select [^;]*)/.exec(annotations.action) ?? []
    if (!statement) continue
    count += 1
    const error = await pool.query(statement).then(
      () => undefined,
      error => error.message,
    )
    t.equal(error, undefined, `${alert}: ${statement}`)
  }
  t.ok(count >= 6)
})

t.test('no two panels of the dashboard overlap', async t => {
  for (const [index, { title, gridPos: a }] of panels.entries()) {
    t.ok(a.x + a.w <= 24, title)
    for (const { title: other, gridPos: b } of panels.slice(index + 1))
      t.ok(
        a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y,
        `${title} and ${other}`,
      )
  }
})
