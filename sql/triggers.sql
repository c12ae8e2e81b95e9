-- Triggers and policies that name our functions or roles: made after the functions, only when missing or changed, so
-- that a deploy locks the application's tables only when it must.

do $$
declare
  v_trigger record;
  v_policy record;
begin
  for v_trigger in
    select t.name, t.definition, substring(t.definition from ' on (\S+) ')::regclass as table_name
    from (values
      ('daybatch_005_tell_lists_are_checked', 'before insert or update of contact_list_ids on public.campaigns for each row execute function daybatch.tell_lists_are_checked()'),
      ('daybatch_010_check_lists_visible', 'before insert or update of contact_list_ids on public.campaigns for each row execute function daybatch.check_lists_visible()'),
      ('daybatch_020_guard_engine_columns_at_insert', 'before insert on public.campaigns for each row execute function daybatch.guard_engine_columns()'),
      ('daybatch_030_guard_engine_columns', 'before update of contacts_remaining, contacts_processed, contacts_failed, batch_history, first_batch_sent_at, next_batch_send_time, current_batch_number, total_contacts, tracking_initialised_at on public.campaigns for each row execute function daybatch.guard_engine_columns()'),
      ('daybatch_800_record_campaign_change', 'after insert or delete or update on public.campaigns for each row execute function daybatch.record_campaign_change()'),
      ('daybatch_850_mark_finish_date', 'after insert or update on public.campaigns for each row execute function daybatch.mark_finish_date()'),
      ('daybatch_900_enqueue_started_campaign', 'after insert or update on public.campaigns for each row execute function daybatch.enqueue_started_campaign()'),
      ('daybatch_010_guard_events', 'before delete or update or truncate on daybatch.events for each statement execute function daybatch.guard_events()'),
      ('daybatch_010_note_sender_limit', 'after insert or delete or update on daybatch.sender_limits for each row execute function daybatch.note_shared_limit()'),
      ('daybatch_010_note_domain_limit', 'after insert or delete or update on daybatch.domain_limits for each row execute function daybatch.note_shared_limit()'),
      ('daybatch_020_track_inserted', 'after insert on daybatch.deliveries referencing new table as after for each statement execute function daybatch.track_outcomes()'),
      ('daybatch_020_track_updated', 'after update on daybatch.deliveries referencing old table as before new table as after for each statement execute function daybatch.track_outcomes()')
    ) as t (name, definition)
  loop
    if v_trigger.name like 'daybatch_020_track%' and daybatch.describe_tracking(true) is null then
      if exists (select from pg_trigger as g where g.tgrelid = v_trigger.table_name and g.tgname = v_trigger.name) then
        execute format('drop trigger %I on %s', v_trigger.name, v_trigger.table_name);
      end if;
    elsif not exists (
      select from pg_trigger as g
      where g.tgrelid = v_trigger.table_name and g.tgname = v_trigger.name
        and lower(pg_get_triggerdef(g.oid)) = lower(format('create trigger %s %s', v_trigger.name, v_trigger.definition)))
    then
      execute format('drop trigger if exists %I on %s', v_trigger.name, v_trigger.table_name);
      execute format('create trigger %I %s', v_trigger.name, v_trigger.definition);
    end if;
  end loop;

  -- row level security is on for the tables that we made: the application's role and the DBA's see all of them
  for v_policy in
    select c.oid::regclass as table_name, p.name, p.definition
    from pg_class as c
    cross join (values
      ('the_application_sees_all', 'daybatch_app', 'to daybatch_app using (true) with check (true)'),
      ('the_operator_reads_all', 'daybatch_operator', 'for select to daybatch_operator using (true)')) as p (name, role, definition)
    where c.oid in ('public.campaigns'::regclass, 'public.contacts'::regclass, 'public.contact_lists'::regclass, 'public.contact_list_members'::regclass)
      and c.relrowsecurity and not (select s.found_application from daybatch.settings as s)
      and exists (select from pg_roles as r where r.rolname = p.role)
      and not exists (select from pg_policy as k where k.polrelid = c.oid and k.polname = p.name)
  loop
    execute format('create policy %I on %s %s', v_policy.name, v_policy.table_name, v_policy.definition);
  end loop;
end;
$$;
