import type pg from 'pg'
import type { Row } from '../../../test/helper/make.ts'
import { connect } from '../databases.ts'

export const isolations = ['read committed', 'repeatable read', 'serializable'] as const
export type Isolation = (typeof isolations)[number]

/** "Could not serialize": documented as the caller's to try again, whole. */
const SERIALIZATION_FAILURE = '40001'
const MOST_TRIES = 5
/** Nothing here takes long; whoever waits this long waits for ever. */
const LIMIT_MS = 20_000

type Work = (client: pg.ClientBase) => Promise<Row[]>

/** How a transaction ended: with its rows, or refused. */
export interface Ending {
  rows: Row[]
  /** SQLSTATE of a refusal that was expected. */
  refused?: string
  /** Any other error. */
  error?: string
  tries: number
}

/** One real connection that does one operation in a transaction: begin, call, commit. */
export class Racer {
  readonly client: pg.Client
  readonly pid: number

  private constructor(client: pg.Client, pid: number) {
    this.client = client
    this.pid = pid
  }

  static async open(url: string): Promise<Racer> {
    const client = await connect(url)
    const { rows } = await client.query(
      `select pg_backend_pid() as pid, set_config('statement_timeout', $1, false)`,
      [String(LIMIT_MS)],
    )
    return new Racer(client, rows[0].pid)
  }

  /** In the stricter levels the snapshot is taken now. */
  async begin(isolation: Isolation): Promise<void> {
    await this.client.query(`begin isolation level ${isolation}`)
    await this.client.query('select 1')
  }

  /** Never rejects: what the call came to is judged at the end. */
  call(work: Work): Promise<{ rows: Row[]; error?: unknown }> {
    return work(this.client).then(
      rows => ({ rows }),
      error => ({ rows: [], error }),
    )
  }

  /** Commits what `call` came to; after a serialization failure does all of it again, now that the other is done. */
  async end(
    called: { rows: Row[]; error?: unknown },
    work: Work,
    isolation: Isolation,
    refusals: string[],
  ): Promise<Ending> {
    let { rows, error } = called
    for (let tries = 1; ; tries++) {
      if (error === undefined) error = await this.#commit()
      else await this.client.query('rollback')
      if (error === undefined) return { rows, tries }
      const { code = '', message } = error as Error & { code?: string }
      if (refusals.includes(code)) return { rows: [], refused: code, tries }
      if (code !== SERIALIZATION_FAILURE || tries === MOST_TRIES)
        return { rows: [], error: `${message} (${code})`, tries }
      await this.begin(isolation)
      ;({ rows, error } = await this.call(work))
    }
  }

  async #commit(): Promise<unknown> {
    try {
      await this.client.query('commit')
      return undefined
    } catch (error) {
      await this.client.query('rollback')
      return error
    }
  }
}

/** Whether `racer` waits for a lock before `called` settles: seen in the server, however long either takes. */
export async function seeBlocked(
  observer: pg.ClientBase,
  racer: Racer,
  called: Promise<unknown>,
): Promise<boolean> {
  let isSettled = false
  void called.then(() => {
    isSettled = true
  })
  while (!isSettled) {
    const { rows } = await observer.query({
      name: 'blockers',
      text: 'select cardinality(pg_blocking_pids($1)) > 0 as is_blocked',
      values: [racer.pid],
    })
    if (rows[0].is_blocked) return true
  }
  return false
}
