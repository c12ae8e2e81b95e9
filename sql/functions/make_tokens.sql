-- Signs payloads for one purpose with the newest token key: an array in the order of the payloads. A token is lower-case
-- hex (letter case may be lost on its way) of the key's number (2 octets), the payload, and the first 16 octets of
-- HMAC-SHA256 (RFC 2104) over purpose, a zero octet, number and payload; so it is of no use for another purpose. The same
-- payload gives the same token while the key is the same. The key is read once for all: about 2 us a token.
-- Called by functions of ours only: whoever may call it can sign. Reads only. Errors: MB017 no such purpose, no payload.
create or replace function daybatch.make_tokens(p_purpose text, p_payloads bytea[])
returns text[]
language plpgsql stable security definer set search_path = '' set jit = off
as $$
declare
  v_purpose bytea;
  v_number bytea;
  v_inner bytea;
  v_outer bytea;
begin
  if p_purpose is null or p_purpose !~ '^[a-z]{1,30}$' or array_position(p_payloads, null) is not null then
    raise exception using errcode = 'MB017', message = format('a token needs a purpose in lower-case letters (given: %L) and a payload', p_purpose),
      hint = 'Example: select daybatch.make_token(''bounce'', int8send(1));';
  end if;
  v_purpose := convert_to(p_purpose, 'UTF8') || '\x00';
  select int2send(k.number), substring(k.value for 64), substring(k.value from 65) into strict v_number, v_inner, v_outer
  from (
    select substring(s.name from 11)::smallint as number, s.value from daybatch.secrets as s where s.name like 'token\_key\_%'
  ) as k
  order by k.number desc limit 1;
  return array(
    select encode(v_number || p.payload || substring(sha256(v_outer || sha256(v_inner || v_purpose || v_number || p.payload)) for 16), 'hex')
    from unnest(p_payloads) with ordinality as p (payload, place) order by p.place);
end;
$$;

comment on function daybatch.make_tokens(text, bytea[]) is
  'Signs payloads for one purpose, many at once, in their order (see make_token). Example: select daybatch.make_tokens(''bounce'', array[int8send(1), int8send(2)]);';
