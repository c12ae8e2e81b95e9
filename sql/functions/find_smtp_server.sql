-- The SMTP server that a campaign's mails go through now: the one that its batch uses, else its own, else the fall-backs
-- by priority; those that take sessions before those that refuse. p_known: what the asking service can use; null: default
-- alone. No row: none. Called by claim_deliveries and change_smtp_server. Reads only.
create or replace function daybatch.find_smtp_server(p_campaign_id uuid, p_current text, p_known text[], p_now timestamptz)
returns table (name text, is_limited boolean)
language sql stable security definer set search_path = '' set jit = off
as $$
  select s.name, num_nulls(s.per_second, s.per_minute, s.connections) < 3
  from public.campaigns as c
  join daybatch.smtp_servers as s on s.is_enabled and (s.is_fallback or s.name = coalesce(c.smtp_server, 'default'))
    and s.name = any (coalesce(p_known, array['default']))
  where c.id = p_campaign_id
  order by coalesce(s.refused_until > p_now, false), s.name = coalesce(p_current, '') desc, s.name = coalesce(c.smtp_server, 'default') desc, s.priority, s.name
  limit 1
$$;

comment on function daybatch.find_smtp_server(uuid, text, text[], timestamptz) is
  'The SMTP server that a campaign''s mails go through now. Example: select s.name from public.campaigns as c, daybatch.find_smtp_server(c.id, null, null, daybatch.current_moment()) as s limit 1;';
