-- The end of a sweep over all campaigns: releases expired claims, puts lost jobs of the next ten minutes back, tells an
-- older application what it would not take before, operators of finish dates that moved, forgets requests with an
-- Idempotency-Key after 24 hours, puts lost jobs of webhooks back, and
-- writes one line to the sweep log. p_counts: campaigns looked at, opened, closed, failed.
-- Called by process_campaigns and by the service's sweep. Repeatable.
create or replace function daybatch.record_sweep(p_source text, p_started_at timestamptz, p_counts integer[])
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_released integer;
  v_mended integer;
begin
  v_released := daybatch.release_expired_claims();
  perform daybatch.track_deliveries(array(select u.delivery_id from daybatch.untracked_outcomes as u order by u.failed_at limit 1000))
  where exists (select from daybatch.untracked_outcomes);
  perform daybatch.note_finish_dates();
  perform daybatch.mend_webhooks();
  -- what counts no longer, and the places of claims that are gone with their campaign
  delete from daybatch.counted_mails as m where m.counts_until <= daybatch.current_moment()
    or m.counts_until is null and not exists (select from daybatch.claims as k where k.claim_token = m.claim_token);
  delete from daybatch.idempotent_requests as r where r.request_key = any (array(
    select o.request_key from daybatch.idempotent_requests as o
    where o.started_at <= daybatch.current_moment() - interval '24 hours' order by o.started_at limit 10000));
  -- the clock by itself, so that it is a condition of the index: beside 10,000 waiting campaigns those of ten minutes are read
  with clock as materialized (select daybatch.current_moment() as now)
  select count(daybatch.enqueue_batch(c.id, c.current_batch_number, c.next_batch_send_time)) into v_mended
  from public.campaigns as c
  where c.status = 'sending' and c.next_batch_send_time > (select k.now from clock as k)
    and c.next_batch_send_time <= (select k.now + interval '10 minutes' from clock as k) and daybatch.is_awake()
    and not exists (select from daybatch.batches as b where b.campaign_id = c.id and b.closed_at is null)
    and daybatch.has_job(c.id, c.current_batch_number, c.next_batch_send_time) is not true;
  insert into daybatch.sweeps (source, started_at, finished_at, looked_at_count, opened_count, closed_count, failed_count, jobs_mended_count, claims_released_count)
  values (p_source, p_started_at, daybatch.current_moment(), p_counts[1], p_counts[2], p_counts[3], p_counts[4], v_mended, v_released);
end;
$$;

comment on function daybatch.record_sweep(text, timestamptz, integer[]) is
  'Ends a sweep: releases expired claims, mends lost jobs, writes the log (part of process_campaigns). Example: select daybatch.record_sweep(''manual'', daybatch.current_moment(), ''{0,0,0,0}'');';
