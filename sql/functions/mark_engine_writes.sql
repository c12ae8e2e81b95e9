-- Opens (true) or closes (false) the gap in which the engine may write its own columns: guard_engine_columns refuses
-- them otherwise. Set for the transaction, closed by the same function after its update, and undone by any error. (As a
-- "set" clause of the functions it would need a superuser to create them.) Called around every such update. Repeatable.
create or replace function daybatch.mark_engine_writes(p_on boolean)
returns void
language sql volatile set search_path = '' set jit = off
as $$ select pg_catalog.set_config('daybatch.engine_writes', case when p_on then 'on' else '' end, true) $$;

comment on function daybatch.mark_engine_writes(boolean) is
  'Lets the engine''s functions write the engine''s columns (owner only). Example: select daybatch.mark_engine_writes(false);';
