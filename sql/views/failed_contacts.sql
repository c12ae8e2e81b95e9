-- Who was not mailed, and why: refused (with the server's words) or skipped. Mails in doubt have a view of their own.
create or replace view daybatch.failed_contacts as
select
  d.campaign_id, d.contact_id, d.batch_number, d.status, d.reason, l.stage, l.reply_code, l.enhanced_code, l.reply_text, d.attempt_count,
  d.settled_at as failed_at, d.delivery_id
from daybatch.deliveries as d
left join lateral (
  select a.stage, a.reply_code, a.enhanced_code, a.reply_text
  from daybatch.delivery_attempts as a
  where a.campaign_id = d.campaign_id and a.delivery_id = d.delivery_id order by a.attempt_id desc limit 1
) as l on true
where d.reason is not null and d.status in ('failed', 'skipped');

comment on view daybatch.failed_contacts is
  'Who was refused or skipped and why, with the server''s words. Example: select reason, reply_code, count(*) from daybatch.failed_contacts group by reason, reply_code;';
