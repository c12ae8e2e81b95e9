-- What-if without a campaign: the batches that so many contacts take at a limit, with sending rules under the names of
-- their columns. Pure but for the default start and the zone's rules.
-- Errors: MB004 limit below 1, MB017 no contacts, an interval that is not positive, or rules that are not possible.
create or replace function daybatch.simulate_campaign(p_contacts integer, p_limit integer default 5, p_interval interval default interval '24 hours', p_start_at timestamptz default null, p_rules jsonb default null)
returns table (batch_number integer, due_at timestamptz, size integer, remaining_after integer)
language plpgsql stable security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_rules jsonb := nullif(jsonb_strip_nulls(p_rules), '{}');
begin
  if coalesce(p_limit, 0) < 1 then
    raise exception using errcode = 'MB004', message = format('a daily limit of %s is not possible: it is at least 1', coalesce(p_limit::text, 'null')),
      hint = 'Example: select * from daybatch.simulate_campaign(17, 5);';
  elsif p_contacts is null or p_contacts < 0 or p_contacts > 5000000 or p_interval is null or p_interval <= interval '0' then
    raise exception using errcode = 'MB017', message = 'simulate_campaign needs 0 to 5,000,000 contacts and a positive interval',
      hint = 'Example: select * from daybatch.simulate_campaign(17, 5);';
  end if;
  if v_rules is not null then
    perform daybatch.check_sending_rules(v_rules || jsonb_build_object('batch_interval', p_interval));
  end if;
  return query
    select b.* from daybatch.list_batches_ahead(p_contacts, p_limit, p_interval,
      daybatch.calculate_due_time(coalesce(p_start_at, daybatch.current_moment()), v_rules), v_rules) as b;
end;
$$;

comment on function daybatch.simulate_campaign(integer, integer, interval, timestamptz, jsonb) is
  'The batches that so many contacts take at a limit. Example: select * from daybatch.simulate_campaign(17, 5);';
