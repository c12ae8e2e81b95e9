-- Completes an initialised campaign with nothing left and no open batch (everybody was mailed before, or settled
-- since). True when it is complete now. Called by process_campaign under the campaign's lock. Repeatable.
create or replace function daybatch.complete_if_empty(p_campaign_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_completed integer;
begin
  perform daybatch.mark_engine_writes(true);
  update public.campaigns as c set status = 'completed', next_batch_send_time = null,
    current_batch_number = coalesce((select max(b.batch_number) from daybatch.batches as b where b.campaign_id = c.id), c.current_batch_number)
  where c.id = p_campaign_id and c.tracking_initialised_at is not null and c.contacts_remaining = '[]'
    and not exists (select from daybatch.batches as b where b.campaign_id = c.id and b.closed_at is null);
  get diagnostics v_completed = row_count;
  perform daybatch.mark_engine_writes(false);
  return v_completed > 0;
end;
$$;

comment on function daybatch.complete_if_empty(uuid) is
  'Completes a campaign with nobody left (part of process_campaign). Example: select daybatch.complete_if_empty(id) from public.campaigns limit 0;';
