import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'

/** Whether psql is on this machine (the embedded PostgreSQL brings none). */
export const hasPsql = spawnSync('psql', ['--version']).status === 0

/** Runs a file by psql and returns what it printed; rejects with psql's words when it ends with an error. */
export async function runFile(url: string, file: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(
    'psql',
    ['--no-psqlrc', '--quiet', `--file=${file}`, url],
    { maxBuffer: 16 * 1024 * 1024 },
  )
  return stdout + stderr
}
