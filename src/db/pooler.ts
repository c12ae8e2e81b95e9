import pg from 'pg'
import { describeAddress } from './address.ts'

const TIMEOUT_MS = 5_000

/**
 * Refuses a pooler in transaction mode (PgBouncer, Supavisor, RDS Proxy): behind one, session locks, settings,
 * prepared statements and LISTEN belong to whichever server connection a statement happens to get. Two connections
 * that are open at once never share a server process otherwise.
 */
export async function refuseTransactionPooler(url: string): Promise<void> {
  if (await isTransactionPooler(url)) throw new PoolerError(url)
}

export class PoolerError extends Error {
  override name = 'PoolerError'

  constructor(url: string) {
    super(
      `${describeAddress(url)} is a pooler in transaction mode, where session locks and notifications are lost: ` +
        'use its session mode or the direct address of the database (Supabase: port 5432 instead of 6543)',
    )
  }
}

async function isTransactionPooler(url: string): Promise<boolean> {
  const first = await connect(url)
  const second = await connect(url).catch(async error => {
    await first.end()
    throw error
  })
  try {
    // a pooler gives each statement the server it used last, or the next in turn: either shows in this order
    const firsts = [await readPid(first), await readPid(first)]
    const seconds = [await readPid(second), await readPid(second)]
    firsts.push(await readPid(first))
    return new Set(firsts).size > 1 || new Set(seconds).size > 1 || firsts[0] === seconds[0]
  } finally {
    await Promise.all([first.end(), second.end()].map(ended => ended.catch(() => {})))
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'daybatch start',
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  })
  client.on('error', () => {})
  await client.connect()
  return client
}

async function readPid(client: pg.Client): Promise<number> {
  return (await client.query('select pg_backend_pid() as pid')).rows[0].pid
}
