-- Refuses what would pause a campaign at its first processing: a list that does not exist (MB005), nobody in the
-- audience (MB003), a message that cannot be sent (MB010, MB011). Called by start_campaign and schedule_campaign.
create or replace function daybatch.check_startable(p_campaign_id uuid, p_name text, p_lists jsonb)
returns void
language plpgsql stable security definer set search_path = '' set jit = off
as $$
declare
  v_list text;
  v_message record;
begin
  select l.id into v_list from jsonb_array_elements_text(p_lists) as l (id)
  where not exists (select from public.contact_lists as k where k.id = l.id::uuid) limit 1;
  if found then
    raise exception using errcode = 'MB005', message = format('list %s of campaign %s (%s) does not exist', v_list, p_campaign_id, p_name),
      hint = 'Correct contact_list_ids: select id, name from public.contact_lists;';
  end if;
  if not exists (select from jsonb_array_elements_text(p_lists) as l (id) join daybatch.list_members as m on m.list_id = l.id::uuid) then
    raise exception using errcode = 'MB003', message = format('campaign %s (%s) has nobody in its audience', p_campaign_id, p_name),
      hint = 'Put contacts on its lists, or name lists that have some in contact_list_ids.';
  end if;
  select * into v_message from daybatch.check_message(p_campaign_id) limit 1;
  if found then
    raise exception using errcode = v_message.error_code, message = format('campaign %s (%s): %s', p_campaign_id, p_name, v_message.reason),
      hint = v_message.hint;
  end if;
end;
$$;

comment on function daybatch.check_startable(uuid, text, jsonb) is
  'Raises what would keep a campaign from sending (part of start_campaign). Example: select daybatch.check_startable(id, name, to_jsonb(contact_list_ids)) from public.campaigns limit 0;';
