// npm run faults [-- <part>...]: the fault programme. Every part starts what it needs in a temporary folder, on
// loopback; nothing of the environment (DATABASE_URL, SMTP_URL) is read.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { createRandom, readSeed } from '../../test/helper/random.ts'
import { judgePart, type Part, type PartReport, type PartResult } from './part.ts'
import { parts } from './parts.ts'
import { describeReport, writeResults } from './report.ts'
import { Teardown } from './teardown.ts'

interface Options {
  runs?: number
  seed: number
  json?: boolean
  short?: boolean
  report?: boolean
  verbose?: boolean
  jobs: number
}

/** A part that takes longer hangs. */
const LIMIT_MS = { short: 10 * 60_000, long: 6 * 60 * 60_000 }

const program = new Command('faults')
  .description('Breaks the service, its database and its SMTP server, and compares the ledgers afterwards.')
  .argument('[parts...]', `of: ${parts.map(({ name }) => name).join(', ')}; all when none is named`)
  .option('--runs <n>', 'runs of each part, in place of its own number', readCount)
  .option('--seed <n>', 'repeats the random choices of an earlier run', readCount, readSeed())
  .option('--jobs <n>', 'parts at once: most of them wait more than they work', readCount, 1)
  .option('--short', 'the short form: a few minutes in all')
  .option('--json', 'the report as JSON on standard output')
  .option('--report', 'writes the report to test/fault/RESULTS.md')
  .option('--verbose', 'says what happens on the way')
  .action(main)

const teardowns = new Set<Teardown>()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, async () => {
    await Promise.all([...teardowns].map(teardown => teardown.run()))
    process.exit(1)
  })
}

await program.parseAsync()

async function main(names: string[], options: Options): Promise<void> {
  const say = (line: string) => void (options.json ? process.stderr : process.stdout).write(`${line}\n`)
  const reports = await runParts(chooseParts(names), options, say)
  if (options.json) process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`)
  if (options.report) {
    await writeResults(
      reports,
      parts.map(({ name }) => name),
    )
  }
  process.exitCode = reports.every(({ verdict }) => verdict === 'pass') ? 0 : 1
}

function chooseParts(names: string[]): Part[] {
  const unknown = names.filter(name => !parts.some(part => part.name === name))
  if (unknown.length > 0) {
    const known = parts.map(({ name }) => name).join(', ')
    program.error(`there is no part ${unknown.join(', ')}: choose of ${known}`)
  }
  return names.length === 0 ? parts : names.map(name => parts.find(part => part.name === name)!)
}

/** In their order, `--jobs` at once; the reports come back in that order too. */
async function runParts(
  chosen: Part[],
  options: Options,
  say: (line: string) => void,
): Promise<PartReport[]> {
  const reports: PartReport[] = []
  const waiting = [...chosen.entries()]
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, part] = next
      const report = await runPart(part, options, say)
      reports[index] = report
      say(describeReport(report))
      for (const failure of report.failures) say(`  ${failure}`)
    }
  }
  await Promise.all(Array.from({ length: options.jobs }, work))
  return reports
}

async function runPart(part: Part, options: Options, say: (line: string) => void): Promise<PartReport> {
  const { seed, short = false } = options
  const runs = options.runs ?? part.runs[short ? 'short' : 'long']
  const folder = await mkdtemp(join(tmpdir(), `daybatch-faults-${part.name}-`))
  const start = performance.now()
  const elapsed = () => Math.round((performance.now() - start) / 100) / 10
  const teardown = new Teardown()
  teardowns.add(teardown)
  const log = (line: string) => {
    if (options.verbose) say(`  ${part.name} ${elapsed().toFixed(1).padStart(7)} s  ${line}`)
  }
  const context = {
    runs,
    seed,
    random: createRandom(seed),
    short,
    folder,
    log,
    teardown: (work: () => unknown) => teardown.add(work),
  }
  const limit = LIMIT_MS[short ? 'short' : 'long']
  const result = await within(limit, part.run(context)).catch(describeCrash)
  result.failures.push(...(await teardown.run()))
  teardowns.delete(teardown)
  const verdict = judgePart(result)
  if (verdict === 'fail') result.failures.push(`everything of this part is kept in ${folder}`)
  else await rm(folder, { recursive: true, force: true })
  const { duplicates, lost, in_doubt, over_limit, failures, details = {} } = result
  if (result.void !== undefined) failures.push(`void: ${result.void}`)
  const figures = { duplicates, lost, in_doubt, over_limit }
  return {
    name: part.name,
    runs: result.runs ?? runs,
    seed,
    ...figures,
    verdict,
    seconds: elapsed(),
    failures,
    details,
  }
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the part did not end in ${ms / 60_000} minutes`)), ms)
  })
  return Promise.race([work, limit]).finally(() => clearTimeout(timer))
}

function describeCrash(error: unknown): PartResult {
  const failure = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { duplicates: 0, lost: 0, in_doubt: 0, over_limit: 0, failures: [failure] }
}

function readCount(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1 on.')
  return value
}
