import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

const POLL_MS = 5
const LIMIT_MS = 20_000

/** A connection of its own that may be made to wait for another one. */
export interface Session {
  url: string
  client: pg.Client
  /** Its process on the server. */
  pid: number
  query: pg.Client['query']
  end(): Promise<void>
}

export async function openSession(url: string): Promise<Session> {
  const client = await connect(url)
  const { rows } = await client.query('select pg_backend_pid() as pid')
  return {
    url,
    client,
    pid: rows[0].pid,
    query: client.query.bind(client) as pg.Client['query'],
    end: () => client.end(),
  }
}

/**
 * Resolves when `session` waits for a lock (held by `by`, if given). Rejects, with what the session does
 * instead, when that does not happen.
 */
export async function waitUntilBlocked(session: Session, by?: Session): Promise<void> {
  const observer = await connect(session.url)
  const end = Date.now() + LIMIT_MS
  try {
    for (;;) {
      const { rows } = await observer.query(
        'select pg_blocking_pids(pid) as blockers, state, wait_event_type, query from pg_stat_activity where pid = $1',
        [session.pid],
      )
      const [activity] = rows
      if (!activity) throw new Error(`session ${session.pid} is gone`)
      if (by ? activity.blockers.includes(by.pid) : activity.blockers.length > 0) return
      if (Date.now() > end)
        throw new Error(`session ${session.pid} is not blocked: ${JSON.stringify(activity)}`)
      await delay(POLL_MS)
    }
  } finally {
    await observer.end()
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'daybatch test session' })
  // a test may end the connection from the server's side; its next query fails then
  client.on('error', () => {})
  await client.connect()
  return client
}
