-- Puts the job of one batch into pg-boss's table, in the caller's transaction: the only place that knows that
-- table (pg-boss 12.38, schema version 46). The id is made of campaign, batch and due time, so that enqueuing twice
-- is one job, and a finished job never blocks another due time.
-- Never fails the caller: without pg-boss or its queue it warns and returns null, and the sweep mends it.
-- Locks: none of ours. Repeatable.
create or replace function daybatch.enqueue_batch(p_campaign_id uuid, p_batch_number integer, p_due_at timestamptz)
returns uuid
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_id uuid := daybatch.calculate_job_id(p_campaign_id, p_batch_number, p_due_at);
  -- what is due now is due for pg-boss too, whose clock is the beginning of this transaction
  v_start_at timestamptz;
  v_queue record;
begin
  select q.name, q.notify into v_queue from pgboss.queue as q where q.name = 'daybatch.batch';
  if not found then
    raise warning 'daybatch: pg-boss has no queue daybatch.batch: batch % of campaign % waits for the sweep', p_batch_number, p_campaign_id
      using hint = 'Run: npx daybatch migrate';
    return null;
  end if;
  v_start_at := case when p_due_at <= daybatch.current_moment() then least(p_due_at, pgboss.job_now()) else p_due_at end;
  insert into pgboss.job (id, name, data, start_after, created_on, policy, dead_letter, retry_limit, retry_delay,
    retry_backoff, retry_delay_max, expire_seconds, deletion_seconds, keep_until, heartbeat_seconds)
  select v_id, q.name,
    jsonb_build_object('campaign_id', p_campaign_id, 'batch_number', p_batch_number, 'due_at', p_due_at),
    v_start_at, pgboss.job_now(), q.policy, q.dead_letter, q.retry_limit, q.retry_delay,
    q.retry_backoff, q.retry_delay_max, q.expire_seconds, q.deletion_seconds,
    v_start_at + q.retention_seconds * interval '1 second', q.heartbeat_seconds
  from pgboss.queue as q
  where q.name = 'daybatch.batch'
  on conflict do nothing;
  if v_queue.notify and v_start_at <= pgboss.job_now() then
    perform pg_notify('pgboss_' || left(encode(sha224(convert_to('pgboss', 'UTF8')), 'hex'), 24), v_queue.name);
  end if;
  return v_id;
exception
  when undefined_table or invalid_schema_name or undefined_column or undefined_function or insufficient_privilege or not_null_violation then
    raise warning 'daybatch: no job for batch % of campaign %: %', p_batch_number, p_campaign_id, sqlerrm
      using hint = 'Run: npx daybatch migrate (the sweep opens the batch meanwhile)';
    return null;
end;
$$;

comment on function daybatch.enqueue_batch(uuid, integer, timestamptz) is
  'Puts the pg-boss job of a batch into its table; once however often called. Example: select daybatch.enqueue_batch(id, current_batch_number, next_batch_send_time) from public.campaigns where status = ''sending'';';
