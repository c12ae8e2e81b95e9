-- Whether a link is one that unsubscribes, for the page that asks before it does. Says nothing of whom. Reads only.
create or replace function daybatch.is_unsubscribe_token(p_token text)
returns boolean
language sql stable security definer set search_path = '' set jit = off
as $$ select daybatch.read_token('unsubscribe', p_token) is not null $$;

comment on function daybatch.is_unsubscribe_token(text) is
  'Whether a token is one of an unsubscribe link. Example: select daybatch.is_unsubscribe_token(''x'');';
