-- Changes a campaign's name, message, limit, sending rules or lists from a JSON object. A running campaign's message and
-- rules apply from its next batch; lists and interval can be changed only before the first batch. Locks: campaign. Repeatable.
-- Errors: MB001, MB002 too late for that, and as create_campaign.
create or replace function daybatch.update_campaign(p_campaign_id uuid, p_changes jsonb)
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_campaign record;
  v_assignments text;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  perform daybatch.check_campaign_fields(p_changes);
  if p_changes ?| array['status', 'scheduled_at'] then
    raise exception using errcode = 'MB017', message = 'the status is changed by start, schedule, pause, resume and cancel', hint = 'Use those.';
  elsif p_changes = '{}' then
    return;
  elsif v_campaign.status in ('completed', 'cancelled') then
    raise exception using errcode = 'MB002', message = format('campaign %s (%s) is %s and stays as it is', p_campaign_id, v_campaign.name, v_campaign.status),
      hint = 'Make a new campaign.';
  elsif v_campaign.tracking_initialised_at is not null and p_changes ?| array['contact_list_ids', 'batch_interval'] then
    raise exception using errcode = 'MB002', message = format('the audience and the interval of campaign %s (%s) are fixed: its tracking is initialised', p_campaign_id, v_campaign.name),
      hint = 'Change them before the start, or make a new campaign.';
  end if;
  if p_changes ?| array['daily_send_time', 'send_window_from', 'send_window_to', 'send_window_days', 'send_time_zone', 'ramp_up_by', 'ramp_up_percent', 'ramp_up_to', 'spread_over', 'limit_policy'] then
    perform daybatch.check_sending_rules(coalesce(daybatch.get_sending_rules(p_campaign_id), '{}')
      || jsonb_build_object('batch_interval', v_campaign.batch_interval) || p_changes);
  end if;
  if p_changes ? 'daily_send_limit' and (p_changes ->> 'daily_send_limit')::integer <> v_campaign.daily_send_limit then
    perform daybatch.set_daily_limit(p_campaign_id, (p_changes ->> 'daily_send_limit')::integer);
  end if;
  select string_agg(format('%1$I = n.%1$I', k.key), ', ') into v_assignments
  from jsonb_object_keys(p_changes - 'daily_send_limit') as k (key);
  if v_assignments is not null then
    execute format('update public.campaigns as c set %s from jsonb_populate_record(null::public.campaigns, $1) as n where c.id = $2', v_assignments)
    using p_changes, p_campaign_id;
  end if;
end;
$$;

comment on function daybatch.update_campaign(uuid, jsonb) is
  'Changes name, message, limit, or (before the first batch) lists and interval. Example: select daybatch.update_campaign(id, ''{"subject": "Spring has come"}'') from public.campaigns where name = ''Spring offer'';';
