-- Locks an import and answers it; the first statement of whatever changes one. Errors: MB016 unknown import.
create or replace function daybatch.lock_import(p_import_id uuid)
returns daybatch.imports
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_import daybatch.imports;
begin
  select i.* into v_import from daybatch.imports as i where i.import_id = p_import_id for update;
  if v_import.import_id is null then
    raise exception using errcode = 'MB016', message = format('import %s does not exist', coalesce(p_import_id::text, 'null')),
      hint = 'Begin one: select daybatch.begin_import(list_id, ''contacts.csv'');';
  end if;
  return v_import;
end;
$$;

comment on function daybatch.lock_import(uuid) is
  'Locks an import for a change (part of finish_import). Example: select (daybatch.lock_import(import_id)).list_id from daybatch.imports limit 0;';
