import pg from 'pg'
import { isRefusal } from '../errors.ts'

const PLAN_IS_OUTDATED = '0A000'

/** Told of every call of a function of ours: its name, how long it took in ms, and the error that it ended with. */
export type CallObserver = (call: string, ms: number, error?: unknown) => void

/** What the classes with SQL text share: how a statement is run, and on which pool or client. */
export abstract class Connection {
  protected readonly db: pg.Pool | pg.ClientBase

  protected readonly observe: CallObserver | undefined

  constructor(db: pg.Pool | pg.ClientBase, observe?: CallObserver) {
    this.db = db
    this.observe = observe
  }

  /** Runs one statement; with a `name` it is prepared once per connection, which halves the time of the small ones. */
  protected async rows<Row>(text: string, values: unknown[] = [], name?: string): Promise<Row[]> {
    if (!this.observe) return this.#query(text, values, name)
    const start = performance.now()
    let error: unknown
    try {
      return await this.#query<Row>(text, values, name)
    } catch (problem) {
      error = problem
      throw problem
    } finally {
      this.observe(name ?? findFunction(text), performance.now() - start, error)
    }
  }

  async #query<Row>(text: string, values: unknown[], name?: string): Promise<Row[]> {
    try {
      return (await this.db.query({ text, values, name })).rows
    } catch (error) {
      // a deploy changed the function's columns under a prepared statement: refused before it ran
      if (name && (error as { code?: string }).code === PLAN_IS_OUTDATED) return this.#query(text, values)
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

const functions = new Map<string, string>()

/** The function that a statement of ours calls, as its name among all calls. */
function findFunction(text: string): string {
  let name = functions.get(text)
  if (name === undefined) {
    name = /daybatch\.([a-z_]+)\(/.exec(text)?.[1] ?? 'other'
    functions.set(text, name)
  }
  return name
}
