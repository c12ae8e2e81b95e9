-- The figures of the whole database that services show to Prometheus (src/metrics/README.md explains each), one row per
-- figure and label. By indexes and cursors, so that it is cheap beside a million contacts: slots are counted by the
-- batch's cursor, not one by one, and of what is deferred at most 100,000. Pg-boss's jobs are read here and not by a
-- view, so that nothing stands in the way of its upgrades; without pg-boss their figures are missing.
-- Called by every service, at most every few seconds. Locks: none. Reads only.
create or replace function daybatch.read_metrics()
returns table (metric text, label text, value double precision)
language plpgsql stable security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := daybatch.current_moment();
begin
  return query select 'engine_awake', '', daybatch.is_awake()::integer::double precision;

  return query
    select 'campaigns', s.status, coalesce(n.campaigns, 0)::double precision
    from unnest(array['draft', 'scheduled', 'sending', 'paused', 'completed', 'cancelled']) as s (status)
    left join (select c.status::text as status, count(*) as campaigns from public.campaigns as c group by 1) as n on n.status = s.status;

  -- the batch's cursor stands behind what was claimed; claims hold what is claimed or being sent
  return query
    select o.metric, o.label, o.value::double precision
    from (
      select count(*) as batches, coalesce(sum(greatest(b.slot_count - b.next_slot + 1, 0)), 0) as queued,
        count(*) filter (where b.refused_until > v_now) as refused,
        count(*) filter (where b.cut_off_at < v_now - interval '15 minutes') as stuck
      from daybatch.batches as b where b.closed_at is null
    ) as a
    cross join lateral (values
      ('open_batches', '', a.batches), ('open_deliveries', 'queued', a.queued),
      ('open_deliveries', 'claimed', (select coalesce(sum(cardinality(k.delivery_ids)), 0) from daybatch.claims as k)),
      ('open_deliveries', 'deferred', (select count(*) from (select from daybatch.deliveries as d where d.retry_at is not null limit 100000) as d)),
      ('refused_batches', '', a.refused), ('stuck_batches', '', a.stuck),
      ('refusing_smtp_servers', '', (select count(*) from daybatch.smtp_servers as s where s.is_enabled and s.refused_until > v_now))
    ) as o (metric, label, value);

  -- due and not open; one that was never processed is due since it was started
  return query
    with due as (
      select c.id, c.next_batch_send_time as due_at from public.campaigns as c
      where c.status = 'sending' and (c.next_batch_send_time <= v_now or c.next_batch_send_time is null)
      union all
      select c.id, greatest(c.scheduled_at, c.next_batch_send_time) from public.campaigns as c
      where c.status = 'scheduled' and coalesce(greatest(c.scheduled_at, c.next_batch_send_time) <= v_now, true)
    ),
    waiting as (
      select coalesce(d.due_at, (
        select max(e.happened_at) from daybatch.events as e
        where e.campaign_id = d.id and e.event in ('created', 'started', 'scheduled', 'resumed', 'reopened'))) as due_at
      from due as d
      where daybatch.is_awake() and not exists (select from daybatch.batches as b where b.campaign_id = d.id and b.closed_at is null)
    )
    select o.metric, '', o.value::double precision
    from (select count(*) as batches, greatest(coalesce(extract(epoch from v_now - min(w.due_at)), 0), 0) as lateness from waiting as w) as a
    cross join lateral (values ('due_batches', a.batches), ('batch_lateness_seconds', a.lateness)) as o (metric, value);

  return query
    select o.metric, '', o.value::double precision
    from (
      select count(*) as batches, coalesce(max(extract(epoch from b.opened_at - b.due_at)), 0) as lateness
      from daybatch.batches as b where b.opened_at > v_now - interval '15 minutes' and b.source <> 'old_method'
    ) as a
    cross join lateral (values ('recent_batches', a.batches), ('recent_batch_lateness_seconds', greatest(a.lateness, 0))) as o (metric, value);

  return query
    select 'in_doubt', p.policy, count(d.delivery_id)::double precision
    from unnest(array['never', 'resend', 'ask']) as p (policy)
    left join daybatch.in_doubt_deliveries as d on d.in_doubt_policy = p.policy
    group by p.policy;

  return query
    select 'workers', o.label, o.value::double precision
    from (
      select count(*) filter (where w.problem is null) as fit, count(*) filter (where w.problem is not null) as troubled
      from daybatch.workers as w where w.seen_at > v_now - interval '3 minutes'
    ) as a
    cross join lateral (values ('fit', a.fit), ('troubled', a.troubled)) as o (label, value);

  return query
    select 'imports', o.label, o.value::double precision
    from (
      select count(*) filter (where i.finished_at is not null) as finished, count(*) filter (where i.failed_at is not null) as failed, count(*) as begun
      from daybatch.imports as i where i.started_at > v_now - interval '24 hours'
    ) as a
    cross join lateral (values ('running', a.begun - a.finished - a.failed), ('finished', a.finished), ('failed', a.failed)) as o (label, value);

  return query
    select 'webhook_messages', s.status, coalesce(n.messages, 0)::double precision
    from unnest(array['waiting', 'dead']) as s (status)
    left join (
      select m.status, count(*) as messages from daybatch.webhook_messages as m where m.status <> 'delivered' group by m.status
    ) as n on n.status = s.status;

  return query
    select 'sweep_age_seconds', '', extract(epoch from v_now - s.finished_at)::double precision
    from daybatch.sweeps as s order by s.sweep_id desc limit 1;

  begin
    return query
      select o.metric, q.name, o.value::double precision
      from pgboss.queue as q
      cross join lateral (
        select count(*) as jobs, coalesce(extract(epoch from v_now - min(j.start_after)), 0) as age
        from pgboss.job as j where j.name = q.name and j.state in ('created', 'retry') and not j.blocked and j.start_after <= v_now
      ) as w
      cross join lateral (select count(*) as jobs from pgboss.job as j where j.name = q.name and j.state = 'failed') as f
      cross join lateral (values ('queue_due_jobs', w.jobs), ('queue_age_seconds', w.age), ('queue_failed_jobs', f.jobs)) as o (metric, value)
      where q.name like 'daybatch.%';
  exception when undefined_table or invalid_schema_name or undefined_column or insufficient_privilege then
    null;
  end;
end;
$$;

comment on function daybatch.read_metrics() is
  'Figures of the whole database for Prometheus: open deliveries, lateness, doubts, queues, workers. Example: select metric, label, value from daybatch.read_metrics();';
