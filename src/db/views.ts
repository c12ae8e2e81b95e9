import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type pg from 'pg'

/** Remembers in the database what each view was made of, so that a view that stays the same is not touched. */
export class ViewLedger {
  readonly #client: pg.ClientBase
  /** Fingerprints of the files of those views that still are what was made of them. */
  readonly #current: Map<string, string>

  private constructor(client: pg.ClientBase, current: Map<string, string>) {
    this.#client = client
    this.#current = current
  }

  static async read(client: pg.ClientBase): Promise<ViewLedger> {
    const { rows } = await client.query(`
      select a.view_name, a.source_md5
      from daybatch.applied_views as a
      where a.definition_md5 = md5(pg_get_viewdef(to_regclass('daybatch.' || quote_ident(a.view_name))))`)
    return new ViewLedger(client, new Map(rows.map(row => [row.view_name, row.source_md5])))
  }

  /** Runs `make` unless the view is what this file (its text) makes of it. Adapters decide for themselves. */
  async apply(file: string, text: string, make: () => Promise<void>): Promise<void> {
    const name = basename(file, '.sql')
    const source = createHash('md5').update(text).digest('hex')
    if (this.#current.get(name) === source) return
    await make()
    if (text.includes('daybatch.replace_adapter')) return
    await this.#client.query(
      `insert into daybatch.applied_views (view_name, source_md5, definition_md5)
       values ($1, $2, md5(pg_get_viewdef(to_regclass('daybatch.' || quote_ident($1)))))
       on conflict (view_name) do update set source_md5 = excluded.source_md5, definition_md5 = excluded.definition_md5`,
      [name, source],
    )
  }
}
