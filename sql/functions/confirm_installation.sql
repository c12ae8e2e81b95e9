-- An operator confirms that this copy is the one that sends from now on (the original does not, and what was mailed
-- since a restored backup was taken is settled or accepted). It gets a new identity, so that services which remember
-- the old one ask again; start them with the new INSTALLATION_ID or "daybatch confirm". Repeatable; each call is a new
-- identity. Without confirmation it only says what is the matter.
create or replace function daybatch.confirm_installation(p_confirm boolean default false)
returns table (installation_id uuid, explanation text)
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  v_state record;
begin
  perform 1 from daybatch.settings as s for update;
  select * into v_state from daybatch.check_installation();
  if not coalesce(p_confirm, false) then
    return query select v_state.installation_id, v_state.explanation || '. To send from here: select * from daybatch.confirm_installation(true);';
    return;
  end if;
  update daybatch.settings as s set installation_id = gen_random_uuid(), system_identifier = c.system_identifier
  from pg_control_system() as c;
  perform daybatch.record_event(null, 'installation_confirmed', jsonb_build_object('was', v_state.state));
  return query select s.installation_id, 'confirmed: services that remember another installation must be told this one' from daybatch.settings as s;
end;
$$;

comment on function daybatch.confirm_installation(boolean) is
  'Confirms that a restored or copied database sends from now on. Example: select explanation from daybatch.confirm_installation();';
