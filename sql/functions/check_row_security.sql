-- Refuses (MB019) when row level security would hide rows from the engine: an audience read through it looks
-- empty without an error, and "nobody left" would read as "complete". The engine must own the tables, without FORCE,
-- or have BYPASSRLS; what an adapter view reads is judged by the view's owner. Reads the catalog only.
-- Called by every deploy, at each initialisation, and by the doctor.
create or replace function daybatch.check_row_security()
returns void
language plpgsql stable security definer set search_path = '' set jit = off
as $$
declare
  v_hidden record;
begin
  with recursive read_by as (
    select c.oid, current_user::regrole::oid as reader
    from pg_catalog.pg_class as c
    where c.oid in (to_regclass('public.campaigns'), to_regclass('public.contacts'), to_regclass('public.contact_lists'),
      to_regclass('public.contact_list_members'), to_regclass('public.email_tracking'), to_regclass('daybatch.list_members'), to_regclass('daybatch.legacy_mailed'))
    union
    -- a view reads with its owner's rights, unless it is made with security_invoker
    select d.refobjid, case when v.reloptions && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1'] then r.reader else v.relowner end
    from read_by as r
    join pg_catalog.pg_class as v on v.oid = r.oid and v.relkind = 'v'
    join pg_catalog.pg_rewrite as w on w.ev_class = v.oid
    join pg_catalog.pg_depend as d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = w.oid
      and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid <> v.oid
  )
  select c.oid::regclass as table_name, o.rolname as reader into v_hidden
  from read_by as r
  join pg_catalog.pg_class as c on c.oid = r.oid
  join pg_catalog.pg_roles as o on o.oid = r.reader
  where c.relrowsecurity and not o.rolsuper and not o.rolbypassrls
    and (c.relforcerowsecurity or not pg_has_role(o.oid, c.relowner, 'usage'))
  limit 1;
  if found then
    raise exception using errcode = 'MB019',
      message = format('row level security of %s hides rows from the engine (role %s)', v_hidden.table_name, v_hidden.reader),
      hint = format('Let that role see every row: alter role %I bypassrls; or let it own the table without "force row level security".', v_hidden.reader);
  end if;
end;
$$;

comment on function daybatch.check_row_security() is
  'Raises MB019 when row level security hides application rows from the engine. Example: select daybatch.check_row_security();';
