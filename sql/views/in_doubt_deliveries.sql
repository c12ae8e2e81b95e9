-- Mails that may or may not have been accepted, oldest first: settle them with resolve_in_doubt.
create or replace view daybatch.in_doubt_deliveries as
select
  d.campaign_id, c.name, d.contact_id, d.batch_number, d.slot, d.sending_at, d.settled_at as in_doubt_since, d.reason,
  coalesce(c.in_doubt_policy, 'never') as in_doubt_policy, d.evidence, d.delivery_id
from daybatch.deliveries as d
left join public.campaigns as c on c.id = d.campaign_id
where d.reason is not null and d.status = 'in_doubt';

comment on view daybatch.in_doubt_deliveries is
  'Mails nobody knows the outcome of (RFC 1047), until settled. Example: select name, contact_id, in_doubt_since from daybatch.in_doubt_deliveries order by in_doubt_since;';
