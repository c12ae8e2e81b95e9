import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'

const LOCK_NOT_AVAILABLE = '55P03'
/** Whoever comes while we wait for a table waits behind us: so briefly, and often. Well below deadlock_timeout. */
const WAITS_MS = [200, 300, 500]
const PAUSE_MS = 800

export interface PatienceOptions {
  /** How long to try again before giving up. */
  limitMs: number
  log: (line: string) => void
}

/**
 * Runs work that needs short, strong locks and may be repeated as a whole (each try is rolled back): no try waits
 * longer than an instant for a lock, so that nobody else does behind it.
 * @param work gets a client that behaves as the one given
 */
export async function retryWhileLocked<Result>(
  client: pg.Client,
  { limitMs, log }: PatienceOptions,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const end = performance.now() + limitMs
  for (let attempt = 0; ; attempt++) {
    const wait = WAITS_MS[Math.min(attempt, WAITS_MS.length - 1)]
    await client.query(`select set_config('lock_timeout', $1, false)`, [String(wait)])
    const watched = watchErrors(client)
    try {
      return await work(watched.client)
    } catch (error) {
      if (watched.lastCode() !== LOCK_NOT_AVAILABLE) throw error
      if (performance.now() + PAUSE_MS > end) throw explainLock(error, limitMs)
      if (attempt === 0) log('a table is locked by another session: trying again until it is free')
      await delay(PAUSE_MS)
    }
  }
}

function explainLock(error: unknown, limitMs: number): Error {
  const seconds = Math.round(limitMs / 1000)
  return new Error(
    `${(error as Error).message}: for ${seconds} s other sessions held the table (select * from pg_stat_activity where state <> 'idle'); run npx daybatch migrate again`,
    { cause: error },
  )
}

/** postgres-migrations passes on an error's message, not its code. */
function watchErrors(client: pg.Client) {
  let code: string | undefined
  const query = (...args: Parameters<pg.Client['query']>) =>
    (client.query(...args) as unknown as Promise<unknown>).catch(error => {
      code = error.code
      throw error
    })
  return {
    client: Object.create(client, { query: { value: query } }) as pg.Client,
    lastCode: () => code,
  }
}
