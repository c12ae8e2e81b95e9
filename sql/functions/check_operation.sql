-- Whether what runs here runs well, one row per look: finding, and what to do. state: ok; note (somebody should know);
-- fail (mails do not go out that should, or soon will not). The rest of npx daybatch doctor (connection, versions, rights,
-- clock, SMTP) is outside of the database. Whoever may not see other sessions is told of its own only. Reads only.
create or replace function daybatch.check_operation()
returns table (name text, state text, finding text)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := daybatch.current_moment();
  v_row record;
begin
  select count(*) filter (where w.is_alive) as alive, count(*) filter (where w.is_alive and w.problem is not null) as troubled,
    min(w.problem) filter (where w.is_alive) as problem, max(w.seen_at) as seen_at
  into v_row from daybatch.worker_status as w;
  return query select 'workers', case when v_row.troubled > 0 and v_row.troubled = v_row.alive then 'fail' when v_row.troubled > 0 or v_row.alive = 0 then 'note' else 'ok' end,
    case when v_row.alive = 0 then concat('none was seen for 3 minutes', ', the last ' || to_char(v_row.seen_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'), ': npx daybatch serve')
      when v_row.troubled > 0 then format('%s of %s cannot send: %s', v_row.troubled, v_row.alive, v_row.problem)
      else format('%s alive', v_row.alive) end;

  select count(*) as overdue, min(o.due_at) as due_at, (array_agg(o.name order by o.due_at))[1] as name
  into v_row
  from (
    -- never processed: due since it was started
    select d.name, coalesce(d.due_at, (select max(e.happened_at) from daybatch.events as e where e.campaign_id = d.campaign_id
      and e.event in ('created', 'started', 'scheduled', 'resumed', 'reopened'))) as due_at
    from daybatch.due_batches as d where d.is_due
  ) as o
  where o.due_at < v_now - interval '5 minutes' and daybatch.is_awake();
  return query select 'due', case when v_row.overdue > 0 then 'fail' else 'ok' end, case when v_row.overdue > 0
    then format('%s batches are overdue and not open, the first since %s (%s): select * from daybatch.process_campaigns(); says why', v_row.overdue,
      to_char(v_row.due_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'), v_row.name)
    else 'no batch is overdue' end;

  select count(*) as late, min(b.cut_off_at) as cut_off_at into v_row
  from daybatch.batches as b join public.campaigns as c on c.id = b.campaign_id where b.closed_at is null and b.cut_off_at < v_now - interval '15 minutes';
  return query select 'batches', case when v_row.late > 0 then 'fail' else 'ok' end, case when v_row.late > 0
    then format('%s batches are open past their cut-off, the first since %s: select * from daybatch.process_campaigns();', v_row.late, to_char(v_row.cut_off_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'))
    else 'none is open past its cut-off' end;

  select count(*) as running, (select max(s.finished_at) from daybatch.sweeps as s) as swept_at into v_row
  from public.campaigns as c where c.status::text in ('sending', 'scheduled');
  return query select 'sweep', case when v_row.running > 0 and coalesce(v_row.swept_at < v_now - interval '15 minutes', true) then 'note' else 'ok' end,
    case when v_row.running = 0 then 'no campaign is active' else concat('the last ended ', coalesce(to_char(v_row.swept_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'), 'never'),
      case when coalesce(v_row.swept_at < v_now - interval '15 minutes', true) then '; one runs every 5 minutes where a service runs: npx daybatch serve' end) end;

  select count(*) as doubtful, count(*) filter (where d.in_doubt_policy = 'ask') as asked into v_row from daybatch.in_doubt_deliveries as d;
  return query select 'doubts', case when v_row.doubtful > 0 then 'note' else 'ok' end, case when v_row.doubtful > 0
    then format('%s mails are in doubt, %s wait for you: select * from daybatch.in_doubt_deliveries; then daybatch.resolve_in_doubt', v_row.doubtful, v_row.asked)
    else 'no mail is in doubt' end;

  select count(*) as paused, (array_agg(c.name || coalesce(': ' || c.pause_reason, '') order by c.paused_at desc nulls last))[1] as last into v_row
  from public.campaigns as c where c.status::text = 'paused';
  return query select 'paused', case when v_row.paused > 0 then 'note' else 'ok' end, case when v_row.paused > 0
    then format('%s campaigns are paused, the last %s', v_row.paused, v_row.last) else 'no campaign is paused' end;

  return query select * from daybatch.check_vacuum();

  begin
    perform daybatch.check_row_security();
    return query select 'hidden', 'ok', 'row level security hides nothing from the engine';
  exception when sqlstate 'MB019' then
    return query select 'hidden', 'fail', sqlerrm;
  end;
end;
$$;

comment on function daybatch.check_operation() is
  'Whether workers, batches, sweeps and vacuum run well, and what to do. Example: select name, state, finding from daybatch.check_operation() where state <> ''ok'';';
