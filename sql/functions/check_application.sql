-- Whether an older application's tables let the engine work: tries, and rolls back, each status that the engine writes, a
-- rewrite of the tracking columns and one row in email_tracking, with the engine's rights and an empty search path, in
-- which the application's own triggers and constraints then run. Returns what would fail, with what to do; no row: nothing.
-- Called by take_over. Locks: one campaign, for an instant. Repeatable: nothing is changed.
create or replace function daybatch.check_application()
returns table (finding text)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_campaign uuid;
  v_contact record;
  v_status text;
  v_problem text;
  v_function text;
begin
  select c.id into v_campaign from public.campaigns as c order by c.status::text in ('sending', 'scheduled') desc, c.id limit 1 for no key update skip locked;
  select p.id, p.email into v_contact from public.contacts as p limit 1;
  if v_campaign is null then
    return;
  end if;
  foreach v_status in array array['scheduled', 'sending', 'paused', 'completed', 'cancelled', 'email_tracking'] loop
    begin
      if v_status = 'email_tracking' then
        perform daybatch.write_tracking(jsonb_agg(jsonb_build_object('campaign_id', v_campaign, 'contact_id', v_contact.id, 'email', v_contact.email,
          'settled_at', daybatch.current_moment(), 'status', s.status)), true)
        from (values ('sent'), ('failed'), ('in_doubt')) as s (status) where v_contact.id is not null
        group by s.status;
      else
        perform daybatch.mark_engine_writes(true);
        execute 'update public.campaigns as c set status = $2::text::' || (
          select format_type(a.atttypid, null) from pg_catalog.pg_attribute as a where a.attrelid = 'public.campaigns'::regclass and a.attname = 'status')
          || ', contacts_remaining = c.contacts_remaining, batch_history = c.batch_history where c.id = $1'
        using v_campaign, v_status;
      end if;
      raise exception using errcode = 'MB999', message = 'rolled back';
    exception when sqlstate 'MB999' then
      null;
    when others then
      get stacked diagnostics v_problem = pg_exception_context;
      v_function := substring(v_problem from 'PL/pgSQL function ((?!daybatch\.)\S+\(\))');
      return query select format('%s: %s (%s)%s', case v_status when 'email_tracking' then 'public.email_tracking does not take an outcome'
        else format('public.campaigns does not take status %s from the engine', v_status) end, sqlerrm, sqlstate,
        -- a trigger's function runs with the path and the rights of whoever writes
        case when v_function is not null then format('; let it run with its own: alter function %s security definer set search_path = %s', v_function,
          concat_ws(', ', nullif(split_part(v_function, '.', 1), 'public'), 'public')) end);
    end;
  end loop;
end;
$$;

comment on function daybatch.check_application() is
  'What an older application''s triggers and constraints would refuse the engine, tried and rolled back; no row when nothing. Example: select finding from daybatch.check_application();';
