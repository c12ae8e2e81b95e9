-- Whether this database is the one a service last ran on. p_installation_id and p_high_water are what the service
-- remembers (null: nothing). state: same; unknown (nothing remembered); other (another installation); behind (this
-- database has fewer attempts than the service saw: it was restored, or a failover lost commits); copied (the data came
-- to another server by dump and restore); replica (in recovery, nothing can be written). A promoted replica is the same.
-- Called by the service at its start and after every lost connection; it sends only when the state is same or unknown.
-- Reads only.
create or replace function daybatch.check_installation(p_installation_id uuid default null, p_high_water bigint default null)
returns table (state text, installation_id uuid, high_water bigint, explanation text)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_settings daybatch.settings;
  v_high_water bigint;
  v_state text;
begin
  select s.* into v_settings from daybatch.settings as s;
  select coalesce(max(a.attempt_id), 0) into v_high_water from daybatch.delivery_attempts as a;
  v_state := case
    when pg_is_in_recovery() then 'replica'
    when p_installation_id is not null and p_installation_id <> v_settings.installation_id and p_installation_id <> all (v_settings.replaces) then 'other'
    when v_settings.system_identifier is distinct from (select c.system_identifier from pg_control_system() as c) then 'copied'
    when p_installation_id = v_settings.installation_id and p_high_water > v_high_water then 'behind'
    when p_installation_id is null then 'unknown'
    else 'same'
  end;
  return query select v_state, v_settings.installation_id, v_high_water, case v_state
    when 'replica' then 'this server is a replica: point DATABASE_URL at the primary'
    when 'other' then format('this is installation %s, the service last ran on %s; if this one sends from now on: select * from daybatch.confirm_installation(true, %L)',
      v_settings.installation_id, p_installation_id, p_installation_id)
    when 'copied' then 'this database was copied to another server, and the original may still be sending; if this one sends from now on: select * from daybatch.confirm_installation(true)'
    when 'behind' then format('this database was restored or lost commits: it knows %s attempts, the service has seen %s, and what was mailed since would go out again; when that is settled: select * from daybatch.confirm_installation(true)', v_high_water, p_high_water)
    when 'unknown' then 'the service remembers no installation: it cannot tell a restored or copied database'
    else 'this is the database the service last ran on' end;
end;
$$;

comment on function daybatch.check_installation(uuid, bigint) is
  'Whether this database is the one the service last ran on, or a copy, a restore, a replica. Example: select state, explanation from daybatch.check_installation();';
