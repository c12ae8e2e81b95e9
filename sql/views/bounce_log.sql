-- One row per bounce or complaint, as it was reported; addresses in the words are masked.
create or replace view daybatch.bounce_log as
select b.bounce_id, b.recorded_at, b.event_at, b.kind, b.source, b.status_code, b.reason, b.has_suppressed, b.campaign_id, c.name,
  b.delivery_id, d.contact_id, d.batch_number
from daybatch.bounces as b
left join daybatch.deliveries as d on d.delivery_id = b.delivery_id
left join public.campaigns as c on c.id = b.campaign_id;

comment on view daybatch.bounce_log is
  'Each bounce and complaint with what was reported. Example: select recorded_at, kind, status_code, reason from daybatch.bounce_log order by bounce_id desc limit 20;';
