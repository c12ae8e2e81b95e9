-- The proof that no batch exceeded its limit or came early, from the times at which mails were handed over, never from
-- the constraints. Per batch: mails, whether they keep the limit, and the distance of its first mail from the first mail
-- of the batch before (never less than the interval, less the window an early or late opening may have).
create or replace view daybatch.daily_limit_proof as
with handed_over as (
  select a.campaign_id, a.batch_number, count(distinct a.delivery_id) as mails, min(a.sending_at) as first_at, max(a.sending_at) as last_at
  from daybatch.delivery_attempts as a
  where a.outcome in ('sent', 'in_doubt', 'accepted_twice') and a.sending_at is not null
  group by a.campaign_id, a.batch_number
)
select
  b.campaign_id, b.batch_number, b.send_limit, coalesce(h.mails, 0) as mails, h.first_at, h.last_at,
  h.first_at - p.last_at as gap,
  b.counted_at - p.spaced_from as distance,
  b.batch_interval,
  coalesce(h.mails, 0) <= b.send_limit as limit_holds,
  coalesce(h.first_at > p.last_at, true)
    -- mails of a batch lie inside its own interval
    and coalesce(h.first_at >= b.counted_at - least(interval '5 minutes', b.batch_interval / 10), true)
    and coalesce(b.counted_at - p.spaced_from >= p.batch_interval, true) as intervals_are_disjoint
from daybatch.batches as b
left join handed_over as h on h.campaign_id = b.campaign_id and h.batch_number = b.batch_number
left join lateral (
  select q.spaced_from, q.batch_interval, g.last_at
  from daybatch.batches as q
  left join handed_over as g on g.campaign_id = q.campaign_id and g.batch_number = q.batch_number
  where q.campaign_id = b.campaign_id and q.batch_number = b.batch_number - 1
) as p on true
where b.source <> 'old_method';

comment on view daybatch.daily_limit_proof is
  'Per batch: mails handed over against the limit, and the distance from the batch before, from the times of hand-over. Example: select batch_number, mails, send_limit, limit_holds, intervals_are_disjoint from daybatch.daily_limit_proof;';
