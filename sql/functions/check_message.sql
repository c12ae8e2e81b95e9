-- Why a campaign's message cannot be sent, as error code and words, or no row when it can: no html and no text
-- (MB010), a body above 1 MiB or a subject above 998 characters (MB031), an image cid:... that is none of its files
-- (MB033), or a {{field}} that is neither a column of contacts nor an attribute of anybody in the audience (MB011).
-- Reads only. Called by start_campaign, before the first batch, and for every new version.
create or replace function daybatch.check_message(p_campaign_id uuid)
returns table (error_code text, reason text, hint text)
language plpgsql stable security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_campaign record;
  v_field text;
begin
  select nullif(c.html_body, '') as html_body, nullif(c.text_body, '') as text_body, to_jsonb(c.contact_list_ids) as lists,
    octet_length(c.html_body) as html_bytes, octet_length(c.text_body) as text_bytes, length(coalesce(nullif(c.subject, ''), c.name)) as subject_length,
    concat_ws(' ', coalesce(nullif(c.subject, ''), c.name), c.html_body, c.text_body) as templates
  into v_campaign
  from public.campaigns as c where c.id = p_campaign_id;
  if num_nonnulls(v_campaign.html_body, v_campaign.text_body) = 0 then
    return query select 'MB010', 'the campaign has no message: neither html_body nor text_body is set',
      'Set one: update public.campaigns set text_body = ''...'' where id = ...;';
    return;
  elsif greatest(v_campaign.html_bytes, v_campaign.text_bytes) > 1048576 or v_campaign.subject_length > 998 then
    return query select 'MB031', case
        when v_campaign.subject_length > 998 then format('the subject has %s characters: 998 is the most', v_campaign.subject_length)
        else format('a body of the message has %s bytes: 1048576 is the most', greatest(v_campaign.html_bytes, v_campaign.text_bytes)) end,
      'Put what is large on a page, and a link to it into the message.';
    return;
  end if;
  for v_field in
    select distinct i.content_id[1] from regexp_matches(v_campaign.html_body, '[''"(]cid:([^''")\s]{1,100})', 'g') as i (content_id)
  loop
    if not exists (select from daybatch.attachments as a where a.campaign_id = p_campaign_id and a.removed_at is null and a.content_id = v_field) then
      return query select 'MB033', format('the html shows cid:%s, and no file of the campaign has this content id', v_field),
        'Add the file: POST /api/campaigns/{id}/attachments?content_id=..., or daybatch.add_attachment().';
      return;
    end if;
  end loop;
  for v_field in
    select distinct f.field[1]
    from regexp_matches(v_campaign.templates, '\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:\|[^{}]*)?\}\}', 'g') as f (field)
  loop
    -- what the engine itself fills in
    if v_field <> 'unsubscribe_url' and not exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = 'public.contacts'::regclass and a.attname = v_field and a.attnum > 0 and not a.attisdropped)
      and not exists (
        select
        from jsonb_array_elements_text(v_campaign.lists) as l (list_id)
        join daybatch.list_members as m on m.list_id = l.list_id::uuid
        join public.contacts as p on p.id = m.contact_id
        where p.attributes ? v_field)
    then
      return query select 'MB011', format('the message uses {{%s}}, a field that no contact of the audience has', v_field),
        'Correct the name, or add it to the contacts'' attributes. Columns of contacts are fields too.';
      return;
    end if;
  end loop;
end;
$$;

comment on function daybatch.check_message(uuid) is
  'Why a campaign''s message cannot be sent (no row: it can). Example: select c.name, m.reason from public.campaigns as c, daybatch.check_message(c.id) as m;';
