-- The payload of a token that this database signed for this purpose; null for everything else: forged, changed, of another
-- purpose, of a key that was retired, no token at all. It never raises and says nothing about why. Every key that is still
-- kept is accepted, letter case does not matter. The codes are compared as hashes, so that the time tells nothing.
-- Called by functions of ours only. Reads only.
create or replace function daybatch.read_token(p_purpose text, p_token text)
returns bytea
language plpgsql stable security definer set search_path = '' set jit = off
as $$
declare
  v_token bytea;
  v_signed bytea;
  v_key bytea;
begin
  -- a length first: hostile texts may be long
  if octet_length(p_token) not between 36 and 512 or p_purpose is null or p_token !~ '^([0-9A-Fa-f]{2})+$' then
    return null;
  end if;
  v_token := decode(p_token, 'hex');
  v_signed := substring(v_token for octet_length(v_token) - 16);
  select s.value into v_key from daybatch.secrets as s
  where s.name = 'token_key_' || (get_byte(v_token, 0) * 256 + get_byte(v_token, 1));
  if sha256(v_key || substring(v_token from octet_length(v_token) - 15))
    = sha256(v_key || substring(
      sha256(substring(v_key from 65) || sha256(substring(v_key for 64) || convert_to(p_purpose, 'UTF8') || '\x00' || v_signed)) for 16))
  then
    return substring(v_signed from 3);
  end if;
  return null;
end;
$$;

comment on function daybatch.read_token(text, text) is
  'The payload that was signed for this purpose, null for anything else. Example: select daybatch.read_token(''unsubscribe'', daybatch.make_token(''bounce'', int8send(1))) is null;';
