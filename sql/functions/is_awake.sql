-- Whether the engine may act here: false from an installation beside an older application until take_over().
-- Reads one row of settings.
create or replace function daybatch.is_awake()
returns boolean
language sql stable security definer set search_path = '' set jit = off
as $$ select coalesce((select s.taken_over_at is not null from daybatch.settings as s), false) $$;

comment on function daybatch.is_awake() is
  'False while the engine sleeps beside an older application (before take_over). Example: select daybatch.is_awake();';
