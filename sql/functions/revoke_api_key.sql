-- Takes a key of the API back: refused within ten seconds, for that long services may remember it. Called by operators, the
-- CLI and the API. Locks: the key. Repeatable: false when it was revoked already. Errors: MB054 unknown key.
create or replace function daybatch.revoke_api_key(p_key_id text)
returns boolean
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_key daybatch.api_keys;
begin
  select k.* into v_key from daybatch.api_keys as k where k.key_id = p_key_id for update;
  if not found then
    raise exception using errcode = 'MB054', message = format('there is no API key %s', coalesce(left(p_key_id, 20), 'null')),
      hint = 'Look it up: select key_id, name, scope from daybatch.list_api_keys();';
  elsif v_key.revoked_at is not null then
    return false;
  end if;
  update daybatch.api_keys as k set revoked_at = daybatch.current_moment() where k.key_id = p_key_id;
  perform daybatch.record_event(null, 'api_key_revoked', jsonb_build_object('key_id', p_key_id, 'name', v_key.name));
  return true;
end;
$$;

comment on function daybatch.revoke_api_key(text) is
  'Takes a key of the API back. Example: select daybatch.revoke_api_key(key_id) from daybatch.list_api_keys() where name = ''shop backend'';';
