-- Puts the two jobs of a notice, for mail and for webhooks, into pg-boss's table, in the caller's transaction; each is
-- retried alone. Never fails the caller: without pg-boss or its queue it warns. Called by record_notice. Repeatable.
create or replace function daybatch.enqueue_notice(p_notice_id bigint, p_due_at timestamptz)
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_start_at timestamptz := case when p_due_at <= daybatch.current_moment() then least(p_due_at, pgboss.job_now()) else p_due_at end;
begin
  insert into pgboss.job (id, name, data, start_after, created_on, policy, dead_letter, retry_limit, retry_delay,
    retry_backoff, retry_delay_max, expire_seconds, deletion_seconds, keep_until, heartbeat_seconds)
  select md5(format('notice %s %s %s', p_notice_id, p_due_at, t.target))::uuid, q.name,
    jsonb_build_object('notice_id', p_notice_id, 'target', t.target),
    v_start_at, pgboss.job_now(), q.policy, q.dead_letter, q.retry_limit, q.retry_delay,
    q.retry_backoff, q.retry_delay_max, q.expire_seconds, q.deletion_seconds,
    v_start_at + q.retention_seconds * interval '1 second', q.heartbeat_seconds
  from pgboss.queue as q
  cross join (values ('mail'), ('webhook')) as t (target)
  where q.name = 'daybatch.notice'
  on conflict do nothing;
exception
  when undefined_table or invalid_schema_name or undefined_column or undefined_function or insufficient_privilege or not_null_violation then
    raise warning 'daybatch: no job for notice %: %', p_notice_id, sqlerrm using hint = 'Run: npx daybatch migrate';
end;
$$;

comment on function daybatch.enqueue_notice(bigint, timestamptz) is
  'Puts the jobs of a notice into pg-boss''s table (part of record_notice). Example: select daybatch.enqueue_notice(notice_id, due_at) from daybatch.notices where given_at is null;';
