-- The limit after one more batch, as the ramp-up has it: grown by a number or by percent (at least 1), never beyond
-- ramp_up_to; a limit that stands above it already stays. Without ramp-up the limit itself. Pure.
create or replace function daybatch.calculate_next_limit(p_limit integer, p_rules jsonb)
returns integer
language sql immutable security definer set search_path = ''
as $$
  select case when p_rules ? 'ramp_up_to'
    then greatest(p_limit, least((p_rules ->> 'ramp_up_to')::bigint,
      p_limit::bigint + coalesce((p_rules ->> 'ramp_up_by')::bigint, greatest(p_limit::bigint * (p_rules ->> 'ramp_up_percent')::bigint / 100, 1))))::integer
    else p_limit end
$$;

comment on function daybatch.calculate_next_limit(integer, jsonb) is
  'The limit after one more batch of a ramp-up. Example: select daybatch.calculate_next_limit(50, ''{"ramp_up_percent": 20, "ramp_up_to": 500}'');';
