-- How many mails of a campaign's open batch stand where, without counting the batch: outcomes from batch_counts, what is
-- under way from its leases, and the rest is queued. One row; none when no batch is open. A batch without a row of counts
-- (open before there were any) is counted. Called by the views and whatever shows a batch. Reads only.
-- A claim's mails by one search of all their ids, whatever the planner knows of a ledger that was just filled: 60 us a
-- claim of 100, each by its own 240. No bitmap: it would visit every claim that has ended since the last vacuum, again and again.
create or replace function daybatch.read_batch_counts(p_campaign_id uuid)
returns table (queued_count integer, claimed_count integer, sending_count integer, sent_count integer, failed_count integer, in_doubt_count integer,
  skipped_count integer, deferred_count integer)
language plpgsql stable security definer set search_path = '' set jit = off set enable_seqscan = off set enable_bitmapscan = off
as $$
#variable_conflict use_column
declare
  v_counts record;
begin
  select b.batch_number, b.head_length, n.campaign_id, n.sent_count, n.failed_count, n.in_doubt_count, n.skipped_count, n.deferred_count
  into v_counts
  from daybatch.batches as b
  left join daybatch.batch_counts as n on n.campaign_id = b.campaign_id and n.batch_number = b.batch_number
  where b.campaign_id = p_campaign_id and b.closed_at is null;
  if v_counts.head_length is null then
    return;
  elsif v_counts.campaign_id is null then
    return query
      select (count(*) filter (where d.status = 'queued'))::integer, (count(*) filter (where d.status = 'claimed'))::integer,
        (count(*) filter (where d.status = 'sending'))::integer, (count(*) filter (where d.status = 'sent'))::integer,
        (count(*) filter (where d.status = 'failed'))::integer, (count(*) filter (where d.status = 'in_doubt'))::integer,
        (count(*) filter (where d.status = 'skipped'))::integer, (count(*) filter (where d.status = 'deferred'))::integer
      from daybatch.deliveries as d
      where d.campaign_id = p_campaign_id and d.batch_number = v_counts.batch_number;
  else
    return query
      select v_counts.head_length - v_counts.sent_count - v_counts.failed_count - v_counts.in_doubt_count - v_counts.skipped_count - v_counts.deferred_count
          - o.claimed - o.sending,
        o.claimed, o.sending, v_counts.sent_count, v_counts.failed_count, v_counts.in_doubt_count, v_counts.skipped_count, v_counts.deferred_count
      from (
        select coalesce(sum(d.claimed), 0)::integer as claimed, coalesce(sum(d.sending), 0)::integer as sending
        from daybatch.claims as k
        cross join lateral (
          select count(*) filter (where f.status = 'claimed') as claimed, count(*) filter (where f.status = 'sending') as sending
          from daybatch.deliveries as f where f.delivery_id = any (k.delivery_ids) and f.claim_token = k.claim_token
        ) as d
        where k.campaign_id = p_campaign_id
      ) as o;
  end if;
end;
$$;

comment on function daybatch.read_batch_counts(uuid) is
  'How many mails of the open batch stand where, at no cost of its size. Example: select c.name, n.* from public.campaigns as c, daybatch.read_batch_counts(c.id) as n;';
