-- Imports as get_import shows them, newest first, a page at a time (the last one's created_at and id go on). Reads only.
create or replace function daybatch.list_imports(p_after_created_at timestamptz default null, p_after_id uuid default null, p_limit integer default 50)
returns setof jsonb
language sql stable security definer set search_path = '' set jit = off
as $$
  select daybatch.get_import(i.import_id)
  from daybatch.imports as i
  where p_after_id is null or (i.started_at, i.import_id) < (p_after_created_at, p_after_id)
  order by i.started_at desc, i.import_id desc
  limit least(greatest(p_limit, 1), 200)
$$;

comment on function daybatch.list_imports(timestamptz, uuid, integer) is
  'A page of imports, newest first. Example: select i ->> ''file_name'', i ->> ''state'' from daybatch.list_imports() as i;';
