-- Says in words, before a constraint would, what is not possible in sending rules: p_rules has the names of the columns,
-- those of the campaign with what is to change. Called by create_campaign, update_campaign and simulate_campaign.
-- Reads only. Errors: MB017, with the name of the field as COLUMN.
create or replace function daybatch.check_sending_rules(p_rules jsonb)
returns void
language plpgsql stable security definer set search_path = '' set jit = off
as $$
declare
  r public.campaigns;
  v_problem text;
  v_hint text;
  v_field text;
begin
  begin
    r := jsonb_populate_record(null::public.campaigns, p_rules);
  exception when data_exception then
    raise exception using errcode = 'MB017', message = 'a sending rule cannot be read: ' || sqlerrm,
      hint = 'Times of day as 09:00, weekdays as [1, 2, 3, 4, 5], the zone as Europe/Berlin, spread_over as 08:00:00, the rest integers.';
  end;
  r.batch_interval := coalesce(r.batch_interval, interval '24 hours');
  select k.problem, k.hint, k.field into v_problem, v_hint, v_field
  from (values
    (1, r.send_time_zone is not null and not exists (select from pg_timezone_names as z where z.name = r.send_time_zone
        and (z.name ~ '^[A-Z][A-Za-z]+/' or z.name = 'UTC')),
      format('%L is no IANA time zone', r.send_time_zone), 'As Europe/Berlin: select name from pg_timezone_names;', 'send_time_zone'),
    (2, r.send_time_zone is null and num_nonnulls(r.daily_send_time, r.send_window_from, r.send_window_to, r.send_window_days) > 0,
      'a time of day means nothing without a zone', 'Set send_time_zone, as Europe/Berlin.', 'send_time_zone'),
    (3, num_nulls(r.send_window_from, r.send_window_to) = 1, 'a send window needs send_window_from and send_window_to', 'Set both, or neither; 00:00 to 24:00 is the whole day.', case when r.send_window_from is null then 'send_window_from' else 'send_window_to' end),
    (4, r.send_window_from = r.send_window_to, format('the send window from %s to %s is empty', r.send_window_from, r.send_window_to), 'The whole day is 00:00 to 24:00.', 'send_window_to'),
    (5, cardinality(r.send_window_days) = 0 or not r.send_window_days <@ array[1, 2, 3, 4, 5, 6, 7], 'send_window_days holds a day that is none, or no day', 'As [1, 2, 3, 4, 5]: 1 is Monday, 7 is Sunday.', 'send_window_days'),
    (6, not case when r.send_window_from < r.send_window_to then r.daily_send_time >= r.send_window_from and r.daily_send_time < r.send_window_to
        else r.daily_send_time >= r.send_window_from or r.daily_send_time < r.send_window_to end,
      format('daily_send_time %s lies outside of the send window', r.daily_send_time), 'Move one of them.', 'daily_send_time'),
    (7, r.daily_send_time is not null and r.batch_interval < interval '24 hours', 'daily_send_time needs a batch_interval of 24 hours or more', 'Leave batch_interval out.', 'daily_send_time'),
    (8, num_nonnulls(r.ramp_up_by, r.ramp_up_percent) <> (r.ramp_up_to is not null)::integer,
      'a ramp-up needs ramp_up_to and either ramp_up_by or ramp_up_percent', 'Example: {"ramp_up_percent": 20, "ramp_up_to": 500}', case when r.ramp_up_to is null then 'ramp_up_to' when num_nonnulls(r.ramp_up_by, r.ramp_up_percent) = 2 then 'ramp_up_percent' else 'ramp_up_by' end),
    (9, r.ramp_up_by < 1 or r.ramp_up_to < 1 or r.ramp_up_percent not between 1 and 1000, 'a ramp-up grows by 1 or more, or by 1 to 1000 percent', 'Example: {"ramp_up_by": 10, "ramp_up_to": 200}', case when r.ramp_up_to < 1 then 'ramp_up_to' when r.ramp_up_by < 1 then 'ramp_up_by' else 'ramp_up_percent' end),
    (11, r.limit_policy not in ('per_batch', 'rolling'), format('limit_policy %L is unknown', r.limit_policy), 'One of: per_batch, rolling.', 'limit_policy'),
    (10, extract(year from r.spread_over) <> 0 or extract(month from r.spread_over) <> 0 or extract(day from r.spread_over) <> 0
        or r.spread_over not between interval '1 second' and r.batch_interval - least(interval '15 minutes', r.batch_interval / 10),
      format('spread_over %s is not possible', r.spread_over), 'In hours, and shorter than the interval less its cut-off (15 minutes or a tenth): 08:00:00.', 'spread_over')
  ) as k (place, is_broken, problem, hint, field)
  where k.is_broken
  order by k.place limit 1;
  if found then
    raise exception using errcode = 'MB017', message = v_problem, hint = v_hint, column = v_field;
  end if;
end;
$$;

comment on function daybatch.check_sending_rules(jsonb) is
  'Raises what is not possible in sending rules (part of create_campaign). Example: select daybatch.check_sending_rules(''{"ramp_up_by": 10, "ramp_up_to": 200}'');';
