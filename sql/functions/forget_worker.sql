-- A delivering process ended in order. Repeatable.
create or replace function daybatch.forget_worker(p_worker_id text)
returns void
language sql volatile security definer set search_path = '' set jit = off
as $$ delete from daybatch.workers as w where w.worker_id = p_worker_id $$;

comment on function daybatch.forget_worker(text) is
  'Takes an ended worker out of worker_status. Example: select daybatch.forget_worker(''psql'');';
