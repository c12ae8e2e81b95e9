-- Moves a simulated campaign's own times back by p_by, as if a day had passed; the clock is not touched. One update of
-- all batches: the foreign key of the chain is checked at its end.
-- For test_batch_campaign only, whose work is rolled back; nobody but the owner may call it.
create or replace function daybatch.shift_campaign_back(p_campaign_id uuid, p_by interval)
returns void
language plpgsql volatile set search_path = '' set jit = off
as $$
begin
  perform daybatch.lock_campaign(p_campaign_id);
  perform daybatch.mark_engine_writes(true);
  update public.campaigns as c
  set next_batch_send_time = c.next_batch_send_time - p_by, first_batch_sent_at = c.first_batch_sent_at - p_by,
    batch_history = (
      select coalesce(jsonb_agg(e.entry || jsonb_build_object('timestamp',
        to_char(((e.entry ->> 'timestamp')::timestamptz - p_by) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) order by e.place), '[]')
      from jsonb_array_elements(c.batch_history) with ordinality as e (entry, place))
  where c.id = p_campaign_id;
  perform daybatch.mark_engine_writes(false);
  update daybatch.batches as b set due_at = b.due_at - p_by, opened_at = b.opened_at - p_by, counted_at = b.counted_at - p_by,
    spaced_from = b.spaced_from - p_by, cut_off_at = b.cut_off_at - p_by, previous_spaced_from = b.previous_spaced_from - p_by
  where b.campaign_id = p_campaign_id;
end;
$$;

comment on function daybatch.shift_campaign_back(uuid, interval) is
  'Moves a simulated campaign''s times back (part of test_batch_campaign, owner only). Example: select daybatch.shift_campaign_back(id, interval ''24 hours'') from public.campaigns limit 0;';
