-- Sending rules beside the daily limit, each off while its columns are null: a send window, a fixed time of day, ramp-up,
-- spreading. A batch freezes those that it was opened with, as it freezes its limit.

do $$
declare
  v_column text;
begin
  -- an application's own column of that name is not ours to read
  select string_agg(format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ') into v_column
  from pg_attribute as a
  join (values ('daily_send_time', 'time without time zone'), ('send_window_from', 'time without time zone'), ('send_window_to', 'time without time zone'),
    ('send_window_days', 'integer[]'), ('send_time_zone', 'text'), ('ramp_up_by', 'integer'), ('ramp_up_percent', 'integer'), ('ramp_up_to', 'integer'),
    ('spread_over', 'interval')) as n (name, type) on n.name = a.attname and n.type <> format_type(a.atttypid, a.atttypmod)
  where a.attrelid = 'public.campaigns'::regclass and not a.attisdropped;
  if v_column is not null then
    raise exception 'public.campaigns has columns of another type that daybatch needs: %. Rename them, then run this again', v_column;
  end if;
end;
$$;

alter table public.campaigns
  add column if not exists daily_send_time time,
  add column if not exists send_window_from time,
  add column if not exists send_window_to time,
  add column if not exists send_window_days integer[],
  add column if not exists send_time_zone text,
  add column if not exists ramp_up_by integer,
  add column if not exists ramp_up_percent integer,
  add column if not exists ramp_up_to integer,
  add column if not exists spread_over interval;

alter table public.campaigns
  add constraint send_time_zone_is_an_iana_zone check (
    send_time_zone ~ '^(UTC|Etc/(UTC|GMT[+-][0-9]{1,2})|[A-Z][A-Za-z]+(/[A-Z][A-Za-z_-]*){1,2})$'
    and timezone(send_time_zone, timestamptz '2000-01-01 00:00+00') > '-infinity') not valid,
  add constraint send_times_have_a_zone check (
    send_time_zone is not null or num_nulls(daily_send_time, send_window_from, send_window_to, send_window_days) = 4) not valid,
  add constraint send_window_has_a_beginning_and_an_end check (num_nulls(send_window_from, send_window_to) in (0, 2)) not valid,
  add constraint send_window_is_not_empty check (send_window_from <> send_window_to) not valid,
  add constraint send_window_days_are_weekdays check (
    cardinality(send_window_days) > 0 and send_window_days <@ array[1, 2, 3, 4, 5, 6, 7]) not valid,
  add constraint daily_send_time_is_inside_the_window check (
    case when send_window_from < send_window_to then daily_send_time >= send_window_from and daily_send_time < send_window_to
      else daily_send_time >= send_window_from or daily_send_time < send_window_to end) not valid,
  add constraint daily_send_time_needs_an_interval_of_a_day check (daily_send_time is null or batch_interval >= interval '24 hours') not valid,
  add constraint ramp_up_is_by_a_number_or_by_percent check (num_nonnulls(ramp_up_by, ramp_up_percent) = (ramp_up_to is not null)::integer) not valid,
  add constraint ramp_up_grows check (ramp_up_by >= 1 and ramp_up_percent is null or ramp_up_percent between 1 and 1000 and ramp_up_by is null
    or num_nulls(ramp_up_by, ramp_up_percent) = 2) not valid,
  add constraint ramp_up_ends_at_a_limit check (ramp_up_to >= 1) not valid,
  add constraint spread_is_given_in_hours check (extract(year from spread_over) = 0 and extract(month from spread_over) = 0
    and extract(day from spread_over) = 0 and spread_over >= interval '1 second') not valid,
  add constraint spread_ends_before_the_cut_off check (
    spread_over <= batch_interval - least(interval '15 minutes', batch_interval / 10)) not valid;

comment on column public.campaigns.daily_send_time is 'Every batch is due at this time of day in send_time_zone; null: one interval after the one before.';
comment on column public.campaigns.send_window_from is 'Mails go out from this time of day on, in send_time_zone; null: at any time.';
comment on column public.campaigns.send_window_to is 'No mail goes out from this time of day on; before send_window_from it means the next day.';
comment on column public.campaigns.send_window_days is 'Weekdays on which a window begins, 1 = Monday to 7 = Sunday; null: every day.';
comment on column public.campaigns.send_time_zone is 'IANA zone of daily_send_time and the send window, as Europe/Berlin.';
comment on column public.campaigns.ramp_up_by is 'daily_send_limit grows by so many after each batch that sent, up to ramp_up_to.';
comment on column public.campaigns.ramp_up_percent is 'daily_send_limit grows by so many percent, at least 1, after each batch that sent, up to ramp_up_to.';
comment on column public.campaigns.ramp_up_to is 'Where the ramp-up ends.';
comment on column public.campaigns.spread_over is 'First attempts of a batch are spread evenly over this time; null: as fast as the servers take them.';

alter table daybatch.batches
  add column sending_rules jsonb,
  add column window_ends_at timestamptz,
  add column held_until timestamptz,
  add column held_by text,
  add column slot_gap interval,
  add column next_slot_at timestamptz;
-- squawk-ignore constraint-missing-not-valid
alter table daybatch.batches add constraint a_hold_is_told_whole_or_not_at_all check (num_nulls(held_until, held_by) in (0, 2));
-- squawk-ignore constraint-missing-not-valid
alter table daybatch.batches add constraint a_spread_batch_has_a_next_slot check (num_nulls(slot_gap, next_slot_at) in (0, 2));
-- squawk-ignore constraint-missing-not-valid
alter table daybatch.batches add constraint a_spread_batch_has_a_gap check (slot_gap > interval '0');

comment on column daybatch.batches.sending_rules is 'The sending rules that the batch was opened with; null: none.';
comment on column daybatch.batches.window_ends_at is 'When the send window ends that the batch is in.';
comment on column daybatch.batches.held_until is 'Nothing is claimed before, because of the rule held_by.';
comment on column daybatch.batches.slot_gap is 'Time between two first attempts of a batch that is spread.';
comment on column daybatch.batches.next_slot_at is 'When the next first attempt of a spread batch may be claimed.';
