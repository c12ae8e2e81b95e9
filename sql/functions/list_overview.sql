-- The rows of the page's overview: a page of campaigns, newest first, each as in campaign_status, with its blockers, the
-- forecast end and its mails in doubt. p_search: part of the name. p_show: a status, or
-- `needs`: those that list_needs names. The end is forecast_campaign's last due time, without making its rows unless
-- sending rules need them; null for drafts, whose audience is not counted here. Reads only; costs a few reads per campaign of the page.
create or replace function daybatch.list_overview(p_search text default null, p_show text default null, p_after_created_at timestamptz default null, p_after_id uuid default null, p_limit integer default 50)
returns setof jsonb
language plpgsql stable security definer set search_path = '' set jit = off set timezone = 'UTC'
as $$
declare
  v_page uuid[];
begin
  -- apart from the rows: their plan is large, and made once a session where no search and no page is part of it
  v_page := array(
    select c.id from public.campaigns as c
    where (p_show is null or c.status::text = p_show or (p_show = 'needs' and c.id in (select n.campaign_id from daybatch.list_needs() as n where p_show = 'needs')))
      and (p_search is null or pg_catalog.strpos(pg_catalog.lower(c.name), pg_catalog.lower(p_search)) > 0)
      and (p_after_id is null or (c.created_at, c.id) < (p_after_created_at, p_after_id))
    order by c.created_at desc, c.id desc
    limit least(greatest(p_limit, 1), 200));
  return query
  select pg_catalog.to_jsonb(s) - 'contact_list_ids' || pg_catalog.jsonb_build_object(
    'blockers', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('blocker', b.blocker, 'reason', b.reason, 'since', b.since, 'ends_at', b.ends_at,
        'needs_somebody', b.needs_somebody) order by b.needs_somebody desc, b.blocker), '[]')
      from daybatch.campaign_blockers as b where b.campaign_id = s.id),
    'in_doubt_count', (select pg_catalog.count(*) from daybatch.in_doubt_deliveries as d where d.campaign_id = s.id),
    'finish_at', f.finish_at)
  from pg_catalog.unnest(v_page) with ordinality as page (id, place)
  join daybatch.campaign_status as s on s.id = page.id
  left join daybatch.contact_counts as n on n.campaign_id = s.id
  left join daybatch.batches as o on o.campaign_id = s.id and o.closed_at is null
  cross join (select daybatch.current_moment() as now) as clock
  cross join lateral (select n.remaining_count - coalesce(o.head_length, 0) as later) as r
  cross join lateral (
    select case
      when s.status not in ('sending', 'scheduled', 'paused') or s.tracking_initialised_at is null then null
      when r.later <= 0 then o.due_at
      when s.sending_rules is not null then (select k.finish_at from daybatch.forecast_finish(s.id) as k)
      else greatest(case when s.status = 'scheduled' then greatest(s.scheduled_at, s.next_batch_send_time) else s.next_batch_send_time end, clock.now)
        + ((r.later + s.daily_send_limit - 1) / s.daily_send_limit - 1) * coalesce(s.batch_interval, interval '24 hours')
      end as finish_at) as f
  order by page.place;
end;
$$;

comment on function daybatch.list_overview(text, text, timestamptz, uuid, integer) is
  'A page of campaigns as the overview shows them, with blockers and forecast end. Example: select c ->> ''name'', c ->> ''finish_at'' from daybatch.list_overview(''offer'', ''sending'') as c;';
