-- The proof that nobody was mailed twice, by contact and by address: accepted mails = contacts = addresses. Counted from
-- the servers' replies, never from the constraints. A contact whose address is no longer known (skipped after a doubt that
-- a late reply settled) counts as one address.
create or replace view daybatch.no_duplicates_proof as
select
  a.campaign_id,
  count(*) as mails,
  count(distinct d.contact_id) as contacts,
  count(distinct coalesce(d.address_key, uuid_send(d.contact_id))) as addresses,
  count(*) = count(distinct d.contact_id)
    and count(distinct d.contact_id) = count(distinct coalesce(d.address_key, uuid_send(d.contact_id))) as holds
from daybatch.delivery_attempts as a
join daybatch.deliveries as d on d.delivery_id = a.delivery_id and d.campaign_id = a.campaign_id
where a.outcome in ('sent', 'accepted_twice')
group by a.campaign_id;

comment on view daybatch.no_duplicates_proof is
  'Per campaign: accepted mails, distinct contacts and addresses; all three are equal. Example: select campaign_id, mails, contacts, addresses, holds from daybatch.no_duplicates_proof;';
