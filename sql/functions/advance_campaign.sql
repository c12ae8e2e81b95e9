-- What follows the close of a batch: its history entry (the mission's five keys, never edited later), then the next
-- number and its job, or completion when nothing remains. Called by close_batch under the campaign's lock.
create or replace function daybatch.advance_campaign(p_campaign_id uuid, p_batch_number integer, p_remaining integer)
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_campaign record;
  v_before integer := (select c.daily_send_limit from public.campaigns as c where c.id = p_campaign_id);
begin
  perform daybatch.mark_engine_writes(true);
  update public.campaigns as c set
    batch_history = coalesce(c.batch_history, '[]') || jsonb_build_object(
      'batch_number', b.batch_number,
      'timestamp', to_char(b.opened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
      'sent_count', b.sent_count,
      'failed_count', b.failed_count,
      'remaining_count', b.remaining_count),
    status = case when p_remaining = 0 and c.status::text <> 'cancelled' then 'completed' else c.status end,
    current_batch_number = case when p_remaining = 0 or c.status::text = 'cancelled' then b.batch_number else b.batch_number + 1 end,
    -- the ramp-up: the limit grows after each batch that sent
    daily_send_limit = case when c.ramp_up_to is not null and b.sent_count > 0 and p_remaining > 0
      then daybatch.calculate_next_limit(c.daily_send_limit, daybatch.get_sending_rules(c.id)) else c.daily_send_limit end,
    next_batch_send_time = case when p_remaining > 0 and c.status::text <> 'cancelled' then coalesce(c.next_batch_send_time,
      daybatch.calculate_due_time(b.spaced_from + b.batch_interval, daybatch.get_sending_rules(c.id))) end
  from daybatch.batches as b
  where c.id = p_campaign_id and b.campaign_id = c.id and b.batch_number = p_batch_number
  returning c.status::text as status, c.daily_send_limit, c.current_batch_number, c.next_batch_send_time, b.sent_count, b.failed_count into v_campaign;
  perform daybatch.mark_engine_writes(false);
  perform daybatch.record_event(p_campaign_id, 'batch_closed', jsonb_build_object('batch_number', p_batch_number,
    'sent_count', v_campaign.sent_count, 'failed_count', v_campaign.failed_count, 'remaining_count', p_remaining));
  if v_campaign.daily_send_limit is distinct from v_before then
    perform daybatch.record_event(p_campaign_id, 'limit_raised', jsonb_build_object('from', v_before, 'to', v_campaign.daily_send_limit));
  end if;
  if v_campaign.status = 'sending' then
    -- a batch that closes late: the job of its successor's due time may have come and gone
    perform daybatch.enqueue_batch(p_campaign_id, v_campaign.current_batch_number,
      greatest(v_campaign.next_batch_send_time, daybatch.current_moment()));
  end if;
  perform pg_notify('daybatch', jsonb_build_object('event', 'batch_closed', 'campaign_id', p_campaign_id,
    'batch_number', p_batch_number, 'status', v_campaign.status)::text);
end;
$$;

comment on function daybatch.advance_campaign(uuid, integer, integer) is
  'Writes history and moves a campaign on after the close of a batch (part of close_batch). Example: select daybatch.advance_campaign(id, 1, 0) from public.campaigns limit 0;';
