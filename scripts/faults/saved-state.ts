import type pg from 'pg'

/** What does not change while campaigns run, and what pg-boss keeps for itself. */
const CONSTANT = [
  'migrations',
  'settings',
  'secrets',
  'adapters',
  'reply_rules',
  'smtp_servers',
  'bounce_limits',
]

/**
 * The tables that hold what happens to campaigns, and copies of their rows under names: what runs again and again
 * starts from the same rows, with the same ids and tokens.
 */
export class SavedState {
  readonly #client: pg.ClientBase
  readonly #tables: string[]

  private constructor(client: pg.ClientBase, tables: string[]) {
    this.#client = client
    this.#tables = tables
  }

  static async open(client: pg.ClientBase): Promise<SavedState> {
    const { rows } = await client.query(
      `select format('%I.%I', n.nspname, c.relname) as name
       from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p') and not c.relispartition and (n.nspname in ('public', 'daybatch', 'test_clock')
         or n.nspname = 'pgboss' and c.relname = 'job')`,
    )
    await client.query('create schema if not exists saved')
    const isConstant = (name: string) => CONSTANT.some(table => name === `daybatch.${table}`)
    return new SavedState(
      client,
      rows.map(({ name }) => name as string).filter(name => !isConstant(name)),
    )
  }

  async save(name: string): Promise<void> {
    const copies = this.#tables.map(table => `create table ${copyOf(name, table)} as table ${table};`)
    await this.#client.query(copies.join('\n'))
  }

  async restore(name: string): Promise<void> {
    const inserts = this.#tables.map(
      table => `insert into ${table} overriding system value select * from ${copyOf(name, table)};`,
    )
    await this.#client.query(withoutTriggers(this.#deletes + inserts.join('\n')))
  }

  async clear(): Promise<void> {
    await this.#client.query(withoutTriggers(this.#deletes))
  }

  get #deletes(): string {
    return this.#tables.map(table => `delete from ${table};`).join('\n')
  }
}

const copyOf = (name: string, table: string) => `saved."${name} ${table}"`

/** The rows are as they were, or gone: no trigger and no foreign key has a part in it. */
const withoutTriggers = (statements: string) =>
  `begin; set local session_replication_role = replica; ${statements} commit`
