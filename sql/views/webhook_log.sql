-- One row per try of a webhook message: what the receiver answered, and where the message stands.
create or replace view daybatch.webhook_log as
select
  t.try_id, t.tried_at, substring(w.url from '^https?://([^/?#]+)') as host, m.event_type, t.attempt_number, t.status_code, t.answer, t.took_ms,
  m.status, m.due_at, m.event_id, m.campaign_id, m.message_id, m.webhook_id
from daybatch.webhook_tries as t
join daybatch.webhook_messages as m on m.message_id = t.message_id
join daybatch.webhooks as w on w.webhook_id = m.webhook_id;

comment on view daybatch.webhook_log is
  'Each try of a webhook message with the receiver''s answer. Example: select tried_at, host, event_type, status_code, answer, status from daybatch.webhook_log order by try_id desc limit 20;';
