-- Back-off of a deferred delivery: the first delay doubled with each deferral, at most two hours, and never more
-- than a tenth of the interval, so that a short interval retries inside itself. Pure.
create or replace function daybatch.calculate_retry_delay(p_deferral_count integer, p_first_delay interval, p_batch_interval interval)
returns interval
language sql immutable set search_path = ''
as $$
  select least(p_first_delay * pg_catalog.power(2, least(greatest(p_deferral_count, 1) - 1, 10)), interval '2 hours', p_batch_interval / 10)
$$;

comment on function daybatch.calculate_retry_delay(integer, interval, interval) is
  'How long a deferred delivery waits. Example: select daybatch.calculate_retry_delay(2, interval ''15 minutes'', interval ''24 hours'');';
