-- Superseded signatures, dropped before the functions are applied: one "drop function if exists" a line.
-- A function whose columns change is dropped once: what "create or replace" cannot do.

do $$
begin
  if exists (select from pg_proc as p where p.pronamespace = 'daybatch'::regnamespace and p.proname = 'claim_deliveries' and not 'unsubscribe_token' = any (p.proargnames)) then
    drop function daybatch.claim_deliveries(uuid, text, integer);
  end if;
end;
$$;
