-- The id that the next transaction will have: every transaction that has an id by now has a lower one. The "xmax" of a
-- snapshot is no such bound: it is one above the highest id that has ended, and those that run may have it or higher ones.
-- null when this transaction has an id of its own: age() counts from that one then. Called by read_events,
-- find_event_position and collect_outcomes, before they write. Reads only.
create or replace function daybatch.next_transaction_id()
returns xid8
language sql stable security definer set search_path = '' set jit = off
as $$
  select (s.xmax::text::bigint + greatest(age(s.xmax::xid), 0))::text::xid8
  from (select pg_snapshot_xmax(pg_current_snapshot()) as xmax) as s
  where pg_current_xact_id_if_assigned() is null
$$;

comment on function daybatch.next_transaction_id() is
  'The id that the next transaction will have, null in one that has written. Example: select daybatch.next_transaction_id();';
