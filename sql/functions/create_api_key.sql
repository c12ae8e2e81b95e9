-- Makes a key of the API and answers it, the only time: what is kept is its SHA-256. Scope read looks, write changes, admin
-- also does what concerns the whole installation; each has the ones before. p_expires_at null: never expires. Called by
-- operators, the CLI and the API. Not repeatable: each call makes a key. Errors: MB017 no name, no scope, or expired already.
create or replace function daybatch.create_api_key(p_name text, p_scope text default 'read', p_expires_at timestamptz default null)
returns table (key_id text, api_key text)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := daybatch.current_moment();
  -- of two random uuids: 244 bits
  v_secret text := encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex');
  v_key_id text := left(replace(gen_random_uuid()::text, '-', ''), 8);
  v_key text := format('dbk_%s_%s', v_key_id, v_secret);
begin
  if coalesce(p_scope not in ('read', 'write', 'admin'), true) then
    raise exception using errcode = 'MB017', message = format('%L is no scope of a key', p_scope), hint = 'read, write or admin';
  elsif coalesce(length(trim(p_name)) not between 1 and 100 or p_name ~ '[[:cntrl:]]', true) then
    raise exception using errcode = 'MB017', message = 'a key needs a name of 1 to 100 characters in one line', hint = 'Name who uses it, like: shop backend';
  elsif p_expires_at <= v_now then
    raise exception using errcode = 'MB017', message = 'a key cannot have expired when it is made', hint = 'Give a time to come, or none for a key that does not expire.';
  end if;
  insert into daybatch.api_keys (key_id, name, scope, key_hash, created_at, expires_at)
  values (v_key_id, trim(p_name), p_scope, sha256(convert_to(v_key, 'UTF8')), v_now, p_expires_at);
  perform daybatch.record_event(null, 'api_key_created', jsonb_strip_nulls(jsonb_build_object('key_id', v_key_id, 'name', trim(p_name), 'scope', p_scope, 'expires_at', p_expires_at)));
  return query select v_key_id, v_key;
end;
$$;

comment on function daybatch.create_api_key(text, text, timestamptz) is
  'Makes a key of the API and shows it once. Example: select key_id, api_key from daybatch.create_api_key(''shop backend'', ''write'', daybatch.current_moment() + interval ''8760 hours'');';
