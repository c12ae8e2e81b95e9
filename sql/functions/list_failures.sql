-- The ends of a campaign that are not `sent`, grouped: refused ones by the rule that says so, skipped ones by their reason,
-- mails in doubt as one group; with the words of the last server that refused for that reason. Asked by the page for one
-- campaign: closed batches have been counted (batch_failures), and of the others only the failures are read, by their index.
-- Reads only. Errors: MB001 unknown.
create or replace function daybatch.list_failures(p_campaign_id uuid)
returns table (status text, reason text, contacts integer, last_at timestamptz, stage text, reply_code integer, enhanced_code text, reply_text text)
language plpgsql stable security definer set search_path = '' set jit = off
-- a campaign fails for few reasons, which the planner takes for hundreds, and sorts all failures by them; a bitmap of all is no
-- gain either. One plan for all, since batch by batch none but their own index fits: a plan for each call took half its time
set enable_sort = off set enable_bitmapscan = off set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  -- the open one, and what was closed before there were counts. Asked beforehand: as a join the failures of all were read first
  v_uncounted integer[] := array(
    select b.batch_number from daybatch.batches as b
    where b.campaign_id = p_campaign_id and not exists (select from daybatch.batch_failures as f where f.campaign_id = b.campaign_id and f.batch_number = b.batch_number));
begin
  if not exists (select from public.campaigns as c where c.id = p_campaign_id) then
    raise exception using errcode = 'MB001', message = format('campaign %s does not exist', coalesce(p_campaign_id::text, 'null')),
      hint = 'Look the id up: select id, name, status from public.campaigns;';
  end if;
  return query
    select g.status, g.reason, g.contacts, g.last_at, l.stage, l.reply_code, l.enhanced_code, l.reply_text
    from (
      select k.status, case when k.status <> 'in_doubt' then k.reason end as reason, sum(k.contacts)::integer as contacts, max(k.last_at) as last_at, max(k.last_id) as last_id
      from (
        select f.status, f.reason, f.contacts, f.last_at, f.last_delivery_id as last_id
        from daybatch.batch_failures as f
        where f.campaign_id = p_campaign_id
        union all
        select d.status, d.reason, d.contacts, d.last_at, d.last_id
        from unnest(v_uncounted) as u (batch_number)
        cross join lateral (
          select d.status, d.reason, count(*) as contacts, max(d.settled_at) as last_at, max(d.delivery_id) as last_id
          from daybatch.deliveries as d
          where d.campaign_id = p_campaign_id and d.batch_number = u.batch_number and d.reason is not null and d.status in ('failed', 'skipped', 'in_doubt')
          group by d.status, d.reason
        ) as d
      ) as k
      group by 1, 2
    ) as g
    left join lateral (
      select a.stage, a.reply_code, a.enhanced_code, a.reply_text
      from daybatch.delivery_attempts as a
      where a.campaign_id = p_campaign_id and a.delivery_id = g.last_id
      -- + 0: by the few tries of this contact, not by all tries from the newest back
      order by a.attempt_id + 0 desc limit 1
    ) as l on g.status <> 'skipped'
    order by g.contacts desc, g.status, g.reason;
end;
$$;

comment on function daybatch.list_failures(uuid) is
  'Failures of a campaign by rule or reason, with the last server''s words. Example: select f.* from public.campaigns as c, daybatch.list_failures(c.id) as f where c.name = ''Spring offer'';';
