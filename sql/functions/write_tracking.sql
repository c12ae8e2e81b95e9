-- Writes outcomes into an older application's email_tracking: a row that is there is brought up to date (not looked for
-- when p_is_first), else one is made. p_outcomes: [{"campaign_id", "contact_id", "status", "settled_at", "reason", "email"}, ...].
-- What the table refuses is raised as it is. Called by track_deliveries and check_application. Repeatable.
create or replace function daybatch.write_tracking(p_outcomes jsonb, p_is_first boolean default false)
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_insert text := daybatch.describe_tracking(true);
  v_update text := case when not p_is_first then daybatch.describe_tracking(false) end;
  v_rest jsonb := p_outcomes;
begin
  if v_update is not null then
    execute format('with told as (%s) select coalesce(jsonb_agg(e.entry), ''[]'') from jsonb_array_elements($1) as e (entry)
      where not exists (select from told as t where t.campaign_id = (e.entry ->> ''campaign_id'')::uuid and t.contact_id = (e.entry ->> ''contact_id'')::uuid)', v_update)
    into v_rest using p_outcomes;
  end if;
  if v_insert is not null and v_rest <> '[]' then
    execute v_insert using v_rest;
  end if;
end;
$$;

comment on function daybatch.write_tracking(jsonb, boolean) is
  'Writes outcomes into public.email_tracking, where that table is (part of track_deliveries). Example: select daybatch.write_tracking(''[]'');';
