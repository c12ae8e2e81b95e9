-- Mails that may or may not have been accepted, oldest first: settle them with resolve_in_doubt. Found by their tries in
-- doubt, or by what an older method left: the refused and the skipped are many more.
create or replace view daybatch.in_doubt_deliveries as
select
  d.campaign_id, c.name, d.contact_id, d.batch_number, d.slot, d.sending_at, d.settled_at as in_doubt_since, d.reason,
  coalesce(c.in_doubt_policy, 'never') as in_doubt_policy, d.evidence, d.delivery_id
from (
  select a.campaign_id, a.delivery_id from daybatch.delivery_attempts as a where a.outcome = 'in_doubt'
  union
  select o.campaign_id, o.delivery_id from daybatch.deliveries as o where o.reason = 'old_method'
) as k
join daybatch.deliveries as d on d.campaign_id = k.campaign_id and d.delivery_id = k.delivery_id
left join public.campaigns as c on c.id = d.campaign_id
where d.status = 'in_doubt';

comment on view daybatch.in_doubt_deliveries is
  'Mails nobody knows the outcome of (RFC 1047), until settled. Example: select name, contact_id, in_doubt_since from daybatch.in_doubt_deliveries order by in_doubt_since;';
