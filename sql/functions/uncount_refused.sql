-- Mails that were refused count no longer; one that was handed over without a begin counts from now. Called by
-- settle_reports, for batches whose mails are counted, after the tries stand. Repeatable.
create or replace function daybatch.uncount_refused(p_batch daybatch.batches, p_claim_tokens uuid[], p_now timestamptz)
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
begin
  delete from daybatch.counted_mails as m
  using daybatch.delivery_attempts as a
  where m.claim_token = any (p_claim_tokens) and a.campaign_id = p_batch.campaign_id and a.delivery_id = m.delivery_id
    and a.claim_token = m.claim_token and a.outcome in ('failed', 'deferred');
  perform daybatch.count_hand_overs(p_batch, array[m.claim_token], array[m.delivery_id], p_now)
  from daybatch.counted_mails as m
  where m.claim_token = any (p_claim_tokens) and m.counts_until is null and exists (
    select from daybatch.delivery_attempts as a
    where a.campaign_id = p_batch.campaign_id and a.delivery_id = m.delivery_id and a.claim_token = m.claim_token);
end;
$$;

comment on function daybatch.uncount_refused(daybatch.batches, uuid[], timestamptz) is
  'Takes refused mails out of the counted limits (part of report_outcomes). Example: select daybatch.uncount_refused(b, ''{}'', daybatch.current_moment()) from daybatch.batches as b limit 0;';
