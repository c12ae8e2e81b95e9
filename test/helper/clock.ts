import { readFile } from 'node:fs/promises'
import type pg from 'pg'

type Database = pg.Pool | pg.ClientBase

const REAL_CLOCK = new URL('../../sql/functions/current_moment.sql', import.meta.url)

/** Stops the database's clock at a moment (ISO 8601), for every session, until it is moved again. */
export async function setClock(db: Database, moment: string | Date): Promise<void> {
  await db.query(`
    create schema if not exists test_clock;
    create table if not exists test_clock.moment (only_row boolean primary key default true check (only_row), at timestamptz not null);
    grant usage on schema test_clock to public;
    grant select on test_clock.moment to public;
    create or replace function daybatch.current_moment()
    returns timestamptz
    language sql volatile security definer set search_path = ''
    as $$ select m.at from test_clock.moment as m $$`)
  await db.query(
    'insert into test_clock.moment (at) values ($1) on conflict (only_row) do update set at = excluded.at',
    [moment],
  )
}

/** Moves a stopped clock on by an interval (`24 hours`; negative: back) and returns the new moment. */
export async function advance(db: Database, interval: string): Promise<Date> {
  const { rows } = await db.query('update test_clock.moment set at = at + $1::interval returning at', [
    interval,
  ])
  return rows[0].at
}

/** Gives the database its own clock back. */
export async function realClock(db: Database): Promise<void> {
  await db.query(await readFile(REAL_CLOCK, 'utf8'))
}
