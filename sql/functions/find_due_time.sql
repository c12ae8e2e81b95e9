-- When the next batch of a campaign may open: not before it is due, not closer to the batch before than its interval, and
-- as the sending rules have it. What is late and outside of the send window waits for the window; what is more than an
-- hour late for a fixed time of day waits for its next occurrence.
-- p_from_scratch: as if the due time had not been set yet (the rules changed). Called by open_batch and move_due_time,
-- which hold the campaign's lock, and by forecast_campaign. Reads only.
create or replace function daybatch.find_due_time(p_campaign_id uuid, p_now timestamptz, p_rules jsonb, p_from_scratch boolean default false)
returns timestamptz
language plpgsql stable security definer set search_path = '' set jit = off
as $$
declare
  v_due_at timestamptz;
  v_next_at timestamptz;
begin
  select greatest(coalesce(
      case when c.status::text = 'scheduled' then greatest(c.scheduled_at, case when not p_from_scratch then c.next_batch_send_time end) end,
      case when not p_from_scratch then c.next_batch_send_time end, p_now),
    (select b.spaced_from + b.batch_interval from daybatch.batches as b where b.campaign_id = c.id order by b.batch_number desc limit 1))
  into v_due_at
  from public.campaigns as c where c.id = p_campaign_id;
  if p_rules ? 'send_time_zone' then
    v_due_at := daybatch.calculate_due_time(v_due_at, p_rules);
    if p_now > v_due_at + (case when p_rules ? 'daily_send_time' then interval '1 hour' else interval '0' end) then
      v_next_at := daybatch.calculate_due_time(p_now, p_rules);
      v_due_at := case when v_next_at > p_now then v_next_at else v_due_at end;
    end if;
  end if;
  return v_due_at;
end;
$$;

comment on function daybatch.find_due_time(uuid, timestamptz, jsonb, boolean) is
  'When the next batch of a campaign may open, with its sending rules. Example: select daybatch.find_due_time(id, daybatch.current_moment(), daybatch.get_sending_rules(id)) from public.campaigns where name = ''Spring offer'';';
