-- Where the history ends now, for a reader that begins here: {"last_event_id", "missing", "xmax"}. missing are the ids
-- below the last one that may still come, among the last 10,000 lines and at most 500: most of them were rolled back, and
-- read_events tells when a missing one will never come. Called by the service's event streams. Reads only.
create or replace function daybatch.find_event_position()
returns jsonb
language sql stable security definer set search_path = '' set jit = off
as $$
  with recent as (
    select e.event_id, lag(e.event_id) over (order by e.event_id) as before
    from (select o.event_id from daybatch.events as o order by o.event_id desc limit 10000) as e
  )
  select jsonb_build_object(
    'last_event_id', coalesce((select max(r.event_id) from recent as r), 0),
    'missing', array(
      select g.id from recent as r
      cross join lateral generate_series(greatest(r.before + 1, r.event_id - 500), r.event_id - 1) as g (id)
      where r.before is not null
      order by g.id desc limit 500),
    'xmax', daybatch.next_transaction_id()::text)
$$;

comment on function daybatch.find_event_position() is
  'Where the history ends now, and which ids below may still come. Example: select daybatch.find_event_position();';
