import pg from 'pg'

export interface PoolOptions {
  /** Shown in pg_stat_activity. */
  applicationName: string
  max?: number
  /**
   * So many stay open while nobody asks; default 0, so that all go after five minutes. For what asks now and then.
   */
  min?: number
  /** Server side limit of one statement; default 30 s. */
  statementTimeoutMs?: number
  /** Judges every new connection before its first use: what it throws fails the calls that wait for one. */
  check?: (client: pg.ClientBase) => Promise<void>
}

/**
 * A new connection costs the server a process, and its first calls their plans (50 ms and more on a busy machine). The one
 * used last is used first, so that those a burst has opened are idle between bursts: by pg's ten seconds each burst began anew.
 */
const IDLE_MS = 300_000

const { builtins } = pg.types

/** Types as rows.ts names them: timestamptz -> Date and bigint -> string are pg's own; an interval stays ISO 8601 text. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === builtins.INTERVAL
      ? (value: string) => value
      : pg.types.getTypeParser(oid, format as 'text')) as never,
}

/**
 * A pool that survives a lost database: dead idle connections are dropped, and no call waits for ever.
 * The session speaks UTC and ISO 8601, whatever the role's or the database's settings are, and its statements are not
 * compiled (jit), which costs more than all of them take.
 */
export function createPool(url: string, options: PoolOptions): pg.Pool {
  const statementTimeoutMs = options.statementTimeoutMs ?? 30_000
  const pool = new pg.Pool({
    connectionString: url,
    application_name: options.applicationName,
    max: options.max ?? 5,
    min: options.min ?? 0,
    types,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: IDLE_MS,
    keepAlive: true,
    // the client's own limit is for a connection that went silent: the server's answers first
    query_timeout: statementTimeoutMs + 5_000,
    // after connecting, not as start-up parameters: poolers refuse those
    onConnect: async client => {
      await client.query(
        `select set_config('statement_timeout', $1, false), set_config('lock_timeout', '20s', false),
                set_config('idle_in_transaction_session_timeout', '60s', false),
                set_config('timezone', 'UTC', false), set_config('intervalstyle', 'iso_8601', false),
                set_config('jit', 'off', false)`,
        [String(statementTimeoutMs)],
      )
      await options.check?.(client)
    },
  })
  // an idle connection that breaks is replaced at the next query; without a listener it would end the process
  pool.on('error', () => {})
  return pool
}
