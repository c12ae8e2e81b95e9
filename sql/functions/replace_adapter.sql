-- Makes an adapter view, unless a DBA has put another in its place (its text differs from what the last deploy made),
-- or the query is the one it was made of: then nobody who reads it is kept waiting.
-- Called by sql/views/list_members.sql and legacy_mailed.sql at every deploy. Repeatable.
create or replace function daybatch.replace_adapter(p_view_name text, p_query text)
returns void
language plpgsql volatile set search_path = '' set jit = off
as $$
declare
  v_view regclass := to_regclass('daybatch.' || quote_ident(p_view_name));
  v_ours daybatch.adapters := (select a from daybatch.adapters as a where a.view_name = p_view_name);
begin
  if v_view is not null and (md5(pg_get_viewdef(v_view)) is distinct from v_ours.definition_md5 or v_ours.query_md5 = md5(p_query)) then
    return;
  end if;
  execute format('create or replace view daybatch.%I as %s', p_view_name, p_query);
  insert into daybatch.adapters (view_name, definition_md5, query_md5)
  values (p_view_name, md5(pg_get_viewdef(to_regclass('daybatch.' || quote_ident(p_view_name)))), md5(p_query))
  on conflict (view_name) do update set definition_md5 = excluded.definition_md5, query_md5 = excluded.query_md5;
end;
$$;

comment on function daybatch.replace_adapter(text, text) is
  'Makes an adapter view unless a DBA has replaced it (part of a deploy). Example: select a.view_name from daybatch.adapters as a;';
