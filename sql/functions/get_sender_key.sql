-- The name of a sender in sender_limits: its address in lower case; default for a campaign that names none. Pure.
create or replace function daybatch.get_sender_key(p_sender text)
returns text
language sql immutable security definer set search_path = ''
as $$
  select lower(coalesce(substring(p_sender from '<([^<>]*)>\s*$'), nullif(trim(p_sender), ''), 'default'))
$$;

comment on function daybatch.get_sender_key(text) is
  'The name of a sender in sender_limits. Example: select daybatch.get_sender_key(''Ada <Ada@example.org>'');';
