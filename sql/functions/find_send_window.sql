-- The send window that a moment lies in, or else the next one: half open, [starts_at, ends_at). No row: the rules have no
-- window. A window belongs to the weekday on which it begins, and one whose end is not after its beginning ends on the
-- next day. Local times are read as PostgreSQL reads them: one that a clock change leaves out lies an hour later, one that
-- comes twice is the second. A window that a clock change leaves empty is passed over. Reads the zone's rules only.
-- Looks day by day and stops at the first: forecasts ask it for each batch.
create or replace function daybatch.find_send_window(p_at timestamptz, p_rules jsonb)
returns table (starts_at timestamptz, ends_at timestamptz)
language plpgsql stable security definer set search_path = '' set jit = off
as $$
declare
  v_zone text := p_rules ->> 'send_time_zone';
  v_from time := coalesce(p_rules ->> 'send_window_from', '00:00');
  v_to time := coalesce(p_rules ->> 'send_window_to', '24:00');
  v_days jsonb := p_rules -> 'send_window_days';
  v_nights integer := case when v_to <= v_from then 1 else 0 end;
  v_day date := timezone(v_zone, p_at)::date - 1;
begin
  if not coalesce(p_rules ?| array['send_window_from', 'send_window_days'], false) then
    return;
  end if;
  -- a week and a day: each weekday, also where the first window found is over already; twice, for what clocks left out
  for n in -1..15 loop
    if v_days is null or v_days @> to_jsonb(extract(isodow from v_day)::integer) then
      starts_at := timezone(v_zone, v_day + v_from);
      ends_at := timezone(v_zone, v_day + v_nights + v_to);
      if starts_at < ends_at and ends_at > p_at then
        return next;
        return;
      end if;
    end if;
    v_day := v_day + 1;
  end loop;
end;
$$;

comment on function daybatch.find_send_window(timestamptz, jsonb) is
  'The send window that a moment lies in, or the next one. Example: select * from daybatch.find_send_window(daybatch.current_moment(), ''{"send_window_from": "09:00", "send_window_to": "17:00", "send_time_zone": "Europe/Berlin"}'');';
