-- Gives what a batch has not sent back to remaining, in the ledger (close_batch moves the arrays): queued, claimed
-- (nothing was sent: begin_sending refuses such a claim) and deferred rows lose their slot and stand as deferred.
-- What is sending is left to its worker. Called by close_batch under the campaign's lock. Repeatable.
create or replace function daybatch.return_unsent(p_campaign_id uuid, p_batch_number integer)
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_returned integer;
begin
  perform daybatch.return_claims(p_campaign_id, array(
    select k.claim_token from daybatch.claims as k where k.campaign_id = p_campaign_id and k.batch_number = p_batch_number), false);
  update daybatch.deliveries as d set status = 'deferred', slot = null, retry_at = null, claim_token = null
  where d.campaign_id = p_campaign_id and d.batch_number = p_batch_number
    and (d.status = 'queued' or d.status = 'deferred' and d.slot is not null);
  get diagnostics v_returned = row_count;
  if v_returned > 0 then
    perform daybatch.count_batch(p_campaign_id);
  end if;
  update daybatch.batches as b set next_slot = b.slot_count + 1
  where b.campaign_id = p_campaign_id and b.batch_number = p_batch_number;
  return v_returned;
end;
$$;

comment on function daybatch.return_unsent(uuid, integer) is
  'Returns the unsent deliveries of a batch to remaining (part of close_batch). Example: select daybatch.return_unsent(id, 1) from public.campaigns limit 0;';
