-- Refuses fields that a caller may not give a campaign, and values no campaign can have. Called by create_campaign
-- and update_campaign. Reads only. Errors: MB004, MB005, MB017, with the name of the field as COLUMN where it is one.
create or replace function daybatch.check_campaign_fields(p_fields jsonb)
returns void
language plpgsql stable security definer set search_path = '' set jit = off
as $$
declare
  v_text text;
  v_problem text;
begin
  if jsonb_typeof(p_fields) is distinct from 'object' then
    raise exception using errcode = 'MB017', message = 'a campaign is given as a JSON object', hint = 'Example: {"name": "Spring offer"}';
  end if;
  select k.key into v_text from jsonb_object_keys(p_fields) as k (key)
  where k.key not in ('name', 'subject', 'sender', 'smtp_server', 'reply_to', 'html_body', 'text_body', 'daily_send_limit', 'contact_list_ids',
    'batch_interval', 'in_doubt_policy', 'status', 'scheduled_at', 'daily_send_time', 'send_window_from', 'send_window_to', 'send_window_days',
    'send_time_zone', 'ramp_up_by', 'ramp_up_percent', 'ramp_up_to', 'spread_over', 'limit_policy')
  limit 1;
  if found then
    raise exception using errcode = 'MB017', message = format('%s is no field that can be set', v_text), column = v_text,
      hint = 'name, subject, sender, smtp_server, reply_to, html_body, text_body, daily_send_limit, contact_list_ids, batch_interval, in_doubt_policy, status, scheduled_at, '
        'daily_send_time, send_window_from, send_window_to, send_window_days, send_time_zone, ramp_up_by, ramp_up_percent, ramp_up_to, spread_over, limit_policy';
  end if;
  begin
    perform jsonb_populate_record(null::public.campaigns, p_fields);
  exception when data_exception then
    v_problem := sqlerrm;
    for v_text in select k.key from jsonb_object_keys(p_fields) as k (key) loop
      begin
        perform jsonb_populate_record(null::public.campaigns, jsonb_build_object(v_text, p_fields -> v_text));
      exception when data_exception then
        exit;
      end;
    end loop;
    raise exception using errcode = 'MB017', message = format('%s cannot be read: %s', v_text, v_problem), column = v_text,
      hint = 'Ids are uuids, times ISO 8601 with a zone, the interval hours:minutes:seconds, the limit an integer.';
  end;
  if p_fields ? 'name' and coalesce(trim(p_fields ->> 'name'), '') = '' then
    raise exception using errcode = 'MB017', message = 'a campaign needs a name', column = 'name', hint = 'Example: {"name": "Spring offer"}';
  end if;
  if p_fields ? 'daily_send_limit' and coalesce((p_fields ->> 'daily_send_limit')::integer, 0) < 1 then
    raise exception using errcode = 'MB004', message = format('a daily limit of %s is not possible: it is at least 1', coalesce(p_fields ->> 'daily_send_limit', 'null')),
      hint = 'Leave it out for the default of 5.', column = 'daily_send_limit';
  end if;
  select k.key into v_text from jsonb_each_text(p_fields - 'html_body' - 'text_body' - 'contact_list_ids') as k (key, value) where k.value ~ '[[:cntrl:]]' limit 1;
  if found then
    raise exception using errcode = 'MB017', message = format('%s holds control characters', v_text), column = v_text, hint = 'Line breaks and tabs belong into html_body and text_body.';
  end if;
  if p_fields ? 'sender' and not daybatch.is_valid_address(coalesce(substring(p_fields ->> 'sender' from '<([^<>]*)>\s*$'), p_fields ->> 'sender', 'default@example.org')) then
    raise exception using errcode = 'MB017', message = format('sender %L is no e-mail address', p_fields ->> 'sender'), column = 'sender', hint = 'Example: Ada <ada@example.org>';
  end if;
  select l.id into v_text from jsonb_array_elements_text(case jsonb_typeof(p_fields -> 'contact_list_ids') when 'array' then p_fields -> 'contact_list_ids' else '[]' end) as l (id)
  where not exists (select from public.contact_lists as k where k.id::text = lower(l.id)) limit 1;
  if found then
    raise exception using errcode = 'MB005', message = format('list %s does not exist', v_text), column = 'contact_list_ids', hint = 'Make it first, or correct contact_list_ids: select id, name from public.contact_lists;';
  end if;
end;
$$;

comment on function daybatch.check_campaign_fields(jsonb) is
  'Raises what cannot be set on a campaign (part of create_campaign). Example: select daybatch.check_campaign_fields(''{"name": "Spring offer"}'');';
