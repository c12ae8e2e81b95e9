import { type Config, readConfig } from '../config.ts'
import type { Daybatch } from '../db/daybatch.ts'
import { CommandError } from './failure.ts'

/** Freezing an audience of millions, or importing as many. */
const STATEMENT_TIMEOUT_MS = 10 * 60_000

/** The database that a command works on: of DATABASE_URL, else the embedded one of a running `npx daybatch serve`. */
export async function findDatabaseUrl({
  databaseUrl,
  stateFolder,
}: Pick<Config, 'databaseUrl' | 'stateFolder'>): Promise<string> {
  if (databaseUrl !== undefined) return databaseUrl
  const { findEmbeddedDatabase } = await import('../embedded/database.ts')
  const url = await findEmbeddedDatabase({ stateFolder })
  if (url !== undefined) return url
  throw new CommandError(
    `DATABASE_URL is not set, and no embedded database runs in ${stateFolder}: start one by npx daybatch serve, or set DATABASE_URL`,
  )
}

/** Runs `work` with the rights of the service, on a database that fits this program; read only when a command needs one. */
export async function withDatabase<Result>(
  config: Config,
  work: (db: Daybatch) => Promise<Result>,
): Promise<Result> {
  const url = await findDatabaseUrl(config)
  const [{ awaitDatabase }, { createPool }, { Daybatch }] = await Promise.all([
    import('../db/startup.ts'),
    import('../db/pool.ts'),
    import('../db/daybatch.ts'),
  ])
  await awaitDatabase({ url, timeoutMs: 0, say: () => {}, signal: new AbortController().signal })
  const pool = createPool(url, {
    applicationName: 'daybatch command',
    max: 2,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
  try {
    return await work(new Daybatch(pool))
  } finally {
    await pool.end()
  }
}

/** The same by what the environment says. */
export const withDb = <Result>(work: (db: Daybatch) => Promise<Result>): Promise<Result> =>
  withDatabase(readConfig(), work)
