-- What waits for somebody, one row per campaign and reason: the blockers of campaign_blockers that do not end by
-- themselves, of campaigns that were started. Looks only at campaigns that may have one: the view asks for every campaign,
-- this is asked every few seconds. Reasons that hold for all (nobody delivers, the engine sleeps) are one row with no
-- campaign. Where nobody is waited for it takes 0.05 ms: asking the view, to find no row, took 0.5. Called by describe_overview and list_overview. Reads only.
create or replace function daybatch.list_needs()
returns table (campaign_id uuid, name text, blocker text, reason text, since timestamptz)
language plpgsql stable security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_suspects uuid[];
begin
  with servers as materialized (
    select pg_catalog.array_agg(s.name) filter (where s.is_enabled) as usable, coalesce(pg_catalog.bool_or(s.is_enabled and s.is_fallback), false) as has_fallback
    from daybatch.smtp_servers as s
  )
  select pg_catalog.array_agg(c.id) into v_suspects
  from public.campaigns as c cross join servers as v
  where c.status::text = 'paused'
    -- not yet looked at: perhaps nobody to mail, or nothing to say
    or c.status::text in ('sending', 'scheduled') and (c.tracking_initialised_at is null or coalesce(nullif(c.html_body, ''), nullif(c.text_body, '')) is null
      or not v.has_fallback and (coalesce(c.smtp_server, 'default') = any (v.usable)) is not true);
  -- each asked only if it may have rows: the view's plan is large, and beginning it takes longer than all the rest
  if v_suspects is not null then
    -- offset 0: one campaign after the other, never all of the view
    return query
      select b.campaign_id, b.name::text, b.blocker, b.reason, b.since
      from pg_catalog.unnest(v_suspects) as s (id) cross join lateral (select k.* from daybatch.campaign_blockers as k where k.campaign_id = s.id offset 0) as b
      where b.needs_somebody and b.blocker not in ('asleep', 'no_worker', 'worker_problem');
  end if;
  if not daybatch.is_awake() or not exists (select from daybatch.worker_status as w where w.is_alive and w.problem is null) then
    return query
      select null::uuid, null::text, b.blocker, b.reason, b.since
      from (
        -- one of each by its own index, the one that sends first: an order by the status sorts all campaigns
        select k.id
        from ((select c.id, 1 as rank from public.campaigns as c where c.status = 'sending' limit 1)
          union all (select c.id, 2 from public.campaigns as c where c.status = 'scheduled' limit 1)) as k
        order by k.rank limit 1
      ) as one
      cross join lateral (select k.* from daybatch.campaign_blockers as k where k.campaign_id = one.id offset 0) as b
      where b.blocker in ('asleep', 'no_worker', 'worker_problem');
  end if;
end;
$$;

comment on function daybatch.list_needs() is
  'What waits for somebody, per started campaign; a row without a campaign holds for all. Example: select name, reason from daybatch.list_needs();';
