-- The keys of the API, the last made first: what each may do, until when, and when it was used last (to the minute). Never
-- a key or its hash. Called by operators, the CLI and the API. Reads only.
create or replace function daybatch.list_api_keys()
returns table (key_id text, name text, scope text, is_usable boolean, created_at timestamptz, created_by text, expires_at timestamptz,
  revoked_at timestamptz, last_used_at timestamptz)
language sql stable security definer set search_path = '' set jit = off
as $$
  select k.key_id, k.name, k.scope, k.revoked_at is null and coalesce(k.expires_at > daybatch.current_moment(), true), k.created_at, k.created_by,
    k.expires_at, k.revoked_at, k.last_used_at
  from daybatch.api_keys as k order by k.created_at desc, k.key_id limit 1000
$$;

comment on function daybatch.list_api_keys() is
  'The keys of the API, without the keys. Example: select key_id, name, scope, last_used_at from daybatch.list_api_keys() where is_usable;';
