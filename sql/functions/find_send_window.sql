-- The send window that a moment lies in, or else the next one: half open, [starts_at, ends_at). No row: the rules have no
-- window. A window belongs to the weekday on which it begins, and one whose end is not after its beginning ends on the
-- next day. Local times are read as PostgreSQL reads them: one that a clock change leaves out lies an hour later, one that
-- comes twice is the second. A window that a clock change leaves empty is passed over. Reads the zone's rules only.
create or replace function daybatch.find_send_window(p_at timestamptz, p_rules jsonb)
returns table (starts_at timestamptz, ends_at timestamptz)
language sql stable security definer set search_path = ''
as $$
  select w.starts_at, w.ends_at
  from (
    select p_rules ->> 'send_time_zone' as zone, coalesce(p_rules ->> 'send_window_from', '00:00')::time as from_time,
      coalesce(p_rules ->> 'send_window_to', '24:00')::time as to_time, p_rules -> 'send_window_days' as days
  ) as r
  -- a week and a day: each weekday, also where the first window found is over already; twice, for what clocks left out
  cross join generate_series(-1, 15) as n
  cross join lateral (select timezone(r.zone, p_at)::date + n as day) as d
  cross join lateral (
    select timezone(r.zone, d.day + r.from_time) as starts_at,
      timezone(r.zone, case when r.to_time <= r.from_time then d.day + 1 else d.day end + r.to_time) as ends_at
  ) as w
  where p_rules ?| array['send_window_from', 'send_window_days']
    and (r.days is null or r.days @> to_jsonb(extract(isodow from d.day)::integer))
    and w.starts_at < w.ends_at and w.ends_at > p_at
  order by w.starts_at
  limit 1
$$;

comment on function daybatch.find_send_window(timestamptz, jsonb) is
  'The send window that a moment lies in, or the next one. Example: select * from daybatch.find_send_window(daybatch.current_moment(), ''{"send_window_from": "09:00", "send_window_to": "17:00", "send_time_zone": "Europe/Berlin"}'');';
