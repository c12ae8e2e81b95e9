-- The batches that so many contacts take from a first due time on, with the rules of get_sending_rules. Without rules one
-- statement; with them batch by batch, as open_batch and advance_campaign would do it: each counts from its due time.
-- p_after, p_count: only those behind this number (rules walk through the ones before), and at most so many.
-- One plan: for each call it took 0.14 ms for 0.03. Part of simulate_campaign and forecast_campaign. Pure but for the zone's rules.
create or replace function daybatch.list_batches_ahead(p_contacts integer, p_limit integer, p_interval interval, p_due_at timestamptz, p_rules jsonb,
  p_after integer default 0, p_count integer default null)
returns table (batch_number integer, due_at timestamptz, size integer, remaining_after integer)
language plpgsql stable security definer set search_path = '' set jit = off set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_variable
declare
  v_after bigint := greatest(p_after, 0);
  v_last bigint := v_after + coalesce(p_count, 2147483647);
  v_limit integer := p_limit;
  v_next integer;
  v_batch_limit integer := daybatch.calculate_batch_limit(p_limit, p_interval, p_rules);
  v_has_zone boolean := p_rules ? 'send_time_zone';
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
    due_at := case when v_has_zone then (select s.next_due_at from daybatch.calculate_spacing(due_at, p_interval, p_rules) as s) else due_at + p_interval end;
  end loop;
end;
$$;

comment on function daybatch.list_batches_ahead(integer, integer, interval, timestamptz, jsonb, integer, integer) is
  'The batches that so many contacts take from a first due time on (part of forecast_campaign). Example: select * from daybatch.list_batches_ahead(17, 5, interval ''24 hours'', daybatch.current_moment(), null);';
