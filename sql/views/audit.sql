-- Every disagreement of arrays, ledger, batches and jobs, in words, and limits over all campaigns that did not hold. It must
-- be empty: after any crash, at any moment. Asked for one campaign, each part reads that campaign's rows by index.
create or replace view daybatch.audit as
select i.campaign_id, m.rule, m.disagreement
from (
  select n.campaign_id from daybatch.contact_counts as n where n.remaining_count + n.processed_count + n.failed_count >= 100
  union all
  -- small ones are looked at all at once, and the function is asked only of those where a contact does not stand as it wants: planning
  -- makes each of its calls 0.5 ms, which were 5 s of 10,000. Grouped, not joined: PostgreSQL 15 and older ask a full join for all campaigns
  select k.campaign_id
  from (
    select u.campaign_id
    from (
      select c.id as campaign_id, e.contact_id collate "C" as contact_id, a.place as listed, null::integer as booked
      from public.campaigns as c
      cross join lateral (values (1, c.contacts_remaining), (2, c.contacts_processed), (3, c.contacts_failed)) as a (place, contacts)
      cross join lateral jsonb_array_elements_text(case jsonb_typeof(a.contacts) when 'array' then a.contacts else '[]' end) as e (contact_id)
      where not exists (
        select from daybatch.contact_counts as n where n.campaign_id = c.id and n.remaining_count + n.processed_count + n.failed_count >= 100)
      union all
      select c.id, d.contact_id::text collate "C", null,
        case when b.batch_number is not null or d.status in ('queued', 'claimed', 'sending', 'deferred') then 1 when d.status = 'sent' then 2 else 3 end
      from public.campaigns as c
      join daybatch.deliveries as d on d.campaign_id = c.id
      left join daybatch.batches as b on b.campaign_id = d.campaign_id and b.batch_number = d.batch_number and b.closed_at is null
      where not exists (
        select from daybatch.contact_counts as n where n.campaign_id = c.id and n.remaining_count + n.processed_count + n.failed_count >= 100)
    ) as u
    group by u.campaign_id, u.contact_id
    having count(u.listed) <> 1 or min(u.listed) <> coalesce(min(u.booked), 1)
      or (count(u.booked) = 0 and (u.contact_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$') is not true)
  ) as k
  group by k.campaign_id
) as i
join public.campaigns as c on c.id = i.campaign_id and c.tracking_initialised_at is not null
cross join lateral daybatch.list_misplaced_contacts(i.campaign_id) as m
union all
select c.id, k.rule, k.disagreement
from public.campaigns as c
left join daybatch.contact_counts as n on n.campaign_id = c.id
cross join lateral (
  select case jsonb_typeof(c.contacts_remaining) when 'array' then jsonb_array_length(c.contacts_remaining) end as remaining,
    case jsonb_typeof(c.contacts_processed) when 'array' then jsonb_array_length(c.contacts_processed) end as processed,
    case jsonb_typeof(c.contacts_failed) when 'array' then jsonb_array_length(c.contacts_failed) end as failed
  -- counted once, not once for each rule
  offset 0
) as a
cross join lateral (
  select 'array_is_broken', format('%s is not an array', concat_ws(', ', case when a.remaining is null then 'contacts_remaining' end,
    case when a.processed is null then 'contacts_processed' end, case when a.failed is null then 'contacts_failed' end))
  where num_nulls(a.remaining, a.processed, a.failed) > 0
  union all
  select 'total_differs', format('total_contacts is %s, the arrays hold %s', coalesce(c.total_contacts::text, 'NULL'), a.remaining + a.processed + a.failed)
  where c.total_contacts is distinct from a.remaining + a.processed + a.failed and num_nulls(a.remaining, a.processed, a.failed) = 0
  union all
  select 'counts_differ', format('contact_counts says %s remaining, %s processed, %s failed; the arrays hold %s, %s, %s', coalesce(n.remaining_count::text, 'no'),
    coalesce(n.processed_count::text, 'no'), coalesce(n.failed_count::text, 'no'), a.remaining, a.processed, a.failed)
  where (n.remaining_count, n.processed_count, n.failed_count) is distinct from (a.remaining, a.processed, a.failed)
    and num_nulls(a.remaining, a.processed, a.failed) = 0
  union all
  select 'completed_with_contacts_left', format('the campaign is completed, %s contacts remain', a.remaining)
  where c.status::text = 'completed' and a.remaining > 0
) as k (rule, disagreement)
where c.tracking_initialised_at is not null
union all
select c.id, 'history_differs', k.disagreement
from public.campaigns as c
-- campaign by campaign: PostgreSQL 15 and older ask a full join for all of them
cross join lateral (
  select case
    when h.times is null then format('batch %s is closed and not in batch_history', b.batch_number)
    when h.times > 1 then format('batch %s stands %s times in batch_history', number, h.times)
    when b.batch_number is null then format('batch_history tells of batch %s, which is not closed', coalesce(number, 'without a number'))
    else format('batch_history tells of batch %s otherwise than opened %s, sent %s, failed %s, remaining %s', b.batch_number, b.entry ->> 'timestamp',
      b.sent_count, b.failed_count, b.remaining_count) end as disagreement
  from (
    select e.entry ->> 'batch_number' as number, count(*) as times, (array_agg(e.entry))[1] as entry
    from jsonb_array_elements(case jsonb_typeof(c.batch_history) when 'array' then c.batch_history else '[]' end) as e (entry)
    -- what an older method wrote is not ours to judge
    where not exists (select from daybatch.batches as r where r.campaign_id = c.id and r.source = 'old_method'
      and coalesce(case jsonb_typeof(e.entry -> 'batch_number') when 'number' then (e.entry ->> 'batch_number')::numeric end, 0) <= r.batch_number)
    group by e.entry ->> 'batch_number'
  ) as h
  full join (
    select l.batch_number::text as number, l.batch_number, l.sent_count, l.failed_count, l.remaining_count,
      jsonb_build_object('batch_number', l.batch_number, 'timestamp', to_char(l.opened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'sent_count', l.sent_count, 'failed_count', l.failed_count, 'remaining_count', l.remaining_count) as entry
    from daybatch.batches as l
    where l.campaign_id = c.id and l.closed_at is not null and l.source <> 'old_method'
  ) as b using (number)
  where h.times is distinct from 1 or b.entry is distinct from h.entry
) as k
where c.tracking_initialised_at is not null
union all
select c.id, 'number_differs', format('current_batch_number is %s, batch %s is %s', coalesce(c.current_batch_number::text, 'NULL'), b.batch_number,
  case when b.closed_at is null then 'open' else 'the last' end)
from public.campaigns as c
cross join lateral (
  select l.batch_number, l.closed_at from daybatch.batches as l where l.campaign_id = c.id order by l.batch_number desc limit 1) as b
where c.tracking_initialised_at is not null and not coalesce(case
  when b.closed_at is null or c.status::text = 'completed' then c.current_batch_number = b.batch_number
  when c.status::text = 'cancelled' then c.current_batch_number - b.batch_number in (0, 1)
  else c.current_batch_number = b.batch_number + 1 end, false)
union all
select b.campaign_id, 'completed_with_open_batch', format('the campaign is completed, batch %s is open', b.batch_number)
from daybatch.batches as b
join public.campaigns as c on c.id = b.campaign_id
where b.closed_at is null and c.status::text = 'completed'
union all
select b.campaign_id, k.rule, k.disagreement
from daybatch.batches as b
cross join lateral (
  select count(*) as contacts, coalesce(max(d.slot), 0) as last_slot, count(*) filter (where d.status = 'sent') as sent, count(*) filter (where d.status = 'failed') as failed,
    count(*) filter (where d.status = 'in_doubt') as in_doubt, count(*) filter (where d.status = 'skipped') as skipped, count(*) filter (where d.status = 'deferred') as deferred
  from daybatch.deliveries as d
  where d.campaign_id = b.campaign_id and d.batch_number = b.batch_number) as l
cross join lateral (
  select 'batch_and_ledger_differ', format('batch %s took %s contacts and has %s slots; the ledger holds %s contacts, slots up to %s', b.batch_number,
    b.head_length, b.slot_count, l.contacts, l.last_slot)
  where l.contacts <> b.head_length or l.last_slot > b.slot_count
  union all
  select 'batch_counts_differ', format('batch_counts says %s sent, %s failed, %s in doubt, %s skipped, %s deferred of batch %s; the ledger holds %s, %s, %s, %s, %s',
    n.sent_count, n.failed_count, n.in_doubt_count, n.skipped_count, n.deferred_count, n.batch_number, l.sent, l.failed, l.in_doubt, l.skipped, l.deferred)
  from daybatch.batch_counts as n
  where n.campaign_id = b.campaign_id
    and (n.batch_number, n.sent_count, n.failed_count, n.in_doubt_count, n.skipped_count, n.deferred_count)
      <> (b.batch_number, l.sent, l.failed, l.in_doubt, l.skipped, l.deferred)
) as k (rule, disagreement)
where b.closed_at is null
union all
select k.campaign_id, 'batch_failures_differ', format('batch_failures says %s contacts of batch %s %s for %s, the last at %s; the ledger holds %s, the last at %s', coalesce(k.counted, 0),
  k.batch_number, k.status, k.reason, coalesce(to_char(k.counted_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'), 'no time'), k.held,
  coalesce(to_char(k.held_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'), 'no time'))
from (
  -- grouped, not joined: PostgreSQL 15 and older ask a full join for all campaigns
  select u.campaign_id, u.batch_number, u.status, u.reason, max(u.contacts) as counted, max(u.counted_at) as counted_at, max(u.counted_id) as counted_id,
    count(u.delivery_id) as held, max(u.settled_at) as held_at, max(u.delivery_id) as held_id
  from (
    select f.campaign_id, f.batch_number, f.status, f.reason, f.contacts, f.last_at as counted_at, f.last_delivery_id as counted_id, null::timestamptz as settled_at, null::bigint as delivery_id
    from daybatch.batch_failures as f
    union all
    select d.campaign_id, d.batch_number, d.status, d.reason, null, null, null, d.settled_at, d.delivery_id
    from daybatch.deliveries as d
    where d.reason is not null and d.status in ('failed', 'skipped', 'in_doubt')
      and exists (select from daybatch.batch_failures as f where f.campaign_id = d.campaign_id and f.batch_number = d.batch_number)
  ) as u
  group by u.campaign_id, u.batch_number, u.status, u.reason
) as k
where (k.counted, k.counted_at, k.counted_id) is distinct from (k.held, k.held_at, k.held_id)
union all
-- one pass over the ledger
select d.campaign_id, k.rule, k.disagreement
from daybatch.deliveries as d
join public.campaigns as c on c.id = d.campaign_id
join daybatch.batches as b on b.campaign_id = d.campaign_id and b.batch_number = d.batch_number
cross join lateral (
  select 'open_delivery_in_closed_batch', format('delivery %s is %s, its batch %s is closed', d.delivery_id, d.status, d.batch_number)
  where b.closed_at is not null and (d.status in ('queued', 'claimed', 'sending') or d.retry_at is not null)
  union all
  select 'claimed_without_claim', format('delivery %s is %s, no claim holds it', d.delivery_id, d.status)
  where b.closed_at is null and d.status in ('claimed', 'sending')
    and not exists (select from daybatch.claims as k where k.claim_token = d.claim_token and d.delivery_id = any (k.delivery_ids))
  union all
  select 'sent_without_a_try', format('delivery %s is sent, and nobody tried it', d.delivery_id)
  where d.status = 'sent' and d.attempt_count = 0 and d.evidence is null
  union all
  select 'accepted_and_not_sent', format('delivery %s was accepted and is %s', d.delivery_id, d.status)
  where d.status <> 'sent' and exists (
    select from daybatch.delivery_attempts as a
    where a.campaign_id = d.campaign_id and a.delivery_id = d.delivery_id and a.outcome in ('sent', 'accepted_twice'))
) as k (rule, disagreement)
-- nearly all are sent in order
where d.status <> 'sent' or d.attempt_count = 0 or d.retry_at is not null
union all
select k.campaign_id, 'claim_without_delivery', format('worker %s holds delivery %s, which is %s', k.worker_id, i.delivery_id, coalesce(d.status, 'unknown'))
from daybatch.claims as k
cross join lateral unnest(k.delivery_ids) as i (delivery_id)
left join daybatch.deliveries as d on d.delivery_id = i.delivery_id
-- sent: another worker's late answer settled it while this one holds its second copy
where (d.claim_token = k.claim_token and d.status in ('claimed', 'sending', 'sent')) is not true
union all
select a.campaign_id, 'accepted_twice', format('delivery %s was accepted %s times', a.delivery_id, (
  select count(*) from daybatch.delivery_attempts as t
  where t.campaign_id = a.campaign_id and t.delivery_id = a.delivery_id and t.outcome in ('sent', 'accepted_twice')))
from daybatch.delivery_attempts as a
where a.outcome = 'accepted_twice'
  -- under the policy resend a second copy is what its owner chose: no_duplicates_proof counts it
  and not exists (select from public.campaigns as c where c.id = a.campaign_id and c.in_doubt_policy = 'resend')
union all
select u.campaign_id, 'outcome_is_not_tracked', format('delivery %s is not in public.email_tracking: %s', u.delivery_id, u.problem)
from daybatch.untracked_outcomes as u
union all
select c.id, 'job_is_missing', format('batch %s is due %s and has no job in pg-boss', c.current_batch_number,
  to_char(c.next_batch_send_time at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'))
from public.campaigns as c
-- what is due already is opened by the sweep; the job of its due time may have come and gone while the batch before was open
where c.status::text = 'sending' and c.tracking_initialised_at is not null and c.next_batch_send_time > daybatch.current_moment()
  and not exists (select from daybatch.batches as b where b.campaign_id = c.id and b.closed_at is null)
  and daybatch.has_job(c.id, c.current_batch_number, c.next_batch_send_time) = false
union all
-- of no campaign: asked for one, it is not looked at
select null::uuid, 'shared_limit_exceeded', format('the limit of the %s %s did not hold at %s: up to %s mails in 24 hours', p.rule, p.name,
  to_char(p.exceeded_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'), p.largest_in_24_hours)
from daybatch.prove_shared_limits(daybatch.current_moment() - interval '48 hours') as p
where not p.limit_holds;

comment on view daybatch.audit is
  'Every disagreement of arrays, ledger, batches and jobs, in words; it must be empty. Example: select campaign_id, rule, disagreement from daybatch.audit;';
