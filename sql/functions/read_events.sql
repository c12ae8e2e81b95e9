-- The lines of the history after an id, oldest first, and those below it that a reader has missed so far: ids are given
-- before the commit, so a line with a lower id may come after one with a higher. With them two transaction ids: every one
-- below "xmin" had ended before the read, every one that had begun to write is below "xmax". An id that is missing below
-- another one will never come once "xmin" has reached the "xmax" of the read that missed it, because record_event has its
-- transaction id before the line has its own. "xmax" is null in a transaction that has written before.
-- Answers {"events": [{"event_id", "campaign_id", "event", "happened_at", "detail", "done_by"}, ...], "xmin", "xmax"}; all or
-- one campaign's, up to p_until, at most p_limit. Called by the service's event streams. Reads only, in one snapshot.
create or replace function daybatch.read_events(p_after bigint, p_missing bigint[] default '{}', p_campaign_id uuid default null,
  p_until bigint default null, p_limit integer default 500)
returns jsonb
language plpgsql stable security definer set search_path = '' set jit = off
as $$
declare
  v_until bigint := coalesce(p_until, 9223372036854775807);
  v_events jsonb;
begin
  if p_campaign_id is null then
    select jsonb_agg(to_jsonb(l) order by l.event_id) into v_events
    from (
      select e.event_id, e.campaign_id, e.event, e.happened_at, e.detail, e.done_by
      from daybatch.events as e where e.event_id = any (p_missing)
      union all
      (select e.event_id, e.campaign_id, e.event, e.happened_at, e.detail, e.done_by
      from daybatch.events as e where e.event_id > p_after and e.event_id <= v_until order by e.event_id limit p_limit)
    ) as l;
  else
    select jsonb_agg(to_jsonb(l) order by l.event_id) into v_events
    from (
      select e.event_id, e.campaign_id, e.event, e.happened_at, e.detail, e.done_by
      from daybatch.events as e where e.event_id = any (p_missing) and e.campaign_id = p_campaign_id
      union all
      (select e.event_id, e.campaign_id, e.event, e.happened_at, e.detail, e.done_by
      from daybatch.events as e where e.campaign_id = p_campaign_id and e.event_id > p_after and e.event_id <= v_until
      order by e.event_id limit p_limit)
    ) as l;
  end if;
  return jsonb_build_object('events', coalesce(v_events, '[]'),
    'xmin', pg_snapshot_xmin(pg_current_snapshot())::text, 'xmax', daybatch.next_transaction_id()::text);
end;
$$;

comment on function daybatch.read_events(bigint, bigint[], uuid, bigint, integer) is
  'Lines of the history after an id, for event streams. Example: select daybatch.read_events(0, p_limit => 10);';
