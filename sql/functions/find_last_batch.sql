-- How many batches so many contacts take from a first due time on, and when the last one is due: what list_batches_ahead
-- tells row by row, without its rows. A ramp-up is followed until it stands still, a fixed time of day from day to day by
-- the zone's rules alone; only a send window needs the rows themselves. Part of forecast_finish. Pure but for the zone's rules.
create or replace function daybatch.find_last_batch(p_contacts integer, p_limit integer, p_interval interval, p_due_at timestamptz, p_rules jsonb)
returns table (batches integer, due_at timestamptz)
language plpgsql stable security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_zone text := p_rules ->> 'send_time_zone';
  v_time time := p_rules ->> 'daily_send_time';
  v_remaining bigint := p_contacts;
  v_limit integer := p_limit;
  v_size bigint;
  v_next integer;
  v_batches integer := 0;
  v_due_at timestamptz := p_due_at;
  v_earliest timestamptz;
  v_day date;
begin
  if p_rules is null then
    -- what most campaigns are, and get_campaign asks of each
    batches := (greatest(p_contacts::bigint, 0) + p_limit - 1) / p_limit;
    due_at := case when batches > 0 then p_due_at + make_interval(secs => extract(epoch from p_interval)::double precision * (batches - 1)) end;
    return next;
    return;
  elsif v_zone is not null and (v_time is null or p_rules ?| array['send_window_from', 'send_window_days']) then
    return query select count(*)::integer, max(b.due_at) from daybatch.list_batches_ahead(p_contacts, p_limit, p_interval, p_due_at, p_rules) as b;
    return;
  end if;
  while v_remaining > 0 loop
    v_size := daybatch.calculate_batch_limit(v_limit, p_interval, p_rules);
    v_next := daybatch.calculate_next_limit(v_limit, p_rules);
    if v_size = daybatch.calculate_batch_limit(v_next, p_interval, p_rules) and (v_next = v_limit or v_size < v_limit) then
      -- it stands still: the limit grows no more, or the sender's is smaller
      v_batches := v_batches + ((v_remaining + v_size - 1) / v_size)::integer;
      exit;
    end if;
    v_batches := v_batches + 1;
    v_remaining := v_remaining - v_size;
    v_limit := v_next;
  end loop;
  if v_batches = 0 then
    return query select 0, null::timestamptz;
    return;
  elsif v_zone is null then
    return query select v_batches, p_due_at + make_interval(secs => extract(epoch from p_interval)::double precision * (v_batches - 1));
    return;
  end if;
  for n in 2..v_batches loop
    -- as calculate_spacing: the first such time of day that is at least the interval less an hour away
    v_earliest := v_due_at + p_interval - interval '1 hour';
    v_day := timezone(v_zone, v_earliest)::date - 1;
    loop
      v_due_at := timezone(v_zone, v_day + v_time);
      exit when v_due_at >= v_earliest;
      v_day := v_day + 1;
    end loop;
  end loop;
  return query select v_batches, v_due_at;
end;
$$;

comment on function daybatch.find_last_batch(integer, integer, interval, timestamptz, jsonb) is
  'How many batches so many contacts take, and when the last one is due (part of forecast_finish). Example: select * from daybatch.find_last_batch(17, 5, interval ''24 hours'', daybatch.current_moment(), null);';
