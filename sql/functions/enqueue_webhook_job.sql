-- Puts a job of the queue daybatch.webhook into pg-boss's table, in the caller's transaction: the delivery of a message, or
-- (without one) the collection of delivery outcomes. Never fails the caller: without pg-boss or its queue it warns, and the
-- sweep mends it. Called by enqueue_webhooks, record_webhook_try, replay_webhook and others. Repeatable for one due time.
create or replace function daybatch.enqueue_webhook_job(p_message_id uuid, p_webhook_id uuid, p_due_at timestamptz)
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_start_at timestamptz := case when p_due_at <= daybatch.current_moment() then least(p_due_at, pgboss.job_now()) else p_due_at end;
begin
  insert into pgboss.job (id, name, data, start_after, created_on, policy, dead_letter, retry_limit, retry_delay,
    retry_backoff, retry_delay_max, expire_seconds, deletion_seconds, keep_until, heartbeat_seconds, group_id)
  select md5(format('webhook %s %s', coalesce(p_message_id::text, 'outcomes'), p_due_at))::uuid, q.name,
    jsonb_build_object('message_id', p_message_id),
    v_start_at, pgboss.job_now(), q.policy, q.dead_letter, q.retry_limit, q.retry_delay,
    q.retry_backoff, q.retry_delay_max, q.expire_seconds, q.deletion_seconds,
    v_start_at + q.retention_seconds * interval '1 second', q.heartbeat_seconds, p_webhook_id::text
  from pgboss.queue as q
  where q.name = 'daybatch.webhook'
  on conflict do nothing;
  if v_start_at <= pgboss.job_now() then
    perform pg_notify('pgboss_' || left(encode(sha224(convert_to('pgboss', 'UTF8')), 'hex'), 24), 'daybatch.webhook');
  end if;
exception
  when undefined_table or invalid_schema_name or undefined_column or undefined_function or insufficient_privilege or not_null_violation then
    raise warning 'daybatch: no job for webhook message %: %', p_message_id, sqlerrm using hint = 'Run: npx daybatch migrate';
end;
$$;

comment on function daybatch.enqueue_webhook_job(uuid, uuid, timestamptz) is
  'Puts the job of a webhook message into pg-boss''s table. Example: select daybatch.enqueue_webhook_job(message_id, webhook_id, due_at) from daybatch.webhook_messages where status = ''waiting'';';
