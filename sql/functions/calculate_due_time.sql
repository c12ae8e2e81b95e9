-- The first moment, not before p_earliest, at which the rules let a batch be due: with daily_send_time its next occurrence
-- that lies in the send window, else p_earliest itself or the beginning of the next window. Without rules p_earliest.
create or replace function daybatch.calculate_due_time(p_earliest timestamptz, p_rules jsonb)
returns timestamptz
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_zone text := p_rules ->> 'send_time_zone';
begin
  if p_rules is null or v_zone is null then
    return p_earliest;
  elsif not p_rules ? 'daily_send_time' then
    return greatest(p_earliest, (select w.starts_at from daybatch.find_send_window(p_earliest, p_rules) as w));
  end if;
  return (
    select o.at
    from generate_series(-1, 15) as n
    cross join lateral (select timezone(v_zone, timezone(v_zone, p_earliest)::date + n + (p_rules ->> 'daily_send_time')::time) as at) as o
    where o.at >= p_earliest and coalesce((select w.starts_at <= o.at from daybatch.find_send_window(o.at, p_rules) as w), true)
    order by o.at
    limit 1);
end;
$$;

comment on function daybatch.calculate_due_time(timestamptz, jsonb) is
  'The first moment from a given one on at which the rules let a batch be due. Example: select daybatch.calculate_due_time(daybatch.current_moment(), ''{"daily_send_time": "09:00", "send_time_zone": "Europe/Berlin"}'');';
