-- Adapter: who is on which list. The engine reads membership through this view alone, so a DBA of an application with
-- another shape may replace it (create or replace view, same columns); a deploy leaves a replaced one alone.
-- position decides the order within a list; without one the time of joining does.
do $adapter$
declare
  v_position text := 'null::numeric';
begin
  if (select count(*) from pg_catalog.pg_attribute as a
    where a.attrelid = 'public.contact_list_members'::regclass and a.attname in ('list_id', 'contact_id') and not a.attisdropped) < 2
  then
    if to_regclass('daybatch.list_members') is not null then
      return;
    end if;
    raise exception 'public.contact_list_members has no columns list_id and contact_id: daybatch cannot tell who is on which list'
      using hint = 'Make the view first: create schema if not exists daybatch; create view daybatch.list_members (list_id, contact_id, position) as ...; position is numeric, or null.';
  end if;
  select coalesce('coalesce(' || string_agg(e.expression, ', ' order by e.rank) || ')', v_position) into v_position
  from (values
    ('position', 1, 'm.position::numeric'),
    ('created_at', 2, 'extract(epoch from m.created_at) * 1000000')) as e (attname, rank, expression)
  join pg_catalog.pg_attribute as a on a.attrelid = 'public.contact_list_members'::regclass and a.attname = e.attname and not a.attisdropped;
  perform daybatch.replace_adapter('list_members', format(
    'select m.list_id, m.contact_id, %s as position from public.contact_list_members as m', v_position));
end;
$adapter$;

comment on view daybatch.list_members is
  'Who is on which list, in which order; replaceable by a DBA (list_id uuid, contact_id uuid, position numeric). Example: select list_id, count(*) from daybatch.list_members group by list_id;';
