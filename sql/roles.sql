-- The groups that rights are granted to (grants.sql); none can log in. Run by npm run migrate, or by an
-- administrator where the migrating user may not create roles: psql -f sql/roles.sql. Repeatable.
-- Give the service's login its rights with: grant daybatch_service to its_login;
do $$
declare
  v_role text;
begin
  foreach v_role in array array['daybatch_owner', 'daybatch_service', 'daybatch_app', 'daybatch_operator', 'daybatch_reader'] loop
    begin
      if to_regrole(v_role) is null then
        execute format('create role %I nologin', v_role);
      end if;
    exception when duplicate_object or unique_violation then
      -- another database of this server is being migrated at the same moment
      null;
    end;
  end loop;
end;
$$;
