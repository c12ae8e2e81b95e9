-- Begins an import into a list; the caller then copies rows into daybatch.import_rows under this id and calls
-- finish_import. Errors: MB005 unknown list.
create or replace function daybatch.begin_import(p_list_id uuid, p_file_name text default null)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  perform daybatch.check_list(p_list_id);
  insert into daybatch.imports (list_id, file_name, started_at) values (p_list_id, left(p_file_name, 255), daybatch.current_moment())
  returning import_id into v_id;
  return v_id;
end;
$$;

comment on function daybatch.begin_import(uuid, text) is
  'Begins an import of contacts into a list and returns its id. Example: select daybatch.begin_import(id, ''contacts.csv'') from public.contact_lists limit 1;';
