-- What the sending rules of a batch need that open_batch has just filled: where its send window ends, and the gap between
-- two first attempts when it is spread, so that the last one comes before the cut-off;
-- what a limit that just became rolling finds. Locks: the campaign's, held.
create or replace function daybatch.begin_sending_rules(p_campaign_id uuid, p_batch_number integer)
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_batch daybatch.batches;
  v_spread interval;
begin
  select b.* into v_batch from daybatch.batches as b where b.campaign_id = p_campaign_id and b.batch_number = p_batch_number;
  if v_batch.sending_rules ? 'spread_over' then
    v_spread := least((v_batch.sending_rules ->> 'spread_over')::interval, v_batch.cut_off_at - v_batch.opened_at);
  end if;
  if v_batch.sending_rules ? 'rolling_interval' and not exists (select from daybatch.counted_mails as m
    where m.rule = 'rolling' and m.name = p_campaign_id::text)
  then
    perform daybatch.count_past_mails(p_campaign_id, (v_batch.sending_rules ->> 'rolling_interval')::interval, v_batch.opened_at);
  end if;
  update daybatch.batches as b set
    -- opened a moment early, by a cron: claims wait for the window itself
    window_ends_at = (select case when w.starts_at <= v_batch.opened_at then w.ends_at else v_batch.opened_at end
      from daybatch.find_send_window(v_batch.opened_at, v_batch.sending_rules) as w),
    slot_gap = case when v_spread > interval '0' and b.slot_count > 0 then v_spread / b.slot_count end,
    next_slot_at = case when v_spread > interval '0' and b.slot_count > 0 then v_batch.opened_at end
  where b.campaign_id = p_campaign_id and b.batch_number = p_batch_number;
end;
$$;

comment on function daybatch.begin_sending_rules(uuid, integer) is
  'Sets what the sending rules of a batch just opened need (part of open_batch). Example: select daybatch.begin_sending_rules(id, 1) from public.campaigns limit 0;';
