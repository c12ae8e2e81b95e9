-- The rejected rows of an import, in the order of their lines, a page at a time. Reads only. Errors: MB016 unknown import.
create or replace function daybatch.list_import_rejections(p_import_id uuid, p_after_line integer default 0, p_limit integer default 200)
returns table (line_number integer, email text, reason text)
language plpgsql stable security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
begin
  if not exists (select from daybatch.imports as i where i.import_id = p_import_id) then
    raise exception using errcode = 'MB016', message = format('import %s does not exist', coalesce(p_import_id::text, 'null')),
      hint = 'Its id was answered when it was made.';
  end if;
  return query
    select r.line_number, r.email, r.rejection
    from daybatch.import_rows as r
    where r.import_id = p_import_id and r.rejection is not null and r.line_number > p_after_line
    order by r.line_number
    limit least(greatest(p_limit, 1), 200);
end;
$$;

comment on function daybatch.list_import_rejections(uuid, integer, integer) is
  'Rejected rows of an import with line number and reason. Example: select r.* from daybatch.imports as i, daybatch.list_import_rejections(i.import_id) as r;';
