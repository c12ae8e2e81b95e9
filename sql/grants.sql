-- Who may do what; applied last on every deploy. Everything of ours belongs to one owner (daybatch_owner, else whoever
-- migrates), nothing is anybody's by default, each role gets what it needs by name.

do $$
declare
  v_owner text;
  v_owner_id regrole;
  v_statements text[];
  v_statement text;
  v_reason text := format('role daybatch_owner is missing, or %I is not in it (sql/roles.sql)', current_user);
begin
  foreach v_owner in array case when pg_has_role(current_user, to_regrole('daybatch_owner'), 'usage')
    then array['daybatch_owner', current_user::text] else array[current_user::text] end
  loop
    -- where daybatch_owner cannot be given everything, or cannot see every row of an older application's tables, all
    -- of it belongs to whoever migrates
    begin
      v_owner_id := quote_ident(v_owner)::regrole;
      select array_agg(o.statement order by o.place) into v_statements from (
        select 1 as place, format('alter schema daybatch owner to %I', v_owner) as statement
        from pg_namespace as n where n.nspname = 'daybatch' and n.nspowner <> v_owner_id
        union all
        select 2, format('alter %s %s owner to %I', case c.relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end, c.oid::regclass, v_owner)
        from pg_class as c
        where c.relnamespace = 'daybatch'::regnamespace and c.relkind in ('r', 'v', 'S') and c.relowner <> v_owner_id
          -- an identity's sequence follows its table
          and not exists (select from pg_depend as d where d.objid = c.oid and d.deptype = 'i' and d.classid = 'pg_class'::regclass)
        union all
        select 3, format('alter function %s owner to %I', p.oid::regprocedure, v_owner)
        from pg_proc as p
        where p.pronamespace = 'daybatch'::regnamespace and p.proowner <> v_owner_id
        union all
        -- the tables that we made in public (an older application's keep their owner); who gets a table must be
        -- allowed to create one there, for this moment
        select s.place, s.statement
        from pg_class as c
        cross join lateral (
          select has_schema_privilege(v_owner, 'public', 'create') or (select r.rolsuper from pg_roles as r where r.rolname = current_user) as may_create
        ) as m
        cross join lateral (values
          (4, case when not m.may_create then format('grant create on schema public to %I', v_owner) end),
          (5, format('alter table %s owner to %I', c.oid::regclass, v_owner)),
          (6, case when not m.may_create then format('revoke create on schema public from %I', v_owner) end)) as s (place, statement)
        where c.oid in ('public.campaigns'::regclass, 'public.contacts'::regclass, 'public.contact_lists'::regclass, 'public.contact_list_members'::regclass)
          and c.relowner <> v_owner_id and not (select s.found_application from daybatch.settings as s)
          and s.statement is not null
      ) as o;
      foreach v_statement in array coalesce(v_statements, '{}') loop
        execute v_statement;
      end loop;
      -- the engine reads an older application's tables in full, or it would take a hidden audience for an empty one
      if v_owner = 'daybatch_owner' and (select s.found_application from daybatch.settings as s)
        and not (select r.rolbypassrls from pg_roles as r where r.rolname = 'daybatch_owner')
      then
        begin
          alter role daybatch_owner bypassrls;
        exception when insufficient_privilege or internal_error then
          null; -- not needed without row level security, or done by a deploy of another database: check_row_security looks
        end;
      end if;
      perform daybatch.check_row_security();
      exit;
    exception when insufficient_privilege or sqlstate 'MB019' then
      if v_owner = current_user then
        raise;
      end if;
      v_reason := sqlerrm;
    end;
  end loop;
  if v_owner <> 'daybatch_owner' then
    raise warning 'daybatch: everything belongs to %: %', v_owner, v_reason;
  end if;
end;
$$;

do $$
declare
  v_role text;
  v_engine text := (select n.nspowner::regrole from pg_namespace as n where n.nspname = 'daybatch');
  -- what src/db calls, and nothing else (test/sql/privileges.test.ts compares the two)
  v_service_functions text[] := array['current_moment', 'contract_version', 'is_awake', 'initialize_contact_tracking', 'list_work', 'list_due_campaigns', 'claim_deliveries',
    'get_message', 'begin_sending', 'report_outcomes', 'extend_claims', 'release_claims', 'release_expired_claims', 'close_batch',
    'process_campaigns', 'record_sweep', 'start_campaign', 'schedule_campaign', 'pause_campaign', 'resume_campaign', 'cancel_campaign', 'set_daily_limit',
    'create_campaign', 'update_campaign', 'get_campaign', 'list_campaigns', 'create_contact_list', 'list_contact_lists', 'create_contact',
    'get_contact', 'list_contacts', 'add_list_contacts', 'begin_import', 'finish_import', 'list_import_rejections', 'record_staged_rows', 'report_import_progress', 'interrupt_import',
    'merge_import', 'get_import', 'list_imports', 'export_contacts', 'export_deliveries',
    'test_batch_campaign', 'list_batching_states', 'check_installation', 'suppress_address', 'unsubscribe_contact', 'erase_contact',
    'resolve_all_in_doubt', 'retry_failed', 'add_contacts', 'forecast_campaign', 'simulate_campaign',
    'verify_campaign', 'explain_contact', 'take_notice', 'set_smtp_server', 'remove_smtp_server', 'list_smtp_servers', 'unsubscribe_by_token', 'is_unsubscribe_token', 'add_attachment', 'remove_attachment',
    'list_attachments', 'get_attachments', 'preview_message', 'report_worker', 'forget_worker', 'read_metrics', 'check_operation',
    'make_return_paths', 'record_bounces', 'list_suppressions', 'import_suppressions', 'export_suppressions', 'lift_suppression',
    'describe_overview', 'list_overview', 'list_failures', 'forecast_finish', 'preview_audience', 'find_contact',
    'read_events', 'find_event_position', 'list_progress',
    'check_version', 'list_batches', 'list_deliveries', 'list_campaign_history', 'list_answers', 'update_contact', 'remove_contacts', 'list_smtp_server_states',
    'list_bounce_limits', 'set_bounce_limits', 'purge_deliveries', 'purge_history', 'take_over', 'adopt_report', 'confirm_installation', 'rotate_token_key',
    'create_api_key', 'revoke_api_key', 'list_api_keys', 'check_api_key', 'begin_request', 'finish_request',
    'create_webhook', 'remove_webhook', 'switch_webhook', 'rotate_webhook_secret', 'list_webhooks', 'list_webhook_messages', 'test_webhook',
    'replay_webhook', 'take_webhook_message', 'record_webhook_try', 'collect_outcomes', 'list_webhook_secrets', 'reseal_webhook_secret'];
  v_app_functions text[] := array['current_moment', 'start_campaign', 'schedule_campaign', 'pause_campaign', 'resume_campaign', 'cancel_campaign',
    'set_daily_limit', 'create_campaign', 'update_campaign', 'get_campaign', 'list_campaigns', 'create_contact_list', 'list_contact_lists',
    'create_contact', 'get_contact', 'list_contacts', 'add_list_contacts', 'add_attachment', 'remove_attachment', 'list_attachments', 'preview_message', 'is_awake', 'forecast_campaign', 'simulate_campaign', 'has_job', 'calculate_job_id', 'list_misplaced_contacts', 'count_largest_interval', 'list_jobs', 'get_sending_rules', 'find_send_window', 'calculate_due_time', 'count_rolling_mails', 'count_mails_outside_window', 'prove_shared_limits', 'get_sender_key', 'read_batch_counts'];
  v_operator_functions text[] := array['open_batch', 'resolve_in_doubt', 'remove_contact', 'check_row_security', 'take_over', 'calculate_address_key', 'enqueue_batch', 'classify_reply', 'is_valid_address',
    'confirm_installation', 'purge_deliveries', 'purge_history', 'count_largest_interval', 'list_jobs', 'is_batch_finished', 'explain_open_batch', 'check_message', 'has_job', 'calculate_job_id', 'list_misplaced_contacts', 'calculate_retry_delay', 'adopt_report', 'check_application', 'record_notice', 'rotate_token_key', 'classify_bounce', 'set_bounce_limits', 'get_sending_rules', 'find_send_window', 'calculate_due_time', 'count_rolling_mails', 'count_mails_outside_window', 'prove_shared_limits', 'get_sender_key', 'list_needs', 'read_batch_counts'];
  v_views text[] := array['campaign_status', 'batch_history', 'audit', 'list_members', 'legacy_mailed', 'campaign_blockers', 'due_batches', 'delivery_log',
    'failed_contacts', 'in_doubt_deliveries', 'daily_limit_proof', 'no_duplicates_proof', 'worker_status', 'sweep_log', 'scheduled_jobs', 'old_mails', 'smtp_server_status', 'bounce_rates', 'bounce_log', 'webhook_status', 'webhook_log', 'shared_limits', 'shared_limits_proof'];
  v_grant record;
begin
  -- from nothing, so that a right that is not named here any more goes
  for v_role in
    select 'public' union all
    select quote_ident(r.rolname) from pg_roles as r where r.rolname in ('daybatch_service', 'daybatch_app', 'daybatch_operator', 'daybatch_reader')
  loop
    execute format('revoke all on schema daybatch from %s', v_role);
    execute format('revoke all on all tables in schema daybatch from %s', v_role);
    execute format('revoke all on all sequences in schema daybatch from %s', v_role);
    execute format('revoke all on all functions in schema daybatch from %s', v_role);
  end loop;

  for v_grant in
    select w.role, p.oid::regprocedure as function
    from pg_proc as p
    join (
      select 'daybatch_service' as role, v_service_functions as functions
      union all select 'daybatch_app', v_app_functions
      union all select 'daybatch_operator', v_service_functions || v_operator_functions
      union all select 'daybatch_reader', array['check_operation', 'read_metrics', 'count_largest_interval', 'current_moment', 'contract_version', 'is_awake', 'forecast_campaign', 'simulate_campaign', 'verify_campaign', 'list_jobs', 'has_job', 'calculate_job_id', 'list_misplaced_contacts', 'get_sending_rules', 'find_send_window', 'calculate_due_time', 'count_rolling_mails', 'count_mails_outside_window', 'prove_shared_limits', 'get_sender_key', 'read_batch_counts']
    ) as w on p.proname::text = any (w.functions)
    join pg_roles as r on r.rolname = w.role
    where p.pronamespace = 'daybatch'::regnamespace
  loop
    execute format('grant execute on function %s to %I', v_grant.function, v_grant.role);
  end loop;

  for v_role in select r.rolname from pg_roles as r where r.rolname in ('daybatch_service', 'daybatch_app', 'daybatch_operator', 'daybatch_reader') loop
    execute format('grant usage on schema daybatch to %I', v_role);
    if v_role = 'daybatch_service' then
      grant insert on daybatch.import_rows to daybatch_service;
      grant select on daybatch.migrations to daybatch_service;
    else
      -- servers repeat addresses in their answers: these views are not for readers
      execute (select string_agg(format('grant select on daybatch.%I to %I', v.name, v_role), '; ')
        from unnest(v_views) as v (name)
        where to_regclass('daybatch.' || v.name) is not null
          and (v_role <> 'daybatch_reader' or v.name not in ('delivery_log', 'failed_contacts')));
    end if;
    if v_role = 'daybatch_operator' then
      grant select on all tables in schema daybatch to daybatch_operator;
      revoke select on daybatch.secrets, daybatch.resend_copies, daybatch.smtp_servers, daybatch.api_keys, daybatch.idempotent_requests, daybatch.webhooks from daybatch_operator;
      grant insert, update, delete on daybatch.reply_rules, daybatch.sender_limits, daybatch.domain_limits to daybatch_operator;
      grant update (lease, deferral_period, deferral_limit, first_retry_delay, refusals_in_a_row, refusals_in_200) on daybatch.settings to daybatch_operator;
      grant select on public.campaigns, public.contacts, public.contact_lists, public.contact_list_members to daybatch_operator;
    elsif v_role = 'daybatch_app' then
      grant usage on schema public to daybatch_app;
      grant select, insert, update, delete on public.contacts, public.contact_lists, public.contact_list_members to daybatch_app;
      grant select, insert, update on public.campaigns to daybatch_app;
    end if;
  end loop;

  if v_engine = 'daybatch_owner' then
    grant usage on schema public to daybatch_owner;
    grant select, insert, update, delete on public.campaigns, public.contacts, public.contact_lists, public.contact_list_members to daybatch_owner;
    if to_regclass('public.email_tracking') is not null then
      grant select, insert, update on public.email_tracking to daybatch_owner;
    end if;
    for v_grant in
      -- what the adapter views read, and the sequences of an older application's keys
      select format('select on %s', c.oid::regclass) as rights
      from pg_depend as d
      join pg_rewrite as w on w.oid = d.objid and w.ev_class in ('daybatch.list_members'::regclass, 'daybatch.legacy_mailed'::regclass)
      join pg_class as c on c.oid = d.refobjid and c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnamespace <> 'daybatch'::regnamespace
      where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
        and not has_table_privilege('daybatch_owner', c.oid, 'select')
      union
      select format('usage on sequence %s', q.oid::regclass)
      from pg_depend as d
      join pg_class as q on q.oid = d.objid and q.relkind = 'S'
      where d.classid = 'pg_class'::regclass and d.deptype = 'a'
        and d.refobjid in ('public.campaigns'::regclass, 'public.contacts'::regclass, 'public.contact_lists'::regclass,
          'public.contact_list_members'::regclass, to_regclass('public.email_tracking'))
    loop
      execute format('grant %s to daybatch_owner', v_grant.rights);
    end loop;
    if to_regnamespace('pgboss') is not null then
      grant usage on schema pgboss to daybatch_owner;
      grant select, insert on pgboss.job to daybatch_owner;
      grant select on pgboss.queue to daybatch_owner;
      grant execute on all functions in schema pgboss to daybatch_owner;
    end if;
  end if;
  if to_regnamespace('pgboss') is not null then
    revoke all on all functions in schema pgboss from public;
  end if;
  if to_regnamespace('pgboss') is not null and exists (select from pg_roles as r where r.rolname = 'daybatch_service') then
    grant usage on schema pgboss to daybatch_service;
    grant select, insert, update, delete on all tables in schema pgboss to daybatch_service;
    grant usage, select on all sequences in schema pgboss to daybatch_service;
    grant execute on all functions in schema pgboss to daybatch_service;
  end if;
end;
$$;
