import { join } from 'node:path'
import type pg from 'pg'
import { loadMigrationFiles } from 'postgres-migrations'

/**
 * postgres-migrations looks for a table `migrations` in every schema: ours is made first, with its columns, so
 * that one of the application's is never touched.
 */
export const CREATE_LEDGER = `create schema if not exists daybatch;
create table if not exists daybatch.migrations (
  id integer primary key,
  name varchar(100) unique not null,
  hash varchar(40) not null,
  executed_at timestamp default current_timestamp
);`

/** Whether an application's campaigns were here before the first install; 0001 reads the setting. */
export const NOTE_APPLICATION = `select set_config('daybatch.found_application',
  (to_regclass('public.campaigns') is not null and not exists (select from daybatch.migrations where id > 0))::text, false)`

export const loadMigrations = (sqlFolder: string) => loadMigrationFiles(join(sqlFolder, 'migrations'))

/** Makes the ledger where it is missing and refuses one that is ahead of the files. */
export async function prepareLedger(client: pg.Client, sqlFolder: string): Promise<void> {
  const newest = (await loadMigrations(sqlFolder)).at(-1)
  await client.query(CREATE_LEDGER)
  const { rows } = await client.query(
    'select current_database() as database, max(id) as id from daybatch.migrations',
  )
  const { database, id } = rows[0]
  if (newest && id > newest.id) {
    throw new Error(
      `database ${database} is newer than this program (migration ${id}, known here: ${newest.id}): deploy the newer program`,
    )
  }
  await client.query(NOTE_APPLICATION)
}
