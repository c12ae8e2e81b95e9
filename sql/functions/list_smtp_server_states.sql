-- The SMTP servers as people see them (view smtp_server_status): without a password, sealed or not. Called by the API.
-- Reads only.
create or replace function daybatch.list_smtp_server_states()
returns setof jsonb
language sql stable security definer set search_path = '' set jit = off set timezone = 'UTC'
as $$
  select to_jsonb(s) from daybatch.smtp_server_status as s order by s.priority, s.name
$$;

comment on function daybatch.list_smtp_server_states() is
  'SMTP servers, their limits and whether one refuses. Example: select s ->> ''name'', s ->> ''refusal'' from daybatch.list_smtp_server_states() as s;';
