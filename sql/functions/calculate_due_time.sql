-- The first moment, not before p_earliest, at which the rules let a batch be due: with daily_send_time its next occurrence
-- that lies in the send window, else p_earliest itself or the beginning of the next window. Without rules p_earliest.
-- Looks day by day and stops at the first: forecasts ask it for each batch.
create or replace function daybatch.calculate_due_time(p_earliest timestamptz, p_rules jsonb)
returns timestamptz
language plpgsql stable security definer set search_path = '' set jit = off
as $$
declare
  v_zone text := p_rules ->> 'send_time_zone';
  v_time time := p_rules ->> 'daily_send_time';
  v_has_window boolean := p_rules ?| array['send_window_from', 'send_window_days'];
  v_day date;
  v_at timestamptz;
begin
  if p_rules is null or v_zone is null then
    return p_earliest;
  elsif v_time is null then
    return greatest(p_earliest, (select w.starts_at from daybatch.find_send_window(p_earliest, p_rules) as w));
  end if;
  v_day := timezone(v_zone, p_earliest)::date - 1;
  for n in -1..15 loop
    v_at := timezone(v_zone, v_day + v_time);
    if v_at >= p_earliest and (not v_has_window or coalesce((select w.starts_at <= v_at from daybatch.find_send_window(v_at, p_rules) as w), true)) then
      return v_at;
    end if;
    v_day := v_day + 1;
  end loop;
  return null;
end;
$$;

comment on function daybatch.calculate_due_time(timestamptz, jsonb) is
  'The first moment from a given one on at which the rules let a batch be due. Example: select daybatch.calculate_due_time(daybatch.current_moment(), ''{"daily_send_time": "09:00", "send_time_zone": "Europe/Berlin"}'');';
