-- The processes that deliver: alive when seen in the last 3 minutes.
create or replace view daybatch.worker_status as
select
  w.worker_id, w.started_at, w.seen_at, w.seen_at > daybatch.current_moment() - interval '3 minutes' as is_alive,
  w.connections, w.held_count, w.problem,
  (select count(*) from daybatch.claims as k where k.worker_id = w.worker_id) as claims
from daybatch.workers as w;

comment on view daybatch.worker_status is
  'Delivering processes, whether they live, and their problem. Example: select worker_id, is_alive, problem from daybatch.worker_status;';
