-- One campaign as the API shows it: its line of campaign_status, with the message, the version, why it sends nothing now
-- (campaign_blockers), and of a started one what forecast_campaign says, of which forecast_finish makes no rows: due time and size of the next batch, the batches
-- to come and the due time of the last one. A draft's forecast counts its lists: ask forecast_campaign for it.
-- Reads only. Errors: MB001 unknown.
create or replace function daybatch.get_campaign(p_campaign_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = '' set timezone = 'UTC'
as $$
declare
  v_campaign jsonb;
begin
  select to_jsonb(s) || jsonb_build_object('subject', c.subject, 'sender', c.sender, 'reply_to', c.reply_to,
    'html_body', c.html_body, 'text_body', c.text_body, 'smtp_server', c.smtp_server, 'batch_history', c.batch_history,
    'daily_send_time', c.daily_send_time, 'send_window_from', c.send_window_from, 'send_window_to', c.send_window_to, 'send_window_days', c.send_window_days,
    'send_time_zone', c.send_time_zone, 'ramp_up_by', c.ramp_up_by, 'ramp_up_percent', c.ramp_up_percent, 'ramp_up_to', c.ramp_up_to, 'spread_over', c.spread_over,
    'limit_policy', c.limit_policy, 'version', daybatch.calculate_version(c.id), 'blockers', b.blockers,
    'next_batch', f.next_batch, 'batches_to_come', coalesce(f.batches_to_come, 0), 'finish_at', f.finish_at)
  into v_campaign
  from daybatch.campaign_status as s
  join public.campaigns as c on c.id = s.id
  cross join lateral (
    select coalesce(jsonb_agg(to_jsonb(k) - 'campaign_id' - 'name' order by k.needs_somebody desc, k.ends_at), '[]') as blockers
    from daybatch.campaign_blockers as k where k.campaign_id = s.id
  ) as b
  left join daybatch.batches as o on o.campaign_id = s.id and o.closed_at is null
  left join daybatch.contact_counts as n on n.campaign_id = s.id
  cross join lateral (select daybatch.get_sending_rules(s.id) as rules, coalesce(c.batch_interval, interval '24 hours') as batch_interval, coalesce(c.daily_send_limit, 5) as send_limit) as r
  left join lateral (
    select k.batches_to_come, k.finish_at, case when k.batches_to_come > 0 then jsonb_build_object(
      'batch_number', coalesce(o.batch_number + 1, c.current_batch_number, 1), 'due_at', k.next_due_at,
      -- the ramp-up goes on when the batch under way has sent
      'size', least(n.remaining_count - coalesce(o.head_length, 0), daybatch.calculate_batch_limit(
        case when o.campaign_id is not null then daybatch.calculate_next_limit(r.send_limit, r.rules) else r.send_limit end, r.batch_interval, r.rules))) end as next_batch
    from daybatch.forecast_finish(s.id) as k
  ) as f on c.tracking_initialised_at is not null
  where s.id = p_campaign_id;
  if v_campaign is null then
    raise exception using errcode = 'MB001', message = format('campaign %s does not exist', coalesce(p_campaign_id::text, 'null')),
      hint = 'Look the id up: select id, name, status from public.campaigns;';
  end if;
  return v_campaign;
end;
$$;

comment on function daybatch.get_campaign(uuid) is
  'One campaign with live counts, blockers and forecast as JSON; MB001 when unknown. Example: select jsonb_pretty(daybatch.get_campaign(id)) from public.campaigns limit 1;';
