-- The proof of a rolling batch, from the times of hand-over: the most mails of the campaign in any stretch of an interval
-- that ends with a mail of this batch. As count_largest_interval, which knows no batch. Reads the campaign's tries once.
create or replace function daybatch.count_rolling_mails(p_campaign_id uuid, p_batch_number integer, p_interval interval)
returns integer
language sql stable security definer set search_path = '' set jit = off
as $$
  select coalesce(max(r.mails) filter (where r.step = 1 and r.batch_number = p_batch_number), 0)
  from (
    select k.step, m.batch_number, sum(k.step) over (order by k.at, k.step rows unbounded preceding) as mails
    from (
      -- a doubt that a late reply settled left two rows and went out once
      select a.delivery_id, coalesce(a.sending_at, a.ended_at) as sending_at, min(a.batch_number) as batch_number
      from daybatch.delivery_attempts as a
      where a.campaign_id = p_campaign_id and a.outcome in ('sent', 'in_doubt', 'accepted_twice')
      group by 1, 2
    ) as m
    cross join lateral (values (m.sending_at, 1), (m.sending_at + p_interval, -1)) as k (at, step)
  ) as r
$$;

comment on function daybatch.count_rolling_mails(uuid, integer, interval) is
  'Most mails of a campaign in any stretch that ends with a mail of a batch. Example: select daybatch.count_rolling_mails(id, 1, interval ''24 hours'') from public.campaigns;';
