-- An operator confirms that this database sends from now on: the original of a copy does not, and what was mailed since
-- a restored backup was taken is settled or accepted. It gets a new identity that replaces the old one (and
-- p_remembered, what a service remembers instead), so that its services go on by themselves.
-- Without confirmation it only says what is the matter. Locks: the row of settings. Repeatable.
create or replace function daybatch.confirm_installation(p_confirm boolean default false, p_remembered uuid default null)
returns table (installation_id uuid, explanation text)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_state record;
begin
  perform 1 from daybatch.settings as s for update;
  select * into v_state from daybatch.check_installation(p_remembered);
  if not coalesce(p_confirm, false) then
    return query select v_state.installation_id, v_state.explanation;
    return;
  end if;
  update daybatch.settings as s set
    installation_id = gen_random_uuid(), system_identifier = c.system_identifier,
    replaces = array_remove(s.replaces || s.installation_id || p_remembered, null)
  from pg_control_system() as c;
  perform daybatch.record_event(null, 'installation_confirmed', jsonb_build_object('was', v_state.state));
  perform pg_notify('daybatch', '{"event": "work"}');
  return query select s.installation_id, 'confirmed: services go on by themselves within a minute' from daybatch.settings as s;
end;
$$;

comment on function daybatch.confirm_installation(boolean, uuid) is
  'Confirms that a restored or copied database sends from now on; without true it only says what is the matter. Example: select explanation from daybatch.confirm_installation();';
