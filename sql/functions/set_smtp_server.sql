-- Makes an SMTP server, or changes the named fields of one. p_server: {"host", "port", "tls" (implicit, starttls,
-- optional), "username", "sealed_password", "priority", "is_fallback", "is_enabled", "per_second", "per_minute",
-- "connections"}; null takes a limit away. Without "tls", TLS is required but on this machine. A sealed password holds for
-- the host, port and user that it was sealed with: whoever changes them gives it anew. Of default (SMTP_URL) only limits,
-- is_fallback and is_enabled can be set. Locks: the server. Repeatable.
-- Errors: MB017 an unknown field, MB040 default has its address and login in SMTP_URL, MB041 the password is missing.
create or replace function daybatch.set_smtp_server(p_name text, p_server jsonb)
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_old daybatch.smtp_servers;
  v_new daybatch.smtp_servers;
  v_unknown text;
begin
  select string_agg(k.key, ', ') into v_unknown from jsonb_object_keys(p_server) as k (key)
  where k.key not in ('host', 'port', 'tls', 'username', 'sealed_password', 'priority', 'is_fallback', 'is_enabled', 'per_second', 'per_minute', 'connections');
  if v_unknown is not null then
    raise exception using errcode = 'MB017', message = format('an SMTP server has no field %s', v_unknown),
      hint = 'host, port, tls, username, sealed_password, priority, is_fallback, is_enabled, per_second, per_minute, connections';
  elsif p_name = 'default' and p_server ?| array['host', 'port', 'tls', 'username', 'sealed_password'] then
    raise exception using errcode = 'MB040', message = 'the SMTP server default has its address and login in SMTP_URL',
      hint = 'Change SMTP_URL, or give the server another name.';
  end if;
  select s.* into v_old from daybatch.smtp_servers as s where s.name = p_name for no key update;
  v_new := jsonb_populate_record(v_old, p_server);
  v_new.tls := coalesce(v_new.tls, case
    when v_new.host is null then null
    when v_new.port = 465 then 'implicit'
    when v_new.host in ('localhost', '::1') or v_new.host ~ '^127(\.\d{1,3}){3}$' then 'optional'
    else 'starttls' end);
  v_new.port := coalesce(v_new.port, case v_new.tls when 'implicit' then 465 when 'starttls' then 587 when 'optional' then 25 end);
  if v_old.sealed_password is not null and not p_server ? 'sealed_password'
    and (v_new.host, v_new.port, v_new.username) is distinct from (v_old.host, v_old.port, v_old.username)
  then
    raise exception using errcode = 'MB041', message = format('the password of SMTP server %s was given for another host, port or user', p_name),
      hint = 'Give the password again: npx daybatch smtp set';
  end if;
  insert into daybatch.smtp_servers as s (name, host, port, tls, username, sealed_password, priority, is_fallback, is_enabled, per_second, per_minute, connections, changed_at)
  values (p_name, v_new.host, v_new.port, v_new.tls, v_new.username, v_new.sealed_password, coalesce(v_new.priority, 100),
    coalesce(v_new.is_fallback, false), coalesce(v_new.is_enabled, true), v_new.per_second, v_new.per_minute, v_new.connections, daybatch.current_moment())
  on conflict (name) do update set host = excluded.host, port = excluded.port, tls = excluded.tls, username = excluded.username,
    sealed_password = excluded.sealed_password, priority = excluded.priority, is_fallback = excluded.is_fallback, is_enabled = excluded.is_enabled,
    per_second = excluded.per_second, per_minute = excluded.per_minute, connections = excluded.connections, next_send_at = null,
    refused_since = null, refused_until = null, refusal = null, refusal_count = 0, changed_at = excluded.changed_at, changed_by = session_user;
  perform daybatch.record_event(null, 'smtp_server_set', jsonb_build_object('name', p_name,
    'fields', (select jsonb_agg(k.key order by k.key) from jsonb_object_keys(p_server) as k (key))));
  perform pg_notify('daybatch', jsonb_build_object('event', 'smtp_servers')::text);
end;
$$;

comment on function daybatch.set_smtp_server(text, jsonb) is
  'Makes or changes an SMTP server, or the limits of default. Example: select daybatch.set_smtp_server(''default'', ''{"per_second": 10, "connections": 4}'');';
