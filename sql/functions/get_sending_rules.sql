-- The sending rules of a campaign that bear on when its batches are due and how large they are, under the names of its
-- columns, with its sender's daily limit; null when none is set. One way in for open_batch, the forecast and the views. Reads one row, and
-- a sender's limit only where any is set. plpgsql: its plans are kept, also before PostgreSQL 18.
create or replace function daybatch.get_sending_rules(p_campaign_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = '' set jit = off
as $$
declare
  v_sender_limit integer;
begin
  if exists (select from daybatch.sender_limits) then
    select s.daily_limit into v_sender_limit
    from public.campaigns as c join daybatch.sender_limits as s on s.sender = daybatch.get_sender_key(c.sender) where c.id = p_campaign_id;
  end if;
  return (
    select nullif(jsonb_strip_nulls(jsonb_build_object('daily_send_time', c.daily_send_time, 'send_window_from', c.send_window_from,
      'send_window_to', c.send_window_to, 'send_window_days', c.send_window_days, 'send_time_zone', c.send_time_zone,
      'ramp_up_by', c.ramp_up_by, 'ramp_up_percent', c.ramp_up_percent, 'ramp_up_to', c.ramp_up_to, 'spread_over', c.spread_over,
      'limit_policy', nullif(c.limit_policy, 'per_batch'), 'rolling_interval', case when c.limit_policy = 'rolling' then coalesce(c.batch_interval, interval '24 hours') end, 'sender_limit', v_sender_limit)), '{}')
    from public.campaigns as c
    where c.id = p_campaign_id
      and num_nonnulls(c.daily_send_time, c.send_window_from, c.send_window_days, c.ramp_up_to, c.spread_over, nullif(c.limit_policy, 'per_batch'), v_sender_limit) > 0);
end;
$$;

comment on function daybatch.get_sending_rules(uuid) is
  'The sending rules of a campaign; null when none is set. Example: select daybatch.get_sending_rules(id) from public.campaigns where name = ''Spring offer'';';
