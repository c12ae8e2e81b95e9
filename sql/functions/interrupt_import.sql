-- An import broke off: the upload was cut, the file is none, the database went away. All or nothing leaves nothing: its
-- staged rows go. Another kind keeps them, and begin_import goes on with it. Called by the reader of the file.
-- Locks: the import. Repeatable: an import that ended stays as it is, and answers false.
create or replace function daybatch.interrupt_import(p_import_id uuid, p_failure text)
returns boolean
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_import daybatch.imports;
begin
  select i.* into v_import from daybatch.imports as i where i.import_id = p_import_id for update;
  if v_import.import_id is null or v_import.finished_at is not null or v_import.failed_at is not null then
    return false;
  end if;
  if v_import.is_atomic then
    delete from daybatch.import_rows as r where r.import_id = p_import_id;
  end if;
  update daybatch.imports as i set failed_at = daybatch.current_moment(), failure = left(coalesce(nullif(trim(p_failure), ''), 'it broke off'), 500)
  where i.import_id = p_import_id;
  return true;
end;
$$;

comment on function daybatch.interrupt_import(uuid, text) is
  'Ends an import that broke off; nothing is left of one that was all or nothing. Example: select daybatch.interrupt_import(import_id, ''the upload was cut'') from daybatch.imports limit 0;';
