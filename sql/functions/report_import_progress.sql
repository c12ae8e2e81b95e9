-- How far an import under way is: rows and bytes of the file read, rows merged. Called by its reader about once a second,
-- outside of the import's own transactions. Locks: the progress alone. Repeatable.
create or replace function daybatch.report_import_progress(p_import_id uuid, p_phase text, p_row_count integer, p_byte_count bigint, p_merged_count integer default 0)
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_now timestamptz := daybatch.current_moment();
begin
  update daybatch.import_progress as p set phase = p_phase, phase_since = case when p.phase = p_phase then p.phase_since else v_now end,
    row_count = p_row_count, byte_count = p_byte_count, merged_count = p_merged_count, updated_at = v_now
  where p.import_id = p_import_id;
end;
$$;

comment on function daybatch.report_import_progress(uuid, text, integer, bigint, integer) is
  'Tells how far an import is. Example: select daybatch.report_import_progress(import_id, ''reading'', 1000, 65536) from daybatch.imports;';
