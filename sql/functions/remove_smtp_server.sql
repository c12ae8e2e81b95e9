-- Takes an SMTP server away; what is under way through it ends. Campaigns that name it wait (campaign_blockers says so)
-- unless there is a fall-back. Locks: the server. Repeatable: false when there is none. Errors: MB040 default stays.
create or replace function daybatch.remove_smtp_server(p_name text)
returns boolean
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
begin
  if p_name = 'default' then
    raise exception using errcode = 'MB040', message = 'the SMTP server default is the service''s SMTP_URL and stays',
      hint = 'Switch it off: select daybatch.set_smtp_server(''default'', ''{"is_enabled": false}'');';
  end if;
  delete from daybatch.smtp_servers as s where s.name = p_name;
  if not found then
    return false;
  end if;
  perform daybatch.record_event(null, 'smtp_server_removed', jsonb_build_object('name', p_name));
  perform pg_notify('daybatch', jsonb_build_object('event', 'smtp_servers')::text);
  return true;
end;
$$;

comment on function daybatch.remove_smtp_server(text) is
  'Takes an SMTP server away. Example: select daybatch.remove_smtp_server(''an old relay'');';
