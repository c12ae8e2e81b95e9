-- The engine's only clock. Tests replace the body; production never does.
-- Volatile and read after a lock is held, so that waiting for the lock never yields a stale time.
create or replace function daybatch.current_moment()
returns timestamptz
language sql volatile set search_path = '' set jit = off
as $$ select pg_catalog.clock_timestamp() $$;

comment on function daybatch.current_moment() is
  'The only clock the engine reads (the database''s own). Example: select daybatch.current_moment();';
