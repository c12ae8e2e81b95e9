import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { cpus, platform, release, totalmem } from 'node:os'
import { findInstallation } from '../../src/embedded/installation.ts'
import type { PartReport } from './part.ts'

const RESULTS = new URL('../../test/fault/RESULTS.md', import.meta.url)
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

/** Writes the figures of a run that took so many seconds, with everything that is needed to repeat it. */
export async function writeResults(reports: PartReport[], args: string[], seconds: number): Promise<void> {
  const rows = reports.map(
    ({ name, runs, duplicates, lost, over_limit, in_doubt, verdict, seconds }) =>
      `| \`${name}\` | ${runs} | ${duplicates} | ${lost} | ${over_limit} | ${in_doubt} | ${verdict} | ${seconds} |`,
  )
  const details = reports.flatMap(report => [
    `* \`${report.name}\`: ${listDetails(report.details) || 'nothing more'}`,
    ...report.failures.map(failure => `  * **${failure}**`),
  ])
  const text = `# The fault programme: results

Written by \`npm run faults -- --report\`; [the guide](../../sql/README.md) says what is guaranteed. Every part
starts a real PostgreSQL, real services and a real SMTP server in a process of its own, which has every accepted mail in
an append-only, synced ledger before it answers 250. The verdict comes from that ledger against the database.

| part | runs | duplicates | lost | over limit | in doubt | verdict | seconds |
|---|---:|---:|---:|---:|---:|---|---:|
${rows.join('\n')}

${details.join('\n')}

## How to repeat it

    npm run faults -- ${args.filter(arg => arg !== '--report').join(' ')}
    npm run faults -- <part> --runs <runs> --seed ${reports[0]?.seed}

| | |
|---|---|
${(await describeSurroundings()).map(([name, value]) => `| ${name} | ${value} |`).join('\n')}
| seed | ${reports[0]?.seed} |
| run time | ${Math.round(seconds / 6) / 10} minutes |
`
  await writeFile(RESULTS, text)
}

async function describeSurroundings(): Promise<[name: string, value: string][]> {
  const postgres = await (await findInstallation()).run('postgres', ['--version'])
  const { packages } = JSON.parse(readFileSync(LOCK_FILE, 'utf8'))
  const versions = PACKAGES.map(name => `${name} ${packages[`node_modules/${name}`]?.version}`)
  return [
    ['date (UTC)', new Date().toISOString().slice(0, 10)],
    ['commit', git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') ? ' with changes' : '')],
    ['Node.js', process.version],
    ['PostgreSQL', postgres.trim().replace(/^postgres \(PostgreSQL\) /, '')],
    ['packages', versions.join(', ')],
    ['machine', `${cpus().length} x ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB`],
    ['system', `${platform()} ${release()}`],
  ]
}

function git(...args: string[]): string {
  try {
    return execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}
