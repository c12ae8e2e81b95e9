-- Mails handed over count from that moment on for one interval; the interval is the batch's when it is rolling, else 24
-- hours. Called by begin_sending for batches whose mails are counted. Repeatable.
create or replace function daybatch.count_hand_overs(p_batch daybatch.batches, p_claim_tokens uuid[], p_delivery_ids bigint[], p_now timestamptz)
returns void
language sql volatile security definer set search_path = '' set jit = off
as $$
  update daybatch.counted_mails as m
  set counts_until = p_now + case m.rule when 'rolling' then (p_batch.sending_rules ->> 'rolling_interval')::interval else interval '24 hours' end
  where m.claim_token = any (p_claim_tokens) and m.delivery_id = any (p_delivery_ids)
$$;

comment on function daybatch.count_hand_overs(daybatch.batches, uuid[], bigint[], timestamptz) is
  'Starts the interval for which mails count (part of begin_sending). Example: select daybatch.count_hand_overs(b, ''{}'', ''{}'', daybatch.current_moment()) from daybatch.batches as b limit 0;';
