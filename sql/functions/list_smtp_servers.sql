-- The SMTP servers as a service needs them, the sealed passwords included: nothing without the key, which is not in the
-- database. For services and their commands; people read the view smtp_server_status. Reads only.
create or replace function daybatch.list_smtp_servers()
returns table (name text, host text, port integer, tls text, username text, sealed_password text, is_enabled boolean, is_fallback boolean,
  connections integer, changed_at timestamptz)
language sql stable security definer set search_path = '' set jit = off
as $$
  select s.name, s.host, s.port, s.tls, s.username, s.sealed_password, s.is_enabled, s.is_fallback, s.connections, s.changed_at
  from daybatch.smtp_servers as s order by s.priority, s.name
$$;

comment on function daybatch.list_smtp_servers() is
  'The SMTP servers with sealed passwords, for services. Example: select name, host, port from daybatch.list_smtp_servers();';
