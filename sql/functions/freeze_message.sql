-- The version of a campaign's message as it stands now; a new version when it differs from the last one, so that an
-- edit of a running campaign applies from the next batch. Called by open_batch under the campaign's lock.
-- Repeatable: the same message is the same version. Errors: MB010 no message.
create or replace function daybatch.freeze_message(p_campaign_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_last daybatch.campaign_messages;
  v_now record;
begin
  select coalesce(nullif(c.subject, ''), c.name) as subject, nullif(c.sender, '') as sender, nullif(c.reply_to, '') as reply_to,
    nullif(c.html_body, '') as html_body, nullif(c.text_body, '') as text_body
  into v_now
  from public.campaigns as c where c.id = p_campaign_id;
  if v_now.html_body is null and v_now.text_body is null then
    raise exception using errcode = 'MB010',
      message = format('campaign %s has no message: neither html_body nor text_body is set', p_campaign_id),
      hint = 'Set one: update public.campaigns set text_body = ''...'' where id = ...;';
  end if;
  select m.* into v_last from daybatch.campaign_messages as m where m.campaign_id = p_campaign_id order by m.message_version desc limit 1;
  if v_last.campaign_id is not null
    and (v_last.subject, v_last.sender, v_last.reply_to, v_last.html_body, v_last.text_body)
      is not distinct from (v_now.subject, v_now.sender, v_now.reply_to, v_now.html_body, v_now.text_body)
  then
    return v_last.message_version;
  end if;
  insert into daybatch.campaign_messages (campaign_id, message_version, subject, sender, reply_to, html_body, text_body, created_at)
  values (p_campaign_id, coalesce(v_last.message_version, 0) + 1, v_now.subject, v_now.sender, v_now.reply_to,
    v_now.html_body, v_now.text_body, daybatch.current_moment());
  return coalesce(v_last.message_version, 0) + 1;
end;
$$;

comment on function daybatch.freeze_message(uuid) is
  'Keeps the campaign''s message as a version and returns its number. Example: select daybatch.freeze_message(id) from public.campaigns limit 0;';
