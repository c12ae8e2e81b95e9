-- Sets the due time of a campaign's next batch to what its sending rules make of it, with its job. Called when the rules
-- changed (enqueue_started_campaign: p_from_scratch, earlier is possible, too) and by process_campaign before it opens.
-- Locks: campaign. Repeatable: a due time that stands stays.
create or replace function daybatch.move_due_time(p_campaign_id uuid, p_from_scratch boolean default false)
returns timestamptz
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_campaign record;
  v_rules jsonb;
  v_due_at timestamptz;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  v_rules := daybatch.get_sending_rules(p_campaign_id);
  if v_campaign.status <> 'sending' or v_campaign.tracking_initialised_at is null or (v_rules is null and not p_from_scratch) then
    return v_campaign.next_batch_send_time;
  end if;
  v_due_at := daybatch.find_due_time(p_campaign_id, daybatch.current_moment(), v_rules, p_from_scratch);
  if v_due_at is distinct from v_campaign.next_batch_send_time then
    perform daybatch.mark_engine_writes(true);
    update public.campaigns as c set next_batch_send_time = v_due_at where c.id = p_campaign_id;
    perform daybatch.mark_engine_writes(false);
    perform daybatch.enqueue_batch(p_campaign_id, (
      select coalesce(max(b.batch_number) + 1, v_campaign.current_batch_number) from daybatch.batches as b where b.campaign_id = p_campaign_id), v_due_at);
  end if;
  return v_due_at;
end;
$$;

comment on function daybatch.move_due_time(uuid, boolean) is
  'Sets the due time of the next batch to what the sending rules make of it. Example: select daybatch.move_due_time(id) from public.campaigns where name = ''Spring offer'';';
