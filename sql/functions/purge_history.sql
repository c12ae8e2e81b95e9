-- Retention of the history: deletes events of campaigns that send no more (and of none), sweeps and webhook messages, all older than
-- p_older_than, at most p_limit of each a call; call it until it answers 0. The only way to take anything out of
-- daybatch.events. Locks: the deleted rows. Repeatable. Errors: MB017 below 30 days, or a limit below 1.
create or replace function daybatch.purge_history(p_older_than interval default interval '8760 hours', p_limit integer default 10000)
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_before timestamptz := daybatch.current_moment() - p_older_than;
  v_events integer;
  v_sweeps integer;
begin
  if p_older_than is null or p_older_than < interval '720 hours' then
    raise exception using errcode = 'MB017', message = 'purge_history keeps at least the last 30 days', hint = 'Example: select daybatch.purge_history(interval ''8760 hours'');';
  elsif coalesce(p_limit, 0) < 1 then
    raise exception using errcode = 'MB017', message = 'purge_history needs a limit of at least 1', hint = 'Example: select daybatch.purge_history(interval ''8760 hours'', 10000);';
  end if;
  perform daybatch.mark_engine_writes(true);
  delete from daybatch.events as e where e.event_id = any (array(
    select o.event_id from daybatch.events as o
    where o.happened_at < v_before
      and not exists (select from public.campaigns as c where c.id = o.campaign_id and c.status::text in ('sending', 'scheduled', 'paused'))
    order by o.event_id limit p_limit));
  get diagnostics v_events = row_count;
  perform daybatch.mark_engine_writes(false);
  delete from daybatch.webhook_messages as m where m.message_id = any (array(
    select o.message_id from daybatch.webhook_messages as o where o.created_at < v_before and o.status <> 'waiting' limit p_limit));
  delete from daybatch.sweeps as s where s.sweep_id = any (array(
    select o.sweep_id from daybatch.sweeps as o where o.started_at < v_before order by o.sweep_id limit p_limit));
  get diagnostics v_sweeps = row_count;
  return v_events + v_sweeps;
end;
$$;

comment on function daybatch.purge_history(interval, integer) is
  'Deletes old events and sweeps in bounded steps; those of active campaigns stay. Example: select daybatch.purge_history(interval ''8760 hours'', 1000);';
