import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { cpus, platform, release, totalmem } from 'node:os'
import { findInstallation } from '../../src/embedded/installation.ts'
import type { PartReport } from './part.ts'

const RESULTS = new URL('../../test/fault/results.json', import.meta.url)
const DOCUMENT = new URL('../../test/fault/RESULTS.md', import.meta.url)
const LOCK_FILE = new URL('../../package-lock.json', import.meta.url)
/** What decides the outcome beside our own code. */
const PACKAGES = ['pg', 'pg-boss', 'nodemailer', 'fastify', 'fast-check']

/** One line per part, for people. */
export function describeReport(report: PartReport): string {
  const { name, verdict, runs, seed, duplicates, lost, in_doubt, over_limit, seconds, details } = report
  const figures = `${duplicates} duplicates, ${lost} lost, ${over_limit} over limit, ${in_doubt} in doubt`
  const more = listDetails(details)
  return `${verdict.padEnd(4)} ${name}: ${runs} runs, ${figures}; ${more ? `${more}; ` : ''}seed ${seed}, ${seconds} s`
}

const listDetails = (details: PartReport['details']) =>
  Object.entries(details)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')

/** A part's report, and with what it was made. */
interface Result {
  report: PartReport
  date: string
  commit: string
  surroundings: Record<string, string>
}

/**
 * Keeps the reports in place of those that these parts had before, and writes all of them down with everything that is
 * needed to repeat them: the parts take hours together and need not run together.
 */
export async function writeResults(reports: PartReport[], order: string[]): Promise<void> {
  const results: Record<string, Result> = JSON.parse(await readFile(RESULTS, 'utf8').catch(() => '{}'))
  const made = {
    date: new Date().toISOString().slice(0, 10),
    commit: git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') ? ' with changes' : ''),
    surroundings: await describeSurroundings(),
  }
  for (const report of reports) results[report.name] = { report, ...made }
  const listed = order.filter(name => name in results)
  await writeFile(
    RESULTS,
    `${JSON.stringify(Object.fromEntries(listed.map(name => [name, results[name]])), null, 2)}\n`,
  )
  await writeFile(DOCUMENT, describeResults(listed.map(name => results[name]!)))
}

function describeResults(results: Result[]): string {
  const rows = results.map(({ report, date, commit }) => {
    const { name, runs, duplicates, lost, over_limit, in_doubt, verdict, seconds, seed } = report
    const figures = [runs, duplicates, lost, over_limit, in_doubt].map(count => count.toLocaleString('en'))
    return `| \`${name}\` | ${figures.join(' | ')} | ${verdict} | ${Math.round(seconds / 6) / 10} | ${seed} | ${commit}, ${date} |`
  })
  const details = results.flatMap(({ report }) => [
    `- \`${report.name}\`: ${listDetails(report.details) || 'nothing more'}`,
    ...report.failures.map(failure => `  - **${failure}**`),
  ])
  const surroundings = Object.entries(results.at(-1)?.surroundings ?? {})
  const minutes = results.reduce((sum, { report }) => sum + report.seconds, 0) / 60
  return `# The fault programme: results

Written by \`npm run faults -- --report\`; [the guide](../../sql/README.md) says what is guaranteed. Every part
starts a real PostgreSQL, real services and a real SMTP server in a process of its own, which has every accepted mail in
an append-only, synced ledger before it answers 250. The verdict comes from that ledger against the database.

| part | runs | duplicates | lost | over limit | in doubt | verdict | minutes | seed | code |
|---|---:|---:|---:|---:|---:|---|---:|---:|---|
${rows.join('\n')}

${details.join('\n')}

## How to repeat it

All parts, ${Math.round(minutes)} minutes of work in all, several of them at once; or one part with its seed:

    npm run faults -- --report --jobs 3
    npm run faults -- kill --runs 1000 --seed ${results[0]?.report.seed} --report

| | |
|---|---|
${surroundings.map(([name, value]) => `| ${name} | ${value} |`).join('\n')}
`
}

async function describeSurroundings(): Promise<Record<string, string>> {
  const postgres = await (await findInstallation()).run('postgres', ['--version'])
  const { packages } = JSON.parse(readFileSync(LOCK_FILE, 'utf8'))
  const versions = PACKAGES.map(name => `${name} ${packages[`node_modules/${name}`]?.version}`)
  return {
    'Node.js': process.version,
    PostgreSQL: postgres.trim().replace(/^postgres \(PostgreSQL\) /, ''),
    packages: versions.join(', '),
    machine: `${cpus().length} x ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${platform()} ${release()}`,
  }
}

function git(...args: string[]): string {
  try {
    return execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}
