-- Every try, with the server's words: one row per attempt. The last ones of everybody: order by attempt_id desc; those of
-- one campaign, whose index is by delivery: order by delivery_id desc, attempt_id desc (the last selected first).
create or replace view daybatch.delivery_log as
select
  a.campaign_id, d.contact_id, a.batch_number, a.slot, a.attempt_number, a.outcome, a.stage, a.reply_code, a.enhanced_code,
  a.reply_text, a.rule, a.sending_at, a.ended_at, a.worker_id, d.status, a.delivery_id, a.attempt_id,
  coalesce(a.smtp_server, 'default') as smtp_server
from daybatch.delivery_attempts as a
-- a left join by the unique id: it costs nothing where only the tries are asked for
left join daybatch.deliveries as d on d.delivery_id = a.delivery_id;

comment on view daybatch.delivery_log is
  'Every try of every delivery with the server''s answer. Example: select ended_at, outcome, stage, reply_code, reply_text from daybatch.delivery_log order by attempt_id desc limit 20;';
