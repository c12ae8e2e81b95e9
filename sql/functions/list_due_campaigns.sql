-- The campaigns a sweep has something to do for, by index: due or never processed, scheduled and due, or with an
-- open batch that waits for a close, a release or its cut-off. Reads only rows that are due. p_source cron looks one
-- window ahead. Bounded by p_limit.
create or replace function daybatch.list_due_campaigns(p_source text default 'sweep', p_limit integer default 1000)
returns table (campaign_id uuid)
language sql stable security definer set search_path = ''
as $$
  with clock as materialized (
    select daybatch.current_moment() as now,
      daybatch.current_moment() + case when p_source = 'cron' then interval '5 minutes' else interval '0' end as horizon
  )
  select d.id
  from (
    select c.id from public.campaigns as c where c.status = 'sending' and c.next_batch_send_time <= (select k.horizon from clock as k)
    union
    select c.id from public.campaigns as c where c.status = 'sending' and c.next_batch_send_time is null
    union
    select c.id from public.campaigns as c where c.status = 'scheduled' and c.scheduled_at <= (select k.horizon from clock as k)
    union
    select w.campaign_id from daybatch.list_work(p_limit) as w where w.is_ready
  ) as d (id)
  order by d.id
  limit p_limit
$$;

comment on function daybatch.list_due_campaigns(text, integer) is
  'Campaigns for which a sweep has something to do now. Example: select * from daybatch.list_due_campaigns();';
