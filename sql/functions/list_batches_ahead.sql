-- The batches that so many contacts take from a first due time on, with the rules of get_sending_rules. Without rules one
-- statement; with them batch by batch, as open_batch and advance_campaign would do it: each counts from its due time.
-- p_after, p_count: only those behind this number (rules walk through the ones before), and at most so many.
-- Long campaigns have thousands of batches, and a call of calculate_spacing costs more than all else of a row: what it,
-- calculate_due_time and find_send_window say is done here in place; test/sql/batches_ahead.test.ts holds them together.
-- Part of simulate_campaign and forecast_campaign. Pure but for the zone's rules.
create or replace function daybatch.list_batches_ahead(p_contacts integer, p_limit integer, p_interval interval, p_due_at timestamptz, p_rules jsonb,
  p_after integer default 0, p_count integer default null)
returns table (batch_number integer, due_at timestamptz, size integer, remaining_after integer)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  v_after bigint := greatest(p_after, 0);
  v_last bigint := v_after + coalesce(p_count, 2147483647);
  v_limit integer := p_limit;
  v_next integer;
  v_batch_limit integer := daybatch.calculate_batch_limit(p_limit, p_interval, p_rules);
  v_zone text := p_rules ->> 'send_time_zone';
  v_time time := p_rules ->> 'daily_send_time';
  v_has_window boolean := p_rules ?| array['send_window_from', 'send_window_days'];
  v_from time := coalesce(p_rules ->> 'send_window_from', '00:00');
  v_to time := coalesce(p_rules ->> 'send_window_to', '24:00');
  v_nights integer := case when v_to <= v_from then 1 else 0 end;
  v_weekdays jsonb := p_rules -> 'send_window_days';
  v_day date;
  v_window_day date;
  v_earliest timestamptz;
  v_starts_at timestamptz;
  v_ends_at timestamptz;
begin
  if p_rules is null then
    return query
      select n, p_due_at + (n - 1) * make_interval(secs => extract(epoch from p_interval)::double precision),
        least(p_limit, p_contacts - (n - 1) * p_limit), greatest(p_contacts - n * p_limit, 0)
      from generate_series(v_after + 1, least((p_contacts::bigint + p_limit - 1) / p_limit, v_last)) as g (i), lateral (select g.i::integer as n) as k;
    return;
  end if;
  batch_number := 1;
  due_at := p_due_at;
  remaining_after := p_contacts;
  while remaining_after > 0 and batch_number <= v_last loop
    size := least(v_batch_limit, remaining_after);
    remaining_after := remaining_after - size;
    if batch_number > v_after then
      return next;
    end if;
    -- once it stands still, it stays
    if v_next is distinct from v_limit then
      v_next := daybatch.calculate_next_limit(v_limit, p_rules);
      if v_next <> v_limit then
        v_limit := v_next;
        v_next := null;
        v_batch_limit := daybatch.calculate_batch_limit(v_limit, p_interval, p_rules);
      end if;
    end if;
    batch_number := batch_number + 1;
    if v_zone is null or due_at is null then
      due_at := due_at + p_interval;
      continue;
    end if;
    v_earliest := due_at + p_interval - case when v_time is not null then interval '1 hour' else interval '0' end;
    v_day := timezone(v_zone, v_earliest)::date - 1;
    for v_try in 1..18 loop
      -- no such time of day lies in the window
      due_at := case when v_try < 18 then v_earliest end;
      exit when due_at is null;
      if v_time is not null then
        loop
          due_at := timezone(v_zone, v_day + v_time);
          v_day := v_day + 1;
          exit when due_at >= v_earliest;
        end loop;
      end if;
      exit when not v_has_window;
      v_window_day := timezone(v_zone, due_at)::date - 1;
      v_starts_at := null;
      for n in -1..15 loop
        if v_weekdays is null or v_weekdays @> to_jsonb(extract(isodow from v_window_day)::integer) then
          v_starts_at := timezone(v_zone, v_window_day + v_from);
          v_ends_at := timezone(v_zone, v_window_day + v_nights + v_to);
          exit when v_starts_at < v_ends_at and v_ends_at > due_at;
          v_starts_at := null;
        end if;
        v_window_day := v_window_day + 1;
      end loop;
      exit when v_starts_at is null or v_starts_at <= due_at;
      if v_time is null then
        due_at := v_starts_at;
        exit;
      end if;
    end loop;
  end loop;
end;
$$;

comment on function daybatch.list_batches_ahead(integer, integer, interval, timestamptz, jsonb, integer, integer) is
  'The batches that so many contacts take from a first due time on (part of forecast_campaign). Example: select * from daybatch.list_batches_ahead(17, 5, interval ''24 hours'', daybatch.current_moment(), null);';
