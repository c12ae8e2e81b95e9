-- What a person sees first, as one object: how many campaigns stand where, what went out in the last 24 hours, which batch
-- leaves next, what needs somebody and why, whether anything delivers. Mails of the last 24 hours: those of the batches that
-- opened in them. Called by GET /api/overview every few seconds, so it reads no ledger and no campaign's contacts:
-- open batches by their counts. plpgsql, so that the plan is made once a session. Reads only.
create or replace function daybatch.describe_overview()
returns jsonb
language plpgsql stable security definer set search_path = '' set jit = off set timezone = 'UTC'
as $$
begin
  return (
  with clock as materialized (
    select daybatch.current_moment() as now, daybatch.is_awake() as is_awake
  ), standing as materialized (
    select c.status::text as status, pg_catalog.count(*) as count from public.campaigns as c group by c.status::text
  ), coming as (
    -- each by its own index, from now on (joined with the clock, it is read from its start); a campaign whose batch is under
    -- way has no due one
    (select c.id, c.next_batch_send_time as due_at from public.campaigns as c
      where c.status = 'sending' and c.next_batch_send_time > (select k.now from clock as k)
        and not exists (select from daybatch.batches as b where b.campaign_id = c.id and b.closed_at is null)
      order by c.next_batch_send_time limit 1)
    union all
    (select c.id, greatest(c.scheduled_at, c.next_batch_send_time) from public.campaigns as c
      where c.status = 'scheduled' and c.scheduled_at > (select k.now from clock as k) order by c.scheduled_at limit 1)
  ), next_batch as (
    select d.campaign_id, d.name, d.batch_number, d.due_at, d.expected_size
    from (select f.id from coming as f order by f.due_at, f.id limit 1) as first
    join daybatch.due_batches as d on d.campaign_id = first.id
  ), recent as (
    -- open batches are counted below
    select pg_catalog.sum(b.sent_count) as sent, pg_catalog.sum(b.failed_count - b.in_doubt_count) as failed, pg_catalog.sum(b.in_doubt_count) as in_doubt
    from clock cross join daybatch.batches as b
    where b.opened_at > clock.now - interval '24 hours' and b.source <> 'old_method' and b.closed_at is not null
  ), under_way as (
    select pg_catalog.count(*) as batches, coalesce(pg_catalog.sum(k.sent_count), 0) as sent, coalesce(pg_catalog.sum(k.sending_count), 0) as sending,
      coalesce(pg_catalog.sum(b.slot_count), 0) as mails
    from daybatch.batches as b
    cross join lateral daybatch.read_batch_counts(b.campaign_id) as k
    where b.closed_at is null
  ), needs as materialized (
    select n.campaign_id, n.name, n.blocker, n.reason, n.since from daybatch.list_needs() as n
  ), workers as (
    select pg_catalog.count(*) filter (where w.is_alive) as alive, pg_catalog.count(*) filter (where w.is_alive and w.problem is null) as able,
      pg_catalog.min(w.problem) filter (where w.is_alive) as problem, pg_catalog.max(w.seen_at) as seen_at
    from daybatch.worker_status as w
  )
  select pg_catalog.jsonb_build_object(
    'now', clock.now,
    'is_awake', clock.is_awake,
    'campaigns', (select coalesce(pg_catalog.jsonb_object_agg(s.status, s.count), '{}') from standing as s),
    'mails_24h', (select coalesce(r.sent, 0) + u.sent from recent as r cross join under_way as u),
    'under_way', (select pg_catalog.to_jsonb(u) from under_way as u),
    'next_batch', (select pg_catalog.to_jsonb(n) from next_batch as n),
    'needs_count', (select pg_catalog.count(distinct n.campaign_id) from needs as n),
    'needs', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(f) order by f.campaign_id is null desc, f.since desc nulls last, f.name), '[]')
      -- what holds for all comes first
      from (select n.* from needs as n order by n.campaign_id is null desc, n.since desc nulls last, n.name limit 5) as f),
    'workers', (select pg_catalog.to_jsonb(w) from workers as w))
  from clock
  );
end;
$$;

comment on function daybatch.describe_overview() is
  'All campaigns in one object, for the page. Example: select jsonb_pretty(daybatch.describe_overview());';
