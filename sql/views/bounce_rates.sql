-- One row per campaign that has opened a batch: how many accepted mails came back, and as what. Percentages are of
-- accepted mails; limits are its own, else those for all.
create or replace view daybatch.bounce_rates as
select
  c.id as campaign_id,
  c.name,
  s.sent_count,
  b.hard_count,
  b.soft_count,
  b.blocked_count,
  b.complaint_count,
  round(100.0 * b.hard_count / greatest(s.sent_count, b.hard_count, 1), 2) as bounce_percent,
  round(100.0 * b.complaint_count / greatest(s.sent_count, b.complaint_count, 1), 2) as complaint_percent,
  trim_scale(100 * l.bounce_rate) as bounce_percent_limit,
  l.bounce_minimum,
  trim_scale(100 * l.complaint_rate) as complaint_percent_limit,
  l.complaint_minimum,
  b.last_at
from public.campaigns as c
cross join lateral (
  select sum(coalesce(t.sent_count, (select n.sent_count from daybatch.read_batch_counts(t.campaign_id) as n)))::bigint as sent_count
  from daybatch.batches as t
  where t.campaign_id = c.id and t.source <> 'old_method'
) as s
cross join lateral (
  select
    count(*) filter (where o.kind = 'hard') as hard_count,
    count(*) filter (where o.kind = 'soft') as soft_count,
    count(*) filter (where o.kind = 'blocked') as blocked_count,
    count(*) filter (where o.kind = 'complaint') as complaint_count,
    max(o.recorded_at) as last_at
  from daybatch.bounces as o
  where o.campaign_id = c.id
) as b
cross join lateral (
  select m.* from daybatch.bounce_limits as m
  where m.campaign_id = c.id or m.campaign_id is null order by m.campaign_id nulls last limit 1
) as l
where s.sent_count is not null;

comment on view daybatch.bounce_rates is
  'How many accepted mails of each campaign came back or were called spam, and the limits. Example: select name, sent_count, hard_count, bounce_percent, complaint_percent from daybatch.bounce_rates;';
