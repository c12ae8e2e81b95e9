-- Whose a key is: one row when it is good, none when it is unknown, wrong, expired or revoked. Takes the key's own id and its
-- SHA-256, never the key, so that no log of statements has it. The hashes are compared through another hash with a
-- random value, so that the time it takes tells nothing. Marks the use, at most once a minute. Called by the service.
-- Locks: the key, once a minute. Repeatable.
create or replace function daybatch.check_api_key(p_key_id text, p_key_hash bytea)
returns table (key_id text, name text, scope text)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := daybatch.current_moment();
  v_random bytea := uuid_send(gen_random_uuid());
  v_key daybatch.api_keys;
begin
  select k.* into v_key from daybatch.api_keys as k where k.key_id = p_key_id;
  if not found or sha256(v_random || v_key.key_hash) is distinct from sha256(v_random || p_key_hash)
    or v_key.revoked_at is not null or v_key.expires_at <= v_now
  then
    return;
  end if;
  if coalesce(v_key.last_used_at <= v_now - interval '1 minute', true) then
    update daybatch.api_keys as k set last_used_at = v_now
    where k.key_id = p_key_id and coalesce(k.last_used_at <= v_now - interval '1 minute', true);
  end if;
  return query select v_key.key_id, v_key.name, v_key.scope;
end;
$$;

comment on function daybatch.check_api_key(text, bytea) is
  'Whose a key of the API is; no row when it is not good. Example: select name, scope from daybatch.check_api_key(''01234567'', sha256(''dbk_01234567_''));';
