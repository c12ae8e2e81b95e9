-- The version of a campaign's message as it stands now; a new version when it differs from the last one, so that an
-- edit of a running campaign applies from the next batch. Called by open_batch under the campaign's lock.
-- A new version is checked like the first one: an edit of a running campaign may name a field that nobody has.
-- Repeatable: the same message is the same version. Errors: MB010 no message, MB011, MB031, MB033 as check_message says.
create or replace function daybatch.freeze_message(p_campaign_id uuid)
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_last daybatch.campaign_messages;
  v_now record;
  v_attachment_ids bigint[];
  v_problem record;
begin
  select coalesce(nullif(c.subject, ''), c.name) as subject, nullif(c.sender, '') as sender, nullif(c.reply_to, '') as reply_to,
    nullif(c.html_body, '') as html_body, nullif(c.text_body, '') as text_body
  into v_now
  from public.campaigns as c where c.id = p_campaign_id;
  select array_agg(a.attachment_id order by a.attachment_id) into v_attachment_ids
  from daybatch.attachments as a where a.campaign_id = p_campaign_id and a.removed_at is null;
  select m.* into v_last from daybatch.campaign_messages as m where m.campaign_id = p_campaign_id order by m.message_version desc limit 1;
  if v_last.campaign_id is not null
    and (v_last.subject, v_last.sender, v_last.reply_to, v_last.html_body, v_last.text_body, v_last.attachment_ids)
      is not distinct from (v_now.subject, v_now.sender, v_now.reply_to, v_now.html_body, v_now.text_body, v_attachment_ids)
  then
    return v_last.message_version;
  end if;
  select * into v_problem from daybatch.check_message(p_campaign_id) limit 1;
  if found then
    raise exception using errcode = v_problem.error_code, message = format('campaign %s: %s', p_campaign_id, v_problem.reason), hint = v_problem.hint;
  end if;
  insert into daybatch.campaign_messages (campaign_id, message_version, subject, sender, reply_to, html_body, text_body, attachment_ids, created_at)
  values (p_campaign_id, coalesce(v_last.message_version, 0) + 1, v_now.subject, v_now.sender, v_now.reply_to,
    v_now.html_body, v_now.text_body, v_attachment_ids, daybatch.current_moment());
  return coalesce(v_last.message_version, 0) + 1;
end;
$$;

comment on function daybatch.freeze_message(uuid) is
  'Keeps the campaign''s message as a version and returns its number. Example: select daybatch.freeze_message(id) from public.campaigns limit 0;';
