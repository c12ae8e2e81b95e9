-- Ends an import: merges what merge_import has not merged yet, keeps the rejected rows for list_import_rejections, takes
-- the others out of the staging table and answers the counts. Called after the last row is copied.
-- Locks: as merge_import. Repeatable: a finished import answers its counts. Errors: MB016 unknown import, MB060 it broke off.
create or replace function daybatch.finish_import(p_import_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_import daybatch.imports;
  v_rows integer;
  v_rejected integer;
begin
  v_import := daybatch.lock_import(p_import_id);
  if v_import.finished_at is null then
    while not (daybatch.merge_import(p_import_id) ->> 'is_done')::boolean loop
      null;
    end loop;
    select count(*), count(*) filter (where r.rejection is not null) into v_rows, v_rejected
    from daybatch.import_rows as r where r.import_id = p_import_id;
    delete from daybatch.import_rows as r where r.import_id = p_import_id and r.rejection is null;
    update daybatch.imports as i set finished_at = daybatch.current_moment(), row_count = v_rows, rejected_count = v_rejected
    where i.import_id = p_import_id
    returning i.* into v_import;
    delete from daybatch.import_progress as p where p.import_id = p_import_id;
  end if;
  return jsonb_build_object('import_id', v_import.import_id, 'list_id', v_import.list_id, 'rows', v_import.row_count,
    'imported', v_import.imported_count, 'existing', v_import.existing_count, 'added_to_list', v_import.added_to_list_count,
    'suppressed_count', coalesce(v_import.suppressed_count, 0), 'rejected_count', v_import.rejected_count);
end;
$$;

comment on function daybatch.finish_import(uuid) is
  'Turns the copied rows of an import into contacts on its list and answers the counts. Example: select daybatch.finish_import(import_id) from daybatch.imports limit 0;';
