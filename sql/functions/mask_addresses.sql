-- A text without mail addresses: servers repeat them in their answers, and what the engine shows to everybody (why a
-- batch waits, why a campaign is paused, a worker's problem) must not hold one. The attempts keep the full words.
create or replace function daybatch.mask_addresses(p_text text)
returns text
language sql immutable set search_path = ''
as $$ select regexp_replace(p_text, '[^[:space:]<>]*@[^[:space:]<>]+', '(address)', 'g') $$;

comment on function daybatch.mask_addresses(text) is
  'Replaces mail addresses in a text. Example: select daybatch.mask_addresses(''550 <ada@example.org>: no such user'');';
