-- The files of a campaign's message as it stands now, without what is in them, in the order in which they were added.
-- Reads only. Errors: none for unknown ids.
create or replace function daybatch.list_attachments(p_campaign_id uuid)
returns table (attachment_id bigint, file_name text, media_type text, content_id text, byte_count integer, added_at timestamptz)
language sql stable security definer set search_path = '' set jit = off
as $$
  select a.attachment_id, a.file_name, a.media_type, a.content_id, octet_length(a.content), a.added_at
  from daybatch.attachments as a
  where a.campaign_id = p_campaign_id and a.removed_at is null
  order by a.attachment_id
$$;

comment on function daybatch.list_attachments(uuid) is
  'The files of a campaign''s message. Example: select c.name, a.file_name, a.byte_count from public.campaigns as c, daybatch.list_attachments(c.id) as a;';
