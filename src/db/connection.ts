import pg from 'pg'
import { isRefusal } from '../errors.ts'

const PLAN_IS_OUTDATED = '0A000'

/** What the classes with SQL text share: how a statement is run, and on which pool or client. */
export abstract class Connection {
  protected readonly db: pg.Pool | pg.ClientBase

  constructor(db: pg.Pool | pg.ClientBase) {
    this.db = db
  }

  /** Runs one statement; with a `name` it is prepared once per connection, which halves the time of the small ones. */
  protected async rows<Row>(text: string, values: unknown[] = [], name?: string): Promise<Row[]> {
    try {
      return (await this.db.query({ text, values, name })).rows
    } catch (error) {
      // a deploy changed the function's columns under a prepared statement: refused before it ran
      if (name && (error as { code?: string }).code === PLAN_IS_OUTDATED) return this.rows(text, values)
      throw error
    }
  }

  protected async row<Row>(text: string, values: unknown[] = [], name?: string): Promise<Row> {
    const [row] = await this.rows<Row>(text, values, name)
    if (row === undefined) throw new Error(`no row came back from: ${text}`)
    return row
  }

  /** For a function that returns one value, selected `as value`. */
  protected async value<Value>(text: string, values: unknown[] = [], name?: string): Promise<Value> {
    return (await this.row<{ value: Value }>(text, values, name)).value
  }

  /** For a function that returns a set of single values, selected as the column `value`. */
  protected async values<Value>(text: string, values: unknown[] = []): Promise<Value[]> {
    return (await this.rows<{ value: Value }>(text, values)).map(({ value }) => value)
  }

  /** Runs `work` on one client: one of the pool's, kept until the end, or the client at hand. */
  async withClient<Result>(work: (client: pg.ClientBase) => Promise<Result>): Promise<Result> {
    if (!(this.db instanceof pg.Pool)) return work(this.db)
    const client = await this.db.connect()
    // a connection that breaks between two statements fails the next one; without a listener it would end the process
    const ignore = () => {}
    client.on('error', ignore)
    let problem: unknown
    try {
      return await work(client)
    } catch (error) {
      problem = error
      throw error
    } finally {
      client.off('error', ignore)
      // a refusal leaves a client in order; after anything else it is not worth finding out
      client.release(problem !== undefined && !isRefusal(problem))
    }
  }
}
