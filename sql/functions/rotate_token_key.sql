-- Makes a new key for tokens and returns its number: new return paths and unsubscribe links are signed with it, those in
-- mails already sent stay good. With p_retire the keys before it are deleted, when one has become known: then the links
-- and return paths of all mails sent so far work no more.
-- Called by operators. Locks: the secrets. Not repeatable: each call makes a key. Errors: MB017 no number is left.
create or replace function daybatch.rotate_token_key(p_retire boolean default false)
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_number integer;
  v_inner bytea := sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'))
    || sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'));
begin
  lock table daybatch.secrets in share row exclusive mode;
  select coalesce(max(substring(s.name from 11)::integer), 0) + 1 into v_number from daybatch.secrets as s where s.name like 'token\_key\_%';
  if v_number > 32767 then
    raise exception using errcode = 'MB017', message = 'no number is left for another token key',
      hint = 'Keys are numbered from 1 to 32767: rotate less often.';
  end if;
  if p_retire then
    delete from daybatch.secrets as s where s.name like 'token\_key\_%';
  end if;
  insert into daybatch.secrets (name, value, created_at)
  values ('token_key_' || v_number, v_inner || (
    select string_agg(set_byte('\x00', 0, get_byte(v_inner, i) # 106), '' order by i) from generate_series(0, 63) as i), daybatch.current_moment());
  perform daybatch.record_event(null, 'token_key_rotated', jsonb_build_object('key', v_number, 'retired_older', coalesce(p_retire, false)));
  return v_number;
end;
$$;

comment on function daybatch.rotate_token_key(boolean) is
  'Makes a new key for return paths and unsubscribe links; true also retires the older ones. Example: select daybatch.rotate_token_key();';
