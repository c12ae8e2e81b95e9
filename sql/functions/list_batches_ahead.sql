-- The batches that so many contacts take from a first due time on, with the rules of get_sending_rules. Without rules one
-- statement; with them batch by batch, as open_batch and advance_campaign would do it: each counts from its due time.
-- Part of simulate_campaign and forecast_campaign. Pure but for the zone's rules.
create or replace function daybatch.list_batches_ahead(p_contacts integer, p_limit integer, p_interval interval, p_due_at timestamptz, p_rules jsonb)
returns table (batch_number integer, due_at timestamptz, size integer, remaining_after integer)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  v_number integer := 1;
  v_due_at timestamptz := p_due_at;
  v_limit integer := p_limit;
  v_size integer;
  v_remaining integer := p_contacts;
begin
  if p_rules is null then
    return query
      select n, p_due_at + (n - 1) * make_interval(secs => extract(epoch from p_interval)::double precision),
        least(p_limit, p_contacts - (n - 1) * p_limit), greatest(p_contacts - n * p_limit, 0)
      from generate_series(1, (p_contacts::bigint + p_limit - 1) / p_limit) as g (i), lateral (select g.i::integer as n) as k;
    return;
  end if;
  while v_remaining > 0 loop
    v_size := least(daybatch.calculate_batch_limit(v_limit, p_interval, p_rules), v_remaining);
    return query select v_number, v_due_at, v_size, v_remaining - v_size;
    v_remaining := v_remaining - v_size;
    v_limit := daybatch.calculate_next_limit(v_limit, p_rules);
    v_number := v_number + 1;
    v_due_at := case when p_rules ? 'send_time_zone' then (select s.next_due_at from daybatch.calculate_spacing(v_due_at, p_interval, p_rules) as s)
      else v_due_at + p_interval end;
  end loop;
end;
$$;

comment on function daybatch.list_batches_ahead(integer, integer, interval, timestamptz, jsonb) is
  'The batches that so many contacts take from a first due time on (part of forecast_campaign). Example: select * from daybatch.list_batches_ahead(17, 5, interval ''24 hours'', daybatch.current_moment(), null);';
