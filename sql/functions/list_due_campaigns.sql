-- The campaigns to process, in the order of their ids. For job and sweep those with something to do, by index, reading
-- only rows that are due: a batch that is due or never processed, or an open batch that waits for a close, a release or
-- its cut-off. For cron, manual and api every other sending or scheduled campaign too, so that the answer can say why it
-- waits; due ones are never crowded out. Bounded by p_limit. Reads only.
create or replace function daybatch.list_due_campaigns(p_source text default 'sweep', p_limit integer default 1000)
returns table (campaign_id uuid)
language sql stable security definer set search_path = '' set jit = off
as $$
  with clock as materialized (
    select daybatch.current_moment() + case when p_source = 'cron' then interval '5 minutes' else interval '0' end as horizon
  ),
  active as (
    select c.id, c.next_batch_send_time as due_at from public.campaigns as c
    where c.status = 'sending' and c.next_batch_send_time <= (select k.horizon from clock as k)
    union
    select c.id, '-infinity' from public.campaigns as c where c.status = 'sending' and c.next_batch_send_time is null
    union
    select c.id, coalesce(c.next_batch_send_time, '-infinity') from public.campaigns as c where c.status = 'scheduled' and c.scheduled_at is null
    union
    select c.id, c.scheduled_at from public.campaigns as c where c.status = 'scheduled' and c.scheduled_at <= (select k.horizon from clock as k)
    union
    select w.campaign_id, w.ready_at from daybatch.list_work(p_limit) as w where w.is_ready
    union
    select c.id, coalesce(c.next_batch_send_time, c.scheduled_at, 'infinity') from public.campaigns as c
    where p_source not in ('job', 'sweep') and c.status in ('sending', 'scheduled')
  )
  select d.id
  from (select a.id from active as a group by a.id order by min(a.due_at) limit p_limit) as d
  order by d.id
$$;

comment on function daybatch.list_due_campaigns(text, integer) is
  'Campaigns to process now, as the sweep (only those with something to do) or the cron sees them. Example: select * from daybatch.list_due_campaigns();';
