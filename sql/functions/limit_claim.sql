-- What may be claimed now of a batch that has sending rules, or shares limits, or whose server refused: how many mails, and how many of
-- them as first attempts (null: any). After a refusal one mail finds out whether the server still refuses, the others wait. Outside of the send window nothing, retries neither: the batch waits for the window, if it opens
-- again before the cut-off, or returns its rest at the cut-off. A batch that is spread gives its slots out one by one; a
-- delay of more than a minute shifts what follows, so that no standstill ends in a burst.
-- Called by claim_deliveries, which holds campaign and batch, for such batches only. Locks: batch, sender limit.
create or replace function daybatch.limit_claim(p_batch daybatch.batches, p_limit integer, p_now timestamptz)
returns table (mail_count integer, slot_count integer)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_window record;
  v_limit integer := p_limit;
  v_slots integer;
begin
  if p_batch.refused_since is not null then
    v_limit := case when exists (select from daybatch.claims as k
      where k.campaign_id = p_batch.campaign_id and k.batch_number = p_batch.batch_number and k.claimed_at >= p_batch.refused_until) then 0 else 1 end;
  end if;
  if p_now >= p_batch.window_ends_at then
    select w.* into v_window from daybatch.find_send_window(p_now, p_batch.sending_rules) as w;
    update daybatch.batches as b set
      window_ends_at = case when v_window.starts_at <= p_now then v_window.ends_at else b.window_ends_at end,
      held_until = case when v_window.starts_at > p_now then v_window.starts_at end,
      held_by = case when v_window.starts_at > p_now then 'send_window' end
    where b.campaign_id = p_batch.campaign_id and b.batch_number = p_batch.batch_number;
    if v_window.starts_at > p_now then
      return query select 0, 0;
      return;
    end if;
  end if;
  if p_batch.slot_gap is not null then
    v_slots := greatest(floor(extract(epoch from p_now - greatest(p_batch.next_slot_at, p_now - interval '1 minute'))
      / extract(epoch from p_batch.slot_gap))::integer + 1, 0);
  end if;
  if v_limit > 0 then
    v_limit := daybatch.limit_by_counts(p_batch, v_limit, p_now);
  end if;
  return query select v_limit, v_slots;
end;
$$;

comment on function daybatch.limit_claim(daybatch.batches, integer, timestamptz) is
  'How many mails of a batch with sending rules, or with a refusing server, may be claimed now (part of claim_deliveries). Example: select a.* from daybatch.batches as b, daybatch.limit_claim(b, 10, daybatch.current_moment()) as a limit 0;';
