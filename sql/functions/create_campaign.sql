-- Makes a campaign from a JSON object, as an application's insert does: unknown keys and the engine's columns are
-- refused (MB017), missing ones take the table's defaults. Called by POST /api/campaigns. Not repeatable.
-- Errors: MB004 limit below 1, MB005 unknown list, MB017 a key or value that is not possible.
create or replace function daybatch.create_campaign(p_campaign jsonb)
returns uuid
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_columns text;
  v_id uuid;
begin
  perform daybatch.check_campaign_fields(p_campaign);
  if coalesce(p_campaign ->> 'name', '') = '' then
    raise exception using errcode = 'MB017', message = 'a campaign needs a name', column = 'name', hint = 'Example: {"name": "Spring offer", "contact_list_ids": ["..."]}';
  end if;
  perform daybatch.check_sending_rules(p_campaign);
  select string_agg(format('%I', k.key), ', ') into v_columns from jsonb_object_keys(p_campaign) as k (key);
  execute format('insert into public.campaigns (%1$s) select %1$s from jsonb_populate_record(null::public.campaigns, $1) returning id', v_columns)
  into v_id using p_campaign;
  return v_id;
end;
$$;

comment on function daybatch.create_campaign(jsonb) is
  'Makes a campaign from JSON and returns its id. Example: select daybatch.create_campaign(''{"name": "Spring offer", "text_body": "Hello {{first_name|friend}}"}'');';
