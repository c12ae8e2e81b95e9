-- Puts the job that collects delivery outcomes at the end of the current ten seconds: one job, however often it is called.
-- Called by enqueue_webhooks, collect_outcomes and the sweep. Repeatable.
create or replace function daybatch.enqueue_outcomes()
returns void
language sql volatile security definer set search_path = '' set jit = off
as $$
  select daybatch.enqueue_webhook_job(null, null,
    date_bin(interval '10 seconds', daybatch.current_moment(), timestamptz '2020-01-01 00:00:00+00') + interval '10 seconds')
$$;

comment on function daybatch.enqueue_outcomes() is
  'Has delivery outcomes collected for webhooks within ten seconds. Example: select daybatch.enqueue_outcomes();';
