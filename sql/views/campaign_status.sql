-- One row per campaign: where it stands now, with live counts of the batch under way.
create or replace view daybatch.campaign_status as
select
  c.id,
  c.name,
  c.status::text as status,
  coalesce(c.daily_send_limit, 5) as daily_send_limit,
  c.contact_list_ids,
  c.total_contacts,
  case when c.tracking_initialised_at is not null then n.remaining_count - coalesce(o.ended_count, 0) end as remaining_count,
  case when c.tracking_initialised_at is not null then n.processed_count + coalesce(o.sent_count, 0) end as processed_count,
  case when c.tracking_initialised_at is not null then n.failed_count + coalesce(o.ended_count - o.sent_count, 0) end as failed_count,
  case when c.total_contacts > 0 then
    round(100.0 * (c.total_contacts - n.remaining_count + coalesce(o.ended_count, 0)) / c.total_contacts, 1) end as percent_done,
  c.current_batch_number,
  b.batch_number as open_batch_number,
  b.slot_count as open_batch_size,
  o.sent_count as open_batch_sent,
  o.sending_count as open_batch_sending,
  c.first_batch_sent_at,
  c.next_batch_send_time,
  c.batch_interval,
  c.in_doubt_policy,
  c.scheduled_at,
  c.pause_reason,
  c.paused_at,
  case
    when c.status::text = 'paused' then concat('paused', ': ' || c.pause_reason)
    when c.status::text in ('draft', 'completed', 'cancelled') then c.status::text
    when not daybatch.is_awake() then 'the engine sleeps until daybatch.take_over(true)'
    when b.refused_until is not null then concat('server refuses: ', b.refusal, '; tries again ', to_char(b.refused_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'))
    when b.batch_number is not null then concat(format('batch %s is under way: %s of %s sent', b.batch_number, o.sent_count, b.slot_count),
      case when b.held_until > clock.now then concat('; its ', replace(b.held_by, '_', ' '), ' holds it until ', to_char(b.held_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'))
        when b.next_slot <= b.slot_count and b.next_slot_at > clock.now
        then concat('; it is spread, the next mail goes ', to_char(b.next_slot_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"')) end)
    when c.status::text = 'scheduled' then concat('scheduled for ', coalesce(to_char(c.scheduled_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'), 'now'))
    when c.tracking_initialised_at is null then 'first processing'
    else concat('batch ', c.current_batch_number, ' is due ', coalesce(to_char(c.next_batch_send_time at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'), 'now'))
  end as waits_for,
  c.tracking_initialised_at,
  c.created_at,
  case when num_nonnulls(c.daily_send_time, c.send_window_from, c.send_window_days, c.ramp_up_to, c.spread_over, c.limit_policy) > 0
      or exists (select from daybatch.sender_limits)
    then daybatch.get_sending_rules(c.id) end as sending_rules
from public.campaigns as c
-- not in the list above: with a volatile function there the planner makes all rows of the view before it sorts or joins them
cross join (select daybatch.current_moment() as now) as clock
left join daybatch.contact_counts as n on n.campaign_id = c.id
left join daybatch.batches as b on b.campaign_id = c.id and b.closed_at is null
left join lateral (
  select (k.sent_count + k.failed_count + k.skipped_count + k.in_doubt_count)::bigint as ended_count, k.sent_count::bigint as sent_count,
    k.sending_count::bigint as sending_count
  from daybatch.read_batch_counts(b.campaign_id) as k
) as o on b.batch_number is not null;

comment on view daybatch.campaign_status is
  'Where each campaign stands: live counts, percent, next due, what it waits for. Example: select name, status, percent_done, waits_for from daybatch.campaign_status order by created_at desc;';
