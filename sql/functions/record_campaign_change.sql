-- Trigger function, after every insert, update or delete of public.campaigns by anyone: the history of status, limit,
-- lists, interval and policy, with who, from which program, when and why. Arrays are the engine's alone and stand in its
-- own events, as counts. Silent while the engine sleeps beside an older application; never fails the statement.
create or replace function daybatch.record_campaign_change()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_settings jsonb;
begin
  if not daybatch.is_awake() then
    return null;
  elsif tg_op = 'DELETE' then
    perform daybatch.record_event(old.id, 'deleted', jsonb_build_object('name', old.name, 'status', old.status));
    return null;
  elsif tg_op = 'INSERT' then
    perform daybatch.record_event(new.id, 'created', jsonb_build_object('name', new.name, 'status', new.status, 'daily_send_limit', new.daily_send_limit));
    return null;
  end if;
  if old.status is distinct from new.status then
    perform daybatch.record_event(new.id,
      case when new.status::text <> 'sending' then new.status::text
        when old.status::text = 'paused' then 'resumed'
        when old.status::text = 'completed' then 'reopened'
        else 'started' end,
      jsonb_strip_nulls(jsonb_build_object('from', old.status, 'to', new.status,
        'reason', case when new.status::text in ('paused', 'cancelled') then new.pause_reason end,
        'scheduled_at', case when new.status::text = 'scheduled' then new.scheduled_at end,
        'next_batch_send_time', new.next_batch_send_time)));
  end if;
  if old.daily_send_limit is distinct from new.daily_send_limit then
    perform daybatch.record_event(new.id, 'limit_changed', jsonb_build_object('from', old.daily_send_limit, 'to', new.daily_send_limit));
  end if;
  if to_jsonb(old.contact_list_ids) is distinct from to_jsonb(new.contact_list_ids) then
    perform daybatch.record_event(new.id, 'lists_changed', jsonb_build_object('from', old.contact_list_ids, 'to', new.contact_list_ids));
  end if;
  v_settings := jsonb_strip_nulls(jsonb_build_object(
    'batch_interval', case when old.batch_interval is distinct from new.batch_interval then new.batch_interval end,
    'in_doubt_policy', case when old.in_doubt_policy is distinct from new.in_doubt_policy then new.in_doubt_policy end));
  if v_settings <> '{}' then
    perform daybatch.record_event(new.id, 'settings_changed', v_settings);
  end if;
  return null;
exception when others then
  raise warning 'daybatch: a change of campaign % is missing in the history: %', coalesce(new.id, old.id), sqlerrm;
  return null;
end;
$$;

comment on function daybatch.record_campaign_change() is
  'Trigger of public.campaigns: writes who changed what to daybatch.events. Example: select happened_at, event, done_by, detail from daybatch.events order by event_id desc limit 10;';
