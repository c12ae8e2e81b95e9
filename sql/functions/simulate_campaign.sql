-- What-if without a campaign: the batches that so many contacts take at a limit. Pure but for the default start.
-- Errors: MB004 limit below 1, MB017 no contacts or an interval that is not positive.
create or replace function daybatch.simulate_campaign(p_contacts integer, p_limit integer default 5, p_interval interval default interval '24 hours', p_start_at timestamptz default null)
returns table (batch_number integer, due_at timestamptz, size integer, remaining_after integer)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
  if coalesce(p_limit, 0) < 1 then
    raise exception using errcode = 'MB004', message = format('a daily limit of %s is not possible: it is at least 1', coalesce(p_limit::text, 'null')),
      hint = 'Example: select * from daybatch.simulate_campaign(17, 5);';
  elsif p_contacts is null or p_contacts < 0 or p_contacts > 5000000 or p_interval is null or p_interval <= interval '0' then
    raise exception using errcode = 'MB017', message = 'simulate_campaign needs 0 to 5,000,000 contacts and a positive interval',
      hint = 'Example: select * from daybatch.simulate_campaign(17, 5);';
  end if;
  return query
    select n, coalesce(p_start_at, daybatch.current_moment()) + (n - 1) * make_interval(secs => extract(epoch from p_interval)::double precision),
      least(p_limit, p_contacts - (n - 1) * p_limit), greatest(p_contacts - n * p_limit, 0)
    from generate_series(1, (p_contacts::bigint + p_limit - 1) / p_limit) as g (i), lateral (select g.i::integer as n) as k;
end;
$$;

comment on function daybatch.simulate_campaign(integer, integer, interval, timestamptz) is
  'The batches that so many contacts take at a limit. Example: select * from daybatch.simulate_campaign(17, 5);';
