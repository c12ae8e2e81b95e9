-- One row per webhook: whether it works, what waits, what is dead. Only the host of its url, whose path may hold a token.
create or replace view daybatch.webhook_status as
select
  w.webhook_id, substring(w.url from '^https?://([^/?#]+)') as host, w.event_types, w.campaign_id, w.is_enabled, w.disabled_reason, w.failing_since,
  coalesce(o.waiting_count, 0)::integer as waiting_count, o.next_try_at, coalesce(o.dead_count, 0)::integer as dead_count,
  l.delivered_at as last_delivered_at, w.previous_until as previous_secret_until, w.created_at, w.created_by
from daybatch.webhooks as w
left join lateral (
  select count(*) filter (where m.status = 'waiting') as waiting_count, min(m.due_at) as next_try_at, count(*) filter (where m.status = 'dead') as dead_count
  from daybatch.webhook_messages as m where m.webhook_id = w.webhook_id and m.status <> 'delivered'
) as o on true
left join lateral (
  select m.delivered_at from daybatch.webhook_messages as m
  where m.webhook_id = w.webhook_id and m.status = 'delivered' order by m.created_at desc, m.message_id desc limit 1
) as l on true;

comment on view daybatch.webhook_status is
  'Webhooks: what waits, what is dead, what is off and why. Example: select host, is_enabled, waiting_count, dead_count, failing_since from daybatch.webhook_status;';
