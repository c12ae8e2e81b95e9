-- One row per reason why a campaign sends nothing now, with the moment it ends by itself (null: somebody must act).
-- No row: it sends, or the next sweep moves it on. Several rows: all of them hold, and it goes on after the last.
create or replace view daybatch.campaign_blockers as
with clock as materialized (
  select daybatch.current_moment() as now, daybatch.is_awake() as is_awake, s.seen_at as worker_seen_at, s.has_worker, s.problem
  from (
    -- seen_at less than three minutes ago: alive; problem: none that is alive can deliver
    select max(w.seen_at) as seen_at, coalesce(bool_or(w.is_alive), false) as has_worker,
      case when bool_and(w.problem is not null) filter (where w.is_alive) then min(w.problem) filter (where w.is_alive) end as problem
    from daybatch.worker_status as w
  ) as s
)
select c.id as campaign_id, c.name, b.blocker, b.reason, b.since, b.ends_at, b.needs_somebody
from public.campaigns as c
cross join clock
left join daybatch.batches as o on o.campaign_id = c.id and o.closed_at is null
cross join lateral (
  select 'asleep', 'the engine sleeps beside an older application until daybatch.take_over(true)', null::timestamptz, null::timestamptz, true
  where not clock.is_awake and c.status::text in ('sending', 'scheduled')
  union all
  select 'draft', 'not started: daybatch.start_campaign(id)', c.created_at, null, true where c.status::text = 'draft'
  union all
  select 'scheduled', concat('scheduled for ', to_char(c.scheduled_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"')), null, c.scheduled_at, false
  where c.status::text = 'scheduled' and c.scheduled_at > clock.now
  union all
  select 'paused', case when c.pause_reason like 'paused by %' then c.pause_reason else concat('paused', ' by ' || e.done_by, ': ' || c.pause_reason) end,
    coalesce(c.paused_at, e.happened_at), null, true
  from (select) as one
  left join lateral (
    select v.done_by, v.happened_at from daybatch.events as v
    where v.campaign_id = c.id and v.event = 'paused' order by v.event_id desc limit 1) as e on true
  where c.status::text = 'paused'
  union all
  select 'server_refuses', concat('the server refuses: ', o.refusal), o.refused_since, o.refused_until, false
  where c.status::text = 'sending' and o.refused_until > clock.now
  union all
  select 'send_window', concat('outside of its send window until ', to_char(w.starts_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"')), null, w.starts_at, false
  from daybatch.find_send_window(clock.now, case when o.campaign_id is not null then o.sending_rules else daybatch.get_sending_rules(c.id) end) as w
  where c.status::text in ('scheduled', 'sending') and w.starts_at > clock.now
    and num_nonnulls(o.sending_rules, c.send_window_from, c.send_window_days) > 0
  union all
  select o.held_by, case o.held_by
      when 'rolling_limit' then format('the rolling limit of %s is used up until %s', o.send_limit, to_char(o.held_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'))
      else format('the daily limit of its sender is used up until %s', to_char(o.held_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"')) end,
    null, o.held_until, false
  where c.status::text = 'sending' and o.held_until > clock.now and o.held_by <> 'send_window'
  union all
  select 'domain_limit', format('%s contacts wait for the limit of their domain, the next until %s', r.passed, to_char(r.retry_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"')), null, r.retry_at, false
  from (
    select count(*) as passed, min(d.retry_at) as retry_at from daybatch.deliveries as d
    where d.campaign_id = c.id and d.batch_number = o.batch_number and d.retry_at > clock.now and d.deferred_since is null
  ) as r
  where c.status::text = 'sending' and r.passed > 0
  union all
  select 'spread', format('the batch is spread: one mail in %s, the next from %s', date_trunc('second', o.slot_gap), to_char(o.next_slot_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"')),
    null, o.next_slot_at, false
  where c.status::text = 'sending' and o.next_slot <= o.slot_count and o.next_slot_at > clock.now
  union all
  -- its own server first, then the fall-backs; the rate and the connections are those of the server that it uses
  select 'smtp_server', format('SMTP server %s %s, and there is no fall-back', v.name, case when v.is_known then 'is switched off' else 'does not exist' end), null, null, true
  from (
    select coalesce(c.smtp_server, 'default') as name,
      exists (select from daybatch.smtp_servers as s where s.name = coalesce(c.smtp_server, 'default')) as is_known
  ) as v
  where c.status::text = 'sending' and not exists (
    select from daybatch.smtp_servers as s where s.is_enabled and (s.is_fallback or s.name = v.name))
  union all
  select case when s.booked_until > clock.now + interval '2 seconds' then 'smtp_rate' else 'smtp_connections' end,
    case when s.booked_until > clock.now + interval '2 seconds'
      then concat('SMTP server ', s.name, ' takes ', concat_ws(', ', s.per_second || ' a second', s.per_minute || ' a minute'), ': booked until ', to_char(s.booked_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'))
      else format('SMTP server %s takes %s mails at once: all are under way', s.name, s.connections) end,
    null, case when s.booked_until > clock.now + interval '2 seconds' then s.booked_until end, false
  from daybatch.smtp_server_status as s
  where c.status::text = 'sending' and o.next_slot <= o.slot_count and s.name = coalesce(o.smtp_server, c.smtp_server, 'default')
    and (s.booked_until > clock.now + interval '2 seconds' or s.under_way >= s.connections)
  union all
  -- the batch is under way, its slots are used: only retries are left
  select 'retries', format('%s contacts are deferred, tried again from %s', r.deferred, to_char(r.retry_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"')), null, r.retry_at, false
  from (
    select count(*) as deferred, min(d.retry_at) as retry_at from daybatch.deliveries as d
    where d.campaign_id = c.id and d.batch_number = o.batch_number and d.retry_at is not null and (d.deferred_since is not null or d.retry_at <= clock.now)
  ) as r
  where c.status::text = 'sending' and o.next_slot > o.slot_count and r.retry_at > clock.now
    and not exists (select from daybatch.claims as k where k.campaign_id = c.id)
  union all
  select case when l.send_limit is null then 'not_due' when l.cut_off_reason is not null then 'quota' else 'limit' end,
    concat(case when l.send_limit is null then 'not due' when l.cut_off_reason is not null then format('the provider''s quota is used up (%s)', l.cut_off_reason)
      else format('the limit of %s is used up', l.send_limit) end,
      ' until ', to_char(c.next_batch_send_time at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"')), l.closed_at, c.next_batch_send_time, false
  from (select) as one
  left join lateral (
    select b.send_limit, b.closed_at, b.cut_off_reason from daybatch.batches as b
    where b.campaign_id = c.id and b.source <> 'old_method' order by b.batch_number desc limit 1) as l on true
  where c.status::text = 'sending' and o.campaign_id is null and c.next_batch_send_time > clock.now
  union all
  select 'audience_empty', 'nobody is on its lists', null, null, true
  where c.status::text in ('draft', 'scheduled', 'sending') and c.tracking_initialised_at is null
    and not exists (
      select from jsonb_array_elements_text(to_jsonb(c.contact_list_ids)) as i (id)
      join daybatch.list_members as m on m.list_id = case when i.id ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then i.id::uuid end)
  union all
  select 'no_message', 'neither html_body nor text_body is set', null, null, true
  where c.status::text in ('draft', 'scheduled', 'sending') and coalesce(nullif(c.html_body, ''), nullif(c.text_body, '')) is null
  union all
  select 'no_worker', 'no delivering process was seen for 3 minutes: npx daybatch serve', clock.worker_seen_at, null, true
  where c.status::text = 'sending' and not clock.has_worker
  union all
  select 'worker_problem', 'no delivering process can send: ' || clock.problem, null, null, true
  where c.status::text = 'sending' and clock.problem is not null
  union all
  select c.status::text, c.status::text, null, null, false where c.status::text in ('completed', 'cancelled')
) as b (blocker, reason, since, ends_at, needs_somebody);

comment on view daybatch.campaign_blockers is
  'Why a campaign sends nothing now: one row per reason, with the moment it ends by itself. Example: select blocker, reason, ends_at from daybatch.campaign_blockers where name = ''Spring offer'';';
