import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, platform, release, totalmem } from 'node:os'
import { findInstallation } from '../../src/embedded/installation.ts'
import { BIN_FOLDER } from './world/database.ts'

const LOCK_FILE = new URL('../../package-lock.json', import.meta.url)
/** What decides the figures beside our own code. */
const PACKAGES = ['pg', 'pg-boss', 'nodemailer', 'fastify']

/** What the benchmarks before this one have recorded changes no figure. */
const BUT_RESULTS = [
  '--',
  ':/',
  ':(top,exclude)scripts/bench/RESULTS.md',
  ':(top,exclude)scripts/bench/results.*',
]

/** Versions and machine of this run: a figure without them says nothing. */
export async function describeSurroundings(): Promise<Record<string, string>> {
  const postgres = await (await findInstallation(BIN_FOLDER)).run('postgres', ['--version'])
  const { packages } = JSON.parse(readFileSync(LOCK_FILE, 'utf8'))
  const versions = PACKAGES.map(name => `${name} ${packages[`node_modules/${name}`]?.version}`)
  return {
    'date (UTC)': new Date().toISOString().slice(0, 16),
    commit:
      git('rev-parse', '--short', 'HEAD') +
      (git('status', '--porcelain', ...BUT_RESULTS) ? ' with changes' : ''),
    'Node.js': process.version,
    PostgreSQL: postgres.trim().replace(/^postgres \(PostgreSQL\) /, ''),
    packages: versions.join(', '),
    machine: `${cpus().length} x ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${platform()} ${release()}`,
    'load before': loadavg()[0]!.toFixed(2),
  }
}

function git(...args: string[]): string {
  try {
    return execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}
