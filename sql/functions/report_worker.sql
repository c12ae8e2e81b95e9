-- A delivering process says that it lives, once a minute. Forgets those not seen for a day. Repeatable.
create or replace function daybatch.report_worker(p_worker_id text, p_connections integer, p_held_count integer default 0, p_problem text default null)
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
begin
  insert into daybatch.workers as w (worker_id, started_at, seen_at, connections, held_count, problem)
  values (p_worker_id, daybatch.current_moment(), daybatch.current_moment(), p_connections, p_held_count, left(daybatch.mask_addresses(p_problem), 1000))
  on conflict (worker_id) do update set seen_at = excluded.seen_at, connections = excluded.connections,
    held_count = excluded.held_count, problem = excluded.problem;
  delete from daybatch.workers as w where w.seen_at < daybatch.current_moment() - interval '24 hours';
end;
$$;

comment on function daybatch.report_worker(text, integer, integer, text) is
  'A worker''s sign of life, shown by worker_status. Example: select daybatch.report_worker(''psql'', 1);';
