-- The interval that a batch freezes when it opens, and when the next one is due. Without daily_send_time the interval is
-- the campaign's. With it, it is the exact distance to the first occurrence that is at least the interval less an hour
-- away: a day in which clocks change has 23 or 25 hours, and its batches are so far apart. A send window moves what
-- is due, never the interval. Pure but for the zone's rules.
create or replace function daybatch.calculate_spacing(p_counted_at timestamptz, p_interval interval, p_rules jsonb)
returns table (batch_interval interval, next_due_at timestamptz)
language plpgsql stable security definer set search_path = '' set jit = off
as $$
#variable_conflict use_variable
begin
  batch_interval := p_interval;
  if p_rules ? 'daily_send_time' then
    batch_interval := make_interval(secs => extract(epoch from daybatch.calculate_due_time(p_counted_at + p_interval - interval '1 hour',
      p_rules - 'send_window_from' - 'send_window_to' - 'send_window_days') - p_counted_at)::double precision);
  end if;
  next_due_at := daybatch.calculate_due_time(p_counted_at + batch_interval, p_rules);
  return next;
end;
$$;

comment on function daybatch.calculate_spacing(timestamptz, interval, jsonb) is
  'The interval that a batch freezes, and when the next is due. Example: select * from daybatch.calculate_spacing(''2026-03-28 09:00+01'', interval ''24 hours'', ''{"daily_send_time": "09:00", "send_time_zone": "Europe/Berlin"}'');';
