-- One row per reason why a campaign sends nothing now, with the moment it ends by itself (null: somebody must act).
create or replace view daybatch.campaign_blockers as
with clock as materialized (select daybatch.current_moment() as now, daybatch.is_awake() as is_awake,
  exists (select from daybatch.workers as w where w.seen_at > daybatch.current_moment() - interval '3 minutes') as has_worker)
select b.campaign_id, c.name, b.blocker, b.reason, b.since, b.ends_at, b.needs_somebody
from public.campaigns as c
cross join clock
left join daybatch.batches as o on o.campaign_id = c.id and o.closed_at is null
left join daybatch.contact_counts as n on n.campaign_id = c.id
cross join lateral (
  select c.id, 'asleep', 'the engine sleeps beside an older application until daybatch.take_over(true)', null::timestamptz, null::timestamptz, true
  where not clock.is_awake and c.status::text in ('sending', 'scheduled')
  union all
  select c.id, 'draft', 'not started: daybatch.start_campaign(id)', c.created_at, null, true where c.status::text = 'draft'
  union all
  select c.id, 'scheduled', concat('scheduled for ', to_char(c.scheduled_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"')), null, c.scheduled_at, false
  where c.status::text = 'scheduled' and c.scheduled_at > clock.now
  union all
  select c.id, 'paused', concat('paused', ': ' || c.pause_reason), c.paused_at, null, true where c.status::text = 'paused'
  union all
  select c.id, 'server_refuses', concat('the server refuses: ', o.refusal), o.refused_since, o.refused_until, false
  where c.status::text = 'sending' and o.refused_until > clock.now
  union all
  -- the batch is under way, its slots are used: only retries are left
  select c.id, 'retries', format('%s contacts are deferred, tried again from %s', r.deferred, to_char(r.retry_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"')), null, r.retry_at, false
  from (
    select count(*) as deferred, min(d.retry_at) as retry_at from daybatch.deliveries as d
    where d.campaign_id = c.id and d.batch_number = o.batch_number and d.retry_at is not null
  ) as r
  where c.status::text = 'sending' and o.next_slot > o.slot_count and r.retry_at > clock.now
    and not exists (select from daybatch.claims as k where k.campaign_id = c.id)
  union all
  select c.id, 'limit', format('the limit of %s is used up until %s', l.send_limit, to_char(c.next_batch_send_time at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"')), l.closed_at, c.next_batch_send_time, false
  from (
    select b.send_limit, b.closed_at from daybatch.batches as b
    where b.campaign_id = c.id and b.source <> 'old_method' order by b.batch_number desc limit 1
  ) as l
  where c.status::text = 'sending' and o.campaign_id is null and c.next_batch_send_time > clock.now
  union all
  select c.id, 'not_due', concat('not due until ', to_char(c.next_batch_send_time at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"')), null, c.next_batch_send_time, false
  where c.status::text = 'sending' and o.campaign_id is null and c.next_batch_send_time > clock.now
    and not exists (select from daybatch.batches as b where b.campaign_id = c.id and b.source <> 'old_method')
  union all
  select c.id, 'audience_empty', 'nobody is on its lists', null, null, true
  where c.status::text in ('draft', 'scheduled', 'sending') and c.tracking_initialised_at is null
    and not exists (select from jsonb_array_elements_text(to_jsonb(c.contact_list_ids)) as i (id) join daybatch.list_members as m on m.list_id = i.id::uuid)
  union all
  select c.id, 'no_message', 'neither html_body nor text_body is set', null, null, true
  where c.status::text in ('draft', 'scheduled', 'sending') and coalesce(nullif(c.html_body, ''), nullif(c.text_body, '')) is null
  union all
  select c.id, 'no_worker', 'no delivering process was seen for 3 minutes: npm start', (select max(w.seen_at) from daybatch.workers as w), null, true
  where c.status::text = 'sending' and not clock.has_worker
  union all
  select c.id, c.status::text, c.status::text, null, null, false where c.status::text in ('completed', 'cancelled')
) as b (campaign_id, blocker, reason, since, ends_at, needs_somebody);

comment on view daybatch.campaign_blockers is
  'Why a campaign sends nothing now: one row per reason, with the moment it ends by itself. Example: select blocker, reason, ends_at from daybatch.campaign_blockers where name = ''Spring offer'';';
