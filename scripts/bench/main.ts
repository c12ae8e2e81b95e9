// npm run bench [name...]: measures, against a yardstick in the same run. Every benchmark starts what it needs in a
// temporary folder, on loopback; nothing of the environment (DATABASE_URL, SMTP_URL) is read. Nothing here is a test.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { Teardown } from '../faults/teardown.ts'
import { type Bench, type Judged, judgeRow, type Row } from './bench.ts'
import { benches } from './benches.ts'
import { recordResult } from './report.ts'
import { describeSurroundings } from './surroundings.ts'
import { describeRow } from './text.ts'

interface Options {
  json?: boolean
  report?: boolean
  short?: boolean
  profile?: boolean
}

/** A benchmark that takes longer hangs. */
const LIMIT_MS = 30 * 60_000

const program = new Command('bench')
  .description('Measures the parts of daybatch, each against a yardstick in the same run.')
  .argument('[names...]', `of: ${benches.map(({ name }) => name).join(', ')}; all when none is named`)
  .option('--short', 'small sizes and few runs, two minutes in all: the figures mean little')
  .option('--json', 'the rows as JSON on standard output')
  .option('--report', 'writes the rows to scripts/bench/RESULTS.md')
  .option('--profile', 'prints the statements that took most of the database time')
  .addHelpText(
    'after',
    `\nBenchmarks:\n${benches.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')}`,
  )
  .action(main)

let current: Teardown | undefined
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, async () => {
    await current?.run()
    process.exit(1)
  })
}

await program.parseAsync()

async function main(names: string[], options: Options): Promise<void> {
  const say = (line: string) => void (options.json ? process.stderr : process.stdout).write(`${line}\n`)
  const surroundings = await describeSurroundings()
  for (const [name, value] of Object.entries(surroundings)) say(`${name}: ${value}`)
  const rows: Judged[] = []
  for (const bench of chooseBenches(names)) {
    const start = performance.now()
    const before = await describeSurroundings()
    const measured = await runBench(bench, options, say)
    const judged = measured.map(row => judgeRow(bench.name, row))
    for (const row of judged) say(describeRow(row))
    rows.push(...judged)
    say(`     ${bench.name} took ${Math.round((performance.now() - start) / 1000)} s`)
    // after each: a run that is ended early has written what it measured
    if (options.report && measured.length > 0)
      await recordResult(bench.name, { surroundings: before, rows: measured })
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ surroundings, rows }, null, 2)}\n`)
}

function chooseBenches(names: string[]): Bench[] {
  const unknown = names.filter(name => !benches.some(bench => bench.name === name))
  if (unknown.length > 0) {
    const known = benches.map(({ name }) => name).join(', ')
    program.error(`there is no benchmark ${unknown.join(', ')}: choose of ${known}`)
  }
  return names.length === 0 ? benches : names.map(name => benches.find(bench => bench.name === name)!)
}

/** A benchmark that fails says so and stops nobody; the exit code tells of it. */
async function runBench(bench: Bench, options: Options, say: (line: string) => void): Promise<Row[]> {
  const { short = false, profile = false } = options
  const folder = await mkdtemp(join(tmpdir(), `daybatch-bench-${bench.name}-`))
  const teardown = new Teardown()
  current = teardown
  const context = {
    short,
    profile,
    folder,
    log: (line: string) => say(`     ${bench.name}: ${line}`),
    teardown: (work: () => unknown) => teardown.add(work),
  }
  try {
    const rows = await within(LIMIT_MS, bench.run(context))
    // small sizes reach nothing and miss nothing
    return short ? rows.map(row => ({ ...row, limits: undefined })) : rows
  } catch (error) {
    say(`FAIL ${bench.name}: ${(error as Error).stack}`)
    process.exitCode = 1
    return []
  } finally {
    for (const problem of await teardown.run()) say(`     ${bench.name}: ${problem}`)
    await rm(folder, { recursive: true, force: true })
  }
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the benchmark did not end in ${ms / 60_000} minutes`)), ms)
  })
  return Promise.race([work, limit]).finally(() => clearTimeout(timer))
}
