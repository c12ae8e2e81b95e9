-- Every disagreement of arrays, ledger, batches and jobs, in words. It must be empty: after any crash, at any moment.
create or replace view daybatch.audit as
with listed as (
  select c.id as campaign_id, a.which, e.contact_id
  from public.campaigns as c
  cross join lateral (values
    ('remaining', c.contacts_remaining), ('processed', c.contacts_processed), ('failed', c.contacts_failed)) as a (which, contacts)
  cross join lateral jsonb_array_elements_text(a.contacts) as e (contact_id)
  where c.tracking_initialised_at is not null
),
standing as (
  -- where the ledger says that a contact stands; the open batch's contacts all stand in remaining
  select d.campaign_id, d.contact_id::text as contact_id,
    case
      when b.closed_at is null then 'remaining'
      when d.status = 'sent' then 'processed'
      when d.status = 'deferred' then 'remaining'
      when d.status in ('failed', 'skipped', 'in_doubt') then 'failed'
      else 'remaining'
    end as which
  from daybatch.deliveries as d
  join daybatch.batches as b on b.campaign_id = d.campaign_id and b.batch_number = d.batch_number
),
counted as (
  select l.campaign_id, l.contact_id, count(*) as times, min(l.which) as which from listed as l group by l.campaign_id, l.contact_id
)
select n.campaign_id, 'contact_listed_twice' as rule, format('contact %s stands %s times in the arrays', n.contact_id, n.times) as disagreement
from counted as n where n.times > 1
union all
select coalesce(n.campaign_id, s.campaign_id), 'array_and_ledger_differ',
  format('contact %s stands in %s by the arrays and in %s by the ledger', coalesce(n.contact_id, s.contact_id), coalesce(n.which, 'none'), coalesce(s.which, 'no delivery'))
from counted as n
full join standing as s on s.campaign_id = n.campaign_id and s.contact_id = n.contact_id
where exists (select from public.campaigns as c where c.id = coalesce(n.campaign_id, s.campaign_id))
  and coalesce(n.which, 'none') <> coalesce(s.which, 'remaining')
union all
select c.id, 'total_differs', format('total_contacts is %s, the arrays hold %s', c.total_contacts,
  jsonb_array_length(c.contacts_remaining) + jsonb_array_length(c.contacts_processed) + jsonb_array_length(c.contacts_failed))
from public.campaigns as c
where c.tracking_initialised_at is not null
  and c.total_contacts is distinct from jsonb_array_length(c.contacts_remaining) + jsonb_array_length(c.contacts_processed) + jsonb_array_length(c.contacts_failed)
union all
select c.id, 'counts_differ', format('contact_counts says %s remaining, %s processed, %s failed; the arrays hold others', n.remaining_count, n.processed_count, n.failed_count)
from public.campaigns as c
left join daybatch.contact_counts as n on n.campaign_id = c.id
where c.tracking_initialised_at is not null
  and (n.remaining_count, n.processed_count, n.failed_count)
    is distinct from (jsonb_array_length(c.contacts_remaining), jsonb_array_length(c.contacts_processed), jsonb_array_length(c.contacts_failed))
union all
select b.campaign_id, 'history_differs', format('batch %s: history does not say sent %s, failed %s, remaining %s', b.batch_number, b.sent_count, b.failed_count, b.remaining_count)
from daybatch.batches as b
join public.campaigns as c on c.id = b.campaign_id
where b.closed_at is not null and b.source <> 'old_method'
  and not c.batch_history @> jsonb_build_array(jsonb_build_object('batch_number', b.batch_number, 'sent_count', b.sent_count,
    'failed_count', b.failed_count, 'remaining_count', b.remaining_count))
union all
select c.id, 'completed_with_contacts_left', format('the campaign is completed, %s contacts remain', jsonb_array_length(c.contacts_remaining))
from public.campaigns as c
where c.tracking_initialised_at is not null and c.status::text = 'completed' and c.contacts_remaining <> '[]'
union all
select b.campaign_id, 'completed_with_open_batch', format('the campaign is completed, batch %s is open', b.batch_number)
from daybatch.batches as b join public.campaigns as c on c.id = b.campaign_id
where b.closed_at is null and c.status::text = 'completed'
union all
select d.campaign_id, 'open_delivery_in_closed_batch', format('delivery %s is %s, its batch %s is closed', d.delivery_id, d.status, d.batch_number)
from daybatch.deliveries as d
join daybatch.batches as b on b.campaign_id = d.campaign_id and b.batch_number = d.batch_number
where b.closed_at is not null and (d.status in ('queued', 'claimed', 'sending') or d.retry_at is not null)
union all
select d.campaign_id, 'claimed_without_claim', format('delivery %s is %s, no claim holds it', d.delivery_id, d.status)
from daybatch.batches as b
join public.campaigns as c on c.id = b.campaign_id
join daybatch.deliveries as d on d.campaign_id = b.campaign_id and d.batch_number = b.batch_number and d.status in ('claimed', 'sending')
where b.closed_at is null
  and not exists (select from daybatch.claims as k where k.claim_token = d.claim_token and d.delivery_id = any (k.delivery_ids))
union all
select b.campaign_id, 'slots_differ', format('batch %s gave out %s slots, its limit is %s', b.batch_number, count(distinct a.slot), b.send_limit)
from daybatch.batches as b
join daybatch.delivery_attempts as a on a.campaign_id = b.campaign_id and a.batch_number = b.batch_number and a.outcome = 'sent'
group by b.campaign_id, b.batch_number, b.send_limit
having count(distinct a.slot) > b.send_limit
union all
select a.campaign_id, 'accepted_twice', format('delivery %s was accepted %s times', a.delivery_id, count(*))
from daybatch.delivery_attempts as a
where a.outcome in ('sent', 'accepted_twice')
group by a.campaign_id, a.delivery_id
having count(*) > 1
union all
select c.id, 'job_is_missing', format('batch %s is due %s and has no job in pg-boss', c.current_batch_number, c.next_batch_send_time)
from public.campaigns as c
where c.status::text = 'sending' and c.tracking_initialised_at is not null and c.next_batch_send_time > daybatch.current_moment()
  and not exists (select from daybatch.batches as b where b.campaign_id = c.id and b.closed_at is null)
  and daybatch.has_job(c.id, c.current_batch_number, c.next_batch_send_time) = false;

comment on view daybatch.audit is
  'Every disagreement of arrays, ledger, batches and jobs, in words; it must be empty. Example: select campaign_id, rule, disagreement from daybatch.audit;';
