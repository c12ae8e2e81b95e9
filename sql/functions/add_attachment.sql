-- Puts a file to a campaign's message: attached, or, with a content id, shown by the html (<img src="cid:logo">). A
-- file of the same name takes the place of the one before. A running campaign's batch under way keeps its files; the
-- next batch has the new ones.
-- Locks: campaign. Repeatable: the same file again changes nothing. Returns the attachment's id.
-- Errors: MB001, MB002 too late for that, MB031 too large, MB032 a name, type or content id that is not possible.
create or replace function daybatch.add_attachment(p_campaign_id uuid, p_file_name text, p_media_type text, p_content bytea, p_content_id text default null)
returns bigint
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_campaign record;
  v_old daybatch.attachments;
  v_others record;
  v_id bigint;
  v_constraint text;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  if v_campaign.status in ('completed', 'cancelled') then
    raise exception using errcode = 'MB002', message = format('campaign %s (%s) is %s and stays as it is', p_campaign_id, v_campaign.name, v_campaign.status),
      hint = 'Make a new campaign.';
  end if;
  select a.* into v_old from daybatch.attachments as a
  where a.campaign_id = p_campaign_id and a.file_name = p_file_name and a.removed_at is null;
  if v_old.media_type = lower(p_media_type) and v_old.content = p_content and v_old.content_id is not distinct from p_content_id then
    return v_old.attachment_id;
  end if;
  select count(*) as count, coalesce(sum(octet_length(a.content)), 0) as bytes into v_others
  from daybatch.attachments as a
  where a.campaign_id = p_campaign_id and a.removed_at is null and a.file_name <> p_file_name;
  if v_others.count >= 20 then
    raise exception using errcode = 'MB031', message = format('campaign %s (%s) has %s files already: 20 is the most', p_campaign_id, v_campaign.name, v_others.count),
      hint = 'Take one away, or put a link into the message.';
  elsif v_others.bytes + octet_length(p_content) > 10485760 then
    raise exception using errcode = 'MB031', message = format('the files of campaign %s (%s) would have %s bytes together: 10485760 is the most', p_campaign_id, v_campaign.name,
        v_others.bytes + octet_length(p_content)),
      hint = 'Mail servers refuse large mails: put a link into the message.';
  end if;
  if v_old.attachment_id is not null then
    perform daybatch.remove_attachment(p_campaign_id, v_old.attachment_id);
  end if;
  begin
    insert into daybatch.attachments (campaign_id, file_name, media_type, content_id, content, added_at)
    values (p_campaign_id, p_file_name, lower(p_media_type), p_content_id, p_content, daybatch.current_moment())
    returning attachment_id into v_id;
  exception when check_violation or not_null_violation or unique_violation then
    get stacked diagnostics v_constraint = constraint_name;
    raise exception using errcode = 'MB032',
      message = 'the file cannot be attached: ' || case v_constraint
        when 'file_name_is_one_plain_name' then 'its name must be 1 to 200 characters, without a path, control or invisible characters'
        when 'media_type_is_that_of_one_file' then 'its media type must be that of one file, as image/png'
        when 'content_id_is_a_word' then 'its content id must be a word of letters, digits, dots and hyphens, at most 64'
        when 'attachments_have_one_content_id_each' then 'another file of the campaign has this content id'
        else 'name, media type and at least one byte are needed' end,
      hint = 'Example: select daybatch.add_attachment(id, ''logo.png'', ''image/png'', ''\x89504e47'', ''logo'') from public.campaigns limit 0;';
  end;
  perform daybatch.record_event(p_campaign_id, 'changed', jsonb_build_object('attachment', jsonb_build_object('added', p_file_name, 'bytes', octet_length(p_content))));
  return v_id;
end;
$$;

comment on function daybatch.add_attachment(uuid, text, text, bytea, text) is
  'Puts a file to a campaign''s message, from its next batch on. Example: select daybatch.add_attachment(id, ''terms.txt'', ''text/plain'', ''as agreed'') from public.campaigns limit 0;';
