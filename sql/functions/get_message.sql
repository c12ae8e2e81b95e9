-- The frozen message of a batch, for the worker to render. Reads only.
create or replace function daybatch.get_message(p_campaign_id uuid, p_message_version integer)
returns table (subject text, sender text, reply_to text, html_body text, text_body text)
language sql stable security definer set search_path = '' set jit = off
as $$
  select m.subject, m.sender, m.reply_to, m.html_body, m.text_body
  from daybatch.campaign_messages as m
  where m.campaign_id = p_campaign_id and m.message_version = p_message_version
$$;

comment on function daybatch.get_message(uuid, integer) is
  'A version of a campaign''s message; sender null means the service''s MAIL_FROM. Example: select subject from daybatch.get_message(''00000000-0000-0000-0000-000000000000'', 1);';
