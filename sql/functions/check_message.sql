-- Why a campaign's message cannot be sent, as error code and words, or no row when it can: no html and no text
-- (MB010), or a {{field}} that is neither a column of contacts nor an attribute of anybody in the audience (MB011).
-- Reads only. Called by start_campaign and before the first batch.
create or replace function daybatch.check_message(p_campaign_id uuid)
returns table (error_code text, reason text, hint text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  v_campaign record;
  v_field text;
begin
  select nullif(c.html_body, '') as html_body, nullif(c.text_body, '') as text_body, to_jsonb(c.contact_list_ids) as lists,
    concat_ws(' ', coalesce(nullif(c.subject, ''), c.name), c.html_body, c.text_body) as templates
  into v_campaign
  from public.campaigns as c where c.id = p_campaign_id;
  if num_nonnulls(v_campaign.html_body, v_campaign.text_body) = 0 then
    return query select 'MB010', 'the campaign has no message: neither html_body nor text_body is set',
      'Set one: update public.campaigns set text_body = ''...'' where id = ...;';
    return;
  end if;
  for v_field in
    select distinct f.field[1]
    from regexp_matches(v_campaign.templates, '\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:\|[^{}]*)?\}\}', 'g') as f (field)
  loop
    if not exists (
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
