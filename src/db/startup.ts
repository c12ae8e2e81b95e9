import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { isDatabaseAway, StartupError } from '../errors.ts'
import { describeAddress } from './address.ts'
import { checkMigrated } from './contract.ts'
import { refuseTransactionPooler } from './pooler.ts'

export interface StartupOptions {
  url: string
  /** How long a database that does not answer is waited for. */
  timeoutMs: number
  /** Called with one line for what a person at the console should know. */
  say: (line: string) => void
  signal: AbortSignal
}

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5_000

/** Waits for the database, with back-off, and refuses one that this code cannot work with. */
export async function awaitDatabase({ url, timeoutMs, say, signal }: StartupOptions): Promise<void> {
  const end = performance.now() + timeoutMs
  for (let attempt = 0; ; attempt++) {
    const problem = await tryDatabase(url)
    if (problem === undefined) return
    if (performance.now() >= end) {
      const seconds = Math.round(timeoutMs / 1000)
      throw new StartupError(
        `the database at ${describeAddress(url)} did not answer for ${seconds} s (${problem}): start it, or correct DATABASE_URL`,
      )
    }
    if (attempt === 0)
      say(`the database at ${describeAddress(url)} does not answer (${problem}): trying again`)
    const pause = Math.min(
      FIRST_PAUSE_MS * 2 ** attempt,
      LONGEST_PAUSE_MS,
      Math.max(end - performance.now(), 1),
    )
    await delay(pause, undefined, { signal })
  }
}

/** Returns why the database does not answer; throws what waiting does not cure. */
async function tryDatabase(url: string): Promise<string | undefined> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'daybatch start',
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    await refuseTransactionPooler(url)
    await checkMigrated(client)
    return undefined
  } catch (error) {
    const { code, message } = error as Error & { code?: string }
    if (isDatabaseAway(error)) return code ?? message
    throw new StartupError(explain(url, code, message))
  } finally {
    await client.end().catch(() => {})
  }
}

function explain(url: string, code: string | undefined, message: string): string {
  if (code === '28P01' || code === '28000') {
    return `${message}: correct the user or password in DATABASE_URL, or make this login by npx daybatch migrate --create-login`
  }
  if (code === '3D000') return `${message}: create it, then run npx daybatch migrate`
  return code === undefined ? message : `the database at ${describeAddress(url)} cannot be used: ${message}`
}
