import type pg from 'pg'
import t, { type Test } from 'tap'
import { setClock } from './clock.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { readAudit } from './make.ts'

// a bare run has a limit of 30 s in all, which a busy machine exceeds
t.setTimeout(120_000)

/** Where the stopped clock of a scenario stands at first. */
export const START = '2026-03-02T09:00:00.000Z'

export interface ScenarioOptions {
  at?: string
  /** False where the scenario makes disagreements on purpose. */
  audit?: boolean
}

/**
 * A test on a database of its own, whose clock stands still until it is moved. At the end the audit must be empty:
 * whatever happens to a campaign, its books agree.
 */
export function scenario(
  name: string,
  work: (t: Test, db: pg.Pool, database: TestDatabase) => Promise<unknown>,
  { at = START, audit = true }: ScenarioOptions = {},
): void {
  t.test(name, async t => {
    const database = await createTestDatabase(t)
    await setClock(database.pool, at)
    await work(t, database.pool, database)
    if (audit) t.same(await readAudit(database.pool), [], 'the audit is empty')
  })
}

/** A moment relative to the start of a scenario, in ms. */
export const after = (ms: number, at = START): Date => new Date(Date.parse(at) + ms)
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
