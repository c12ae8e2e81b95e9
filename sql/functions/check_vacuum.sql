-- Whether dead rows are cleaned away from the tables that change with every mail: autovacuum on, dead rows within bounds,
-- and nothing that holds the cleaning back (an old transaction, a prepared one, an abandoned replication slot). Part of
-- check_operation. Other users' sessions are seen only by members of pg_read_all_stats. Reads only.
create or replace function daybatch.check_vacuum()
returns table (name text, state text, finding text)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_off text;
  v_swollen text;
  v_holder record;
begin
  select string_agg(c.oid::regclass::text, ', ' order by c.oid::regclass::text) into v_off
  from pg_catalog.pg_class as c
  where c.oid in ('daybatch.deliveries'::regclass, 'daybatch.delivery_attempts'::regclass, 'daybatch.claims'::regclass, 'daybatch.batches'::regclass,
      'public.campaigns'::regclass, to_regclass('pgboss.job'), to_regclass('pgboss.job_common'))
    and exists (select from unnest(c.reloptions) as o (option) where o.option in ('autovacuum_enabled=false', 'autovacuum_enabled=off', 'autovacuum_enabled=0'));
  -- more than a fifth dead, and ten thousand: the settings of these tables ask for a vacuum long before
  select string_agg(format('%s (%s of %s)', s.relid::regclass, s.n_dead_tup, s.n_live_tup + s.n_dead_tup), ', ' order by s.n_dead_tup desc) into v_swollen
  from pg_catalog.pg_stat_user_tables as s
  where (s.schemaname in ('daybatch', 'pgboss') or s.relid = 'public.campaigns'::regclass)
    and s.n_dead_tup > 10000 and s.n_dead_tup > (s.n_live_tup + s.n_dead_tup) * 0.2;
  select h.what, h.age into v_holder
  from (
    select format('a transaction of %s (pid %s, %s)', a.usename, a.pid, a.application_name) as what, daybatch.current_moment() - a.xact_start as age
    from pg_catalog.pg_stat_activity as a
    -- also: not of sessions whose age this user may not see
    where a.backend_xmin is not null and a.datname = current_database() and a.pid <> pg_backend_pid() and a.backend_type = 'client backend'
    union all
    select format('the prepared transaction %s', p.gid), daybatch.current_moment() - p.prepared from pg_catalog.pg_prepared_xacts as p where p.database = current_database()
    union all
    -- how long a slot is abandoned is not recorded
    select format('the replication slot %s, which nobody reads', r.slot_name), null
    from pg_catalog.pg_replication_slots as r where not r.active and coalesce(r.xmin, r.catalog_xmin) is not null
  ) as h
  where coalesce(h.age, interval '1 hour') >= interval '1 hour'
  order by h.age desc nulls first limit 1;

  return query select 'vacuum',
    case when v_off is not null or not current_setting('autovacuum')::boolean then 'fail' when v_swollen is not null or v_holder.what is not null then 'note' else 'ok' end,
    case
      when not current_setting('autovacuum')::boolean then 'autovacuum is off: alter system set autovacuum = on; select pg_reload_conf();'
      when v_off is not null then format('autovacuum is off for %s: alter table ... reset (autovacuum_enabled);', v_off)
      when v_holder.what is not null then format('%s holds the cleaning of dead rows back%s: end it', v_holder.what, format(' for %s hours', round(extract(epoch from v_holder.age) / 3600, 1)))
      when v_swollen is not null then format('many dead rows in %s: vacuum (analyze) them, and look for what keeps autovacuum from it', v_swollen)
      else 'autovacuum is on, nothing holds it back' end;
end;
$$;

comment on function daybatch.check_vacuum() is
  'Whether dead rows of the hot tables are cleaned away (part of check_operation). Example: select state, finding from daybatch.check_vacuum();';
