-- Makes an adapter view, unless a DBA has put another in its place (its text differs from what the last deploy made).
-- Called by sql/views/list_members.sql and legacy_mailed.sql at every deploy. Repeatable.
create or replace function daybatch.replace_adapter(p_view_name text, p_query text)
returns void
language plpgsql volatile set search_path = ''
as $$
declare
  v_view regclass := to_regclass('daybatch.' || quote_ident(p_view_name));
  v_before text := case when v_view is not null then md5(pg_get_viewdef(v_view)) end;
  v_ours text := (select a.definition_md5 from daybatch.adapters as a where a.view_name = p_view_name);
begin
  if v_view is not null and v_before is distinct from v_ours then
    return;
  end if;
  execute format('create or replace view daybatch.%I as %s', p_view_name, p_query);
  v_view := to_regclass('daybatch.' || quote_ident(p_view_name));
  if md5(pg_get_viewdef(v_view)) is distinct from v_ours then
    insert into daybatch.adapters (view_name, definition_md5) values (p_view_name, md5(pg_get_viewdef(v_view)))
    on conflict (view_name) do update set definition_md5 = excluded.definition_md5;
  end if;
end;
$$;

comment on function daybatch.replace_adapter(text, text) is
  'Makes an adapter view unless a DBA has replaced it (part of a deploy). Example: select a.view_name from daybatch.adapters as a;';
