-- Signs a payload for one purpose ('bounce', 'unsubscribe', ...): what make_tokens says, for one.
-- Called by functions of ours only: whoever may call it can sign. Reads only. Errors: MB017 no such purpose, no payload.
create or replace function daybatch.make_token(p_purpose text, p_payload bytea)
returns text
language sql stable security definer set search_path = '' set jit = off
as $$ select (daybatch.make_tokens(p_purpose, array[p_payload]))[1] $$;

comment on function daybatch.make_token(text, bytea) is
  'Signs a payload for one purpose; read_token gives it back. Example: select daybatch.read_token(''bounce'', daybatch.make_token(''bounce'', int8send(1)));';
