-- The ends of a campaign that are not `sent`, grouped: refused ones by the rule that says so, skipped ones by their reason,
-- mails in doubt as one group; with the words of the last server that refused for that reason. Asked by the page for one
-- campaign; reads its failures alone, by the index of reasons. Reads only. Errors: MB001 unknown.
create or replace function daybatch.list_failures(p_campaign_id uuid)
returns table (status text, reason text, contacts integer, last_at timestamptz, stage text, reply_code integer, enhanced_code text, reply_text text)
language plpgsql stable security definer set search_path = ''
-- a campaign fails for few reasons, which the planner takes for hundreds, and sorts all failures by them; a bitmap of all is no gain either
set enable_sort = off set enable_bitmapscan = off
as $$
#variable_conflict use_column
begin
  if not exists (select from public.campaigns as c where c.id = p_campaign_id) then
    raise exception using errcode = 'MB001', message = format('campaign %s does not exist', coalesce(p_campaign_id::text, 'null')),
      hint = 'Look the id up: select id, name, status from public.campaigns;';
  end if;
  return query
    select g.status, g.reason, g.contacts, g.last_at, l.stage, l.reply_code, l.enhanced_code, l.reply_text
    from (
      select d.status, case when d.status <> 'in_doubt' then d.reason end as reason, count(*)::integer as contacts, max(d.settled_at) as last_at, max(d.delivery_id) as last_id
      from daybatch.deliveries as d
      where d.campaign_id = p_campaign_id and d.reason is not null and d.status in ('failed', 'skipped', 'in_doubt')
      group by 1, 2
    ) as g
    left join lateral (
      select a.stage, a.reply_code, a.enhanced_code, a.reply_text
      from daybatch.delivery_attempts as a
      where a.campaign_id = p_campaign_id and a.delivery_id = g.last_id order by a.attempt_id desc limit 1
    ) as l on g.status <> 'skipped'
    order by g.contacts desc, g.status, g.reason;
end;
$$;

comment on function daybatch.list_failures(uuid) is
  'Failures of a campaign by rule or reason, with the last server''s words. Example: select f.* from public.campaigns as c, daybatch.list_failures(c.id) as f where c.name = ''Spring offer'';';
