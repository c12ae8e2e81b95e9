-- The groups that rights are granted to (grants.sql); none can log in. Run by npx daybatch migrate, or by an
-- administrator where the migrating user may not create roles. Repeatable. Then, by hand:
--   grant daybatch_owner to the_user_that_migrates;
--   grant daybatch_service to the_login_of_the_service;
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
  -- from PostgreSQL 16 on, who creates a role is not yet a member of it
  if not pg_has_role('daybatch_owner', 'usage') then
    execute format('grant daybatch_owner to %I', current_user);
  end if;
end;
$$;
