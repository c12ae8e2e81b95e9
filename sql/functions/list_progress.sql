-- How far the open batches have come whose mails are under way now (that is, leased), and those of p_also: counts by
-- status. All campaigns or p_campaign_ids. Called by the service while somebody watches, at most once a second; nothing is
-- written for it. Reads only: the leases and the counts of the open batches.
create or replace function daybatch.list_progress(p_campaign_ids uuid[] default null, p_also uuid[] default '{}')
returns table (campaign_id uuid, batch_number integer, delivery_count integer, queued_count integer, claimed_count integer, sending_count integer,
  sent_count integer, failed_count integer, in_doubt_count integer, skipped_count integer, deferred_count integer)
language sql stable security definer set search_path = '' set jit = off
as $$
  with active as (
    select k.campaign_id from daybatch.claims as k where p_campaign_ids is null or k.campaign_id = any (p_campaign_ids)
    union
    select a.campaign_id from unnest(p_also) as a (campaign_id)
  )
  select b.campaign_id, b.batch_number, b.slot_count, o.*
  from active as a
  join daybatch.batches as b on b.campaign_id = a.campaign_id and b.closed_at is null
  cross join lateral daybatch.read_batch_counts(b.campaign_id) as o
$$;

comment on function daybatch.list_progress(uuid[], uuid[]) is
  'Counts of the open batches whose mails are under way. Example: select campaign_id, sent_count, delivery_count from daybatch.list_progress();';
