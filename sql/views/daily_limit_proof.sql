-- The proof that no batch exceeded its limit or came early, from the times at which mails were handed over, never from
-- the constraints. Per batch: mails (accepted, or in doubt) against the limit; and whether every hand-over of the batch,
-- whatever came of it, lies behind those of all earlier batches and inside the batch's own interval, which begins no
-- earlier than where the one before ends (a batch may open up to one window off the moment that it counts from). A mail
-- that a worker handed over without asking counts from its reply.
-- rolling_limit_holds, of a batch with the rolling limit (null: without): no stretch of an interval that ends with one of its
-- mails holds more than its limit. send_window_holds, of a batch with a send window (null: without): no mail of it was begun outside
-- of the window that it was opened with. largest_in_any_interval is shown, not promised: most mails in any stretch of the interval, of the whole campaign, beside
-- its last batch. It is counted only when it is selected.
create or replace view daybatch.daily_limit_proof as
select
  p.campaign_id, p.batch_number, p.send_limit, coalesce(p.mails, 0) as mails, p.first_at, p.last_at, p.first_at - p.earlier_last_at as gap,
  p.first_at - p.earlier_first_at as distance, p.batch_interval,
  coalesce(p.mails, 0) <= p.send_limit as limit_holds,
  coalesce(p.first_at > p.earlier_last_at, true)
    and coalesce(p.first_at >= p.counted_at - least(interval '5 minutes', p.batch_interval / 10), true)
    and coalesce(p.last_at < p.counted_at + p.batch_interval, true)
    and coalesce(p.counted_at >= p.earlier_spaced_from + p.earlier_interval, true) as intervals_are_disjoint,
  case when p.is_last and exists (select from public.campaigns as c where c.id = p.campaign_id)
    then daybatch.count_largest_interval(p.campaign_id, p.batch_interval) end as largest_in_any_interval,
  case when p.rolling_interval is not null then daybatch.count_rolling_mails(p.campaign_id, p.batch_number, p.rolling_interval) <= p.send_limit end as rolling_limit_holds,
  case when p.sending_rules ?| array['send_window_from', 'send_window_days']
    then daybatch.count_mails_outside_window(p.campaign_id, p.batch_number, p.sending_rules) = 0 end as send_window_holds
from (
  select (b.sending_rules ->> 'rolling_interval')::interval as rolling_interval, b.sending_rules, b.campaign_id, b.batch_number, b.source, b.send_limit, b.batch_interval, b.counted_at, h.mails, h.first_at, h.last_at,
    max(h.first_at) over earlier as earlier_first_at,
    max(h.last_at) over earlier as earlier_last_at,
    lead(b.batch_number) over (partition by b.campaign_id order by b.batch_number) is null as is_last,
    lag(b.spaced_from) over (partition by b.campaign_id order by b.batch_number) as earlier_spaced_from,
    lag(b.batch_interval) over (partition by b.campaign_id order by b.batch_number) as earlier_interval
  from daybatch.batches as b
  left join (
    select a.campaign_id, a.batch_number, min(coalesce(a.sending_at, a.ended_at)) as first_at, max(coalesce(a.sending_at, a.ended_at)) as last_at,
      -- a doubt that a late reply settled left two rows and went out once
      count(distinct a.delivery_id) filter (where a.outcome in ('sent', 'in_doubt', 'accepted_twice')) as mails
    from daybatch.delivery_attempts as a
    where a.sending_at is not null or a.outcome in ('sent', 'in_doubt', 'accepted_twice')
    group by a.campaign_id, a.batch_number
  ) as h on h.campaign_id = b.campaign_id and h.batch_number = b.batch_number
  window earlier as (partition by b.campaign_id order by b.batch_number rows between unbounded preceding and 1 preceding)
) as p
where p.source <> 'old_method';

comment on view daybatch.daily_limit_proof is
  'Per batch: mails handed over against the limit, and whether its time lies apart from the batches before, from the times of hand-over. Example: select batch_number, mails, send_limit, limit_holds, intervals_are_disjoint from daybatch.daily_limit_proof;';
