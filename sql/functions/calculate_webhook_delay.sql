-- How long a message waits after its n-th try: 5 s, 1 min, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 hours, about three days
-- in all; null after the eleventh, which is the last. Called by record_webhook_try.
create or replace function daybatch.calculate_webhook_delay(p_attempt_number integer)
returns interval
language sql immutable set search_path = ''
as $$
  select (array[interval '5 seconds', '1 minute', '5 minutes', '30 minutes', '2 hours', '5 hours', '10 hours', '14 hours', '20 hours', '24 hours'])[p_attempt_number]
$$;

comment on function daybatch.calculate_webhook_delay(integer) is
  'How long a webhook message waits after its n-th try. Example: select n, daybatch.calculate_webhook_delay(n) from generate_series(1, 11) as n;';
