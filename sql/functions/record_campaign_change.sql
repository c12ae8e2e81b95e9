-- Trigger function, after every insert, update or delete of public.campaigns by anyone: the history of status, limit,
-- lists, interval, policy and message, with who, from which program, when and why. A reason is what pause and cancel were
-- given, or what the session says: set local daybatch.reason = 'ticket 42'. Arrays are the engine's alone and stand in its
-- own events, as counts; of a message its fields are named, not their text. Silent while the engine sleeps beside an older
-- application; never fails the statement.
create or replace function daybatch.record_campaign_change()
returns trigger
language plpgsql security definer set search_path = '' set jit = off
as $$
declare
  v_reason text := nullif(current_setting('daybatch.reason', true), '');
  v_changes jsonb;
begin
  if not daybatch.is_awake() then
    return null;
  elsif tg_op = 'DELETE' then
    perform daybatch.record_event(old.id, 'deleted', jsonb_strip_nulls(jsonb_build_object('name', old.name, 'status', old.status, 'reason', v_reason)));
    return null;
  elsif tg_op = 'INSERT' then
    perform daybatch.record_event(new.id, 'created', jsonb_strip_nulls(jsonb_build_object('name', new.name, 'status', new.status,
      'daily_send_limit', new.daily_send_limit, 'reason', v_reason)));
    return null;
  end if;
  if old.status is distinct from new.status or (new.status::text = 'paused' and old.pause_reason is distinct from new.pause_reason) then
    perform daybatch.record_event(new.id,
      case when new.status::text <> 'sending' then new.status::text
        when old.status::text = 'paused' then 'resumed'
        when old.status::text = 'completed' then 'reopened'
        else 'started' end,
      jsonb_strip_nulls(jsonb_build_object('from', old.status, 'to', new.status,
        'reason', coalesce(case when new.status::text in ('paused', 'cancelled') then new.pause_reason end, v_reason),
        'scheduled_at', case when new.status::text = 'scheduled' then new.scheduled_at end,
        'next_batch_send_time', new.next_batch_send_time)));
    if new.status::text in ('paused', 'completed') then
      perform daybatch.record_notice(new.id,
        case when new.status::text = 'completed' then 'completed' when new.pause_reason ~ '^(bounce|complaint) rate' then 'bounce_rate' else 'paused' end,
        jsonb_strip_nulls(jsonb_build_object('reason', new.pause_reason, 'done_by', session_user)));
    end if;
  end if;
  if coalesce(current_setting('daybatch.engine_writes', true), '') = 'on' then
    return null; -- the rest is never the engine's
  end if;
  if old.daily_send_limit is distinct from new.daily_send_limit then
    perform daybatch.record_event(new.id, 'limit_changed',
      jsonb_strip_nulls(jsonb_build_object('from', old.daily_send_limit, 'to', new.daily_send_limit, 'reason', v_reason)));
  end if;
  if to_jsonb(old.contact_list_ids) is distinct from to_jsonb(new.contact_list_ids) then
    perform daybatch.record_event(new.id, 'lists_changed', (
      select jsonb_strip_nulls(jsonb_build_object('reason', v_reason, 'count', count(*) filter (where l.is_new),
        'added', left(string_agg(l.id, ', ') filter (where l.is_new and not l.is_old), 1000),
        'removed', left(string_agg(l.id, ', ') filter (where l.is_old and not l.is_new), 1000)))
      from (
        select k.id, bool_or(k.is_new) as is_new, bool_or(not k.is_new) as is_old
        from (
          select o.id, false as is_new from jsonb_array_elements_text(coalesce(to_jsonb(old.contact_list_ids), '[]')) as o (id)
          union all
          select n.id, true from jsonb_array_elements_text(coalesce(to_jsonb(new.contact_list_ids), '[]')) as n (id)
        ) as k
        group by k.id
      ) as l));
  end if;
  select jsonb_object_agg(f.name, f.change) into v_changes
  from (values
    ('batch_interval', jsonb_build_object('from', old.batch_interval, 'to', new.batch_interval), old.batch_interval is distinct from new.batch_interval),
    ('in_doubt_policy', jsonb_build_object('from', old.in_doubt_policy, 'to', new.in_doubt_policy), old.in_doubt_policy is distinct from new.in_doubt_policy),
    ('smtp_server', jsonb_build_object('from', old.smtp_server, 'to', new.smtp_server), old.smtp_server is distinct from new.smtp_server),
    ('sending_rules', jsonb_build_object('to', daybatch.get_sending_rules(new.id)),
      (old.daily_send_time, old.send_window_from, old.send_window_to, old.send_window_days, old.send_time_zone, old.ramp_up_by, old.ramp_up_percent, old.ramp_up_to, old.spread_over, old.limit_policy)
      is distinct from (new.daily_send_time, new.send_window_from, new.send_window_to, new.send_window_days, new.send_time_zone, new.ramp_up_by, new.ramp_up_percent, new.ramp_up_to, new.spread_over, new.limit_policy)),
    ('name', jsonb_build_object('from', old.name, 'to', new.name), old.name is distinct from new.name),
    ('subject', '"changed"', old.subject is distinct from new.subject),
    ('sender', '"changed"', old.sender is distinct from new.sender),
    ('reply_to', '"changed"', old.reply_to is distinct from new.reply_to),
    ('html_body', '"changed"', old.html_body is distinct from new.html_body),
    ('text_body', '"changed"', old.text_body is distinct from new.text_body)) as f (name, change, is_changed)
  where f.is_changed;
  if v_changes is not null then
    perform daybatch.record_event(new.id, 'changed', jsonb_strip_nulls(v_changes || jsonb_build_object('reason', v_reason)));
  end if;
  return null;
exception when others then
  raise warning 'daybatch: a change of campaign % is missing in the history: %', coalesce(new.id, old.id), sqlerrm;
  return null;
end;
$$;

comment on function daybatch.record_campaign_change() is
  'Trigger of public.campaigns: writes who changed what to daybatch.events. Example: select happened_at, event, done_by, detail from daybatch.events order by event_id desc limit 10;';
