-- The files of a frozen message with what is in them, for the worker to compose; without a version those of the message
-- as it stands now, for a preview. Reads only.
create or replace function daybatch.get_attachments(p_campaign_id uuid, p_message_version integer default null)
returns table (file_name text, media_type text, content_id text, content bytea)
language sql stable security definer set search_path = '' set jit = off
as $$
  select a.file_name, a.media_type, a.content_id, a.content
  from daybatch.attachments as a
  where a.campaign_id = p_campaign_id
    and case when p_message_version is null then a.removed_at is null
      else a.attachment_id = any ((select m.attachment_ids from daybatch.campaign_messages as m
        where m.campaign_id = p_campaign_id and m.message_version = p_message_version)::bigint[]) end
  order by a.attachment_id
$$;

comment on function daybatch.get_attachments(uuid, integer) is
  'The files of a version of a campaign''s message. Example: select file_name from daybatch.get_attachments(''00000000-0000-0000-0000-000000000000'', 1);';
