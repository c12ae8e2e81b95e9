-- One import as the API shows it: its state, how far it is, how fast, and the seconds that its phase still takes; at the
-- end its counts. Reads only. States: reading, merging, finished; failed (all or nothing: nothing is left) and interrupted
-- (begin_import goes on with it). Errors: MB016 unknown import.
create or replace function daybatch.get_import(p_import_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = '' set jit = off set timezone = 'UTC'
as $$
declare
  v_import daybatch.imports;
  v_progress daybatch.import_progress;
  v_state text;
  v_seconds numeric;
  v_done numeric;
  v_all numeric;
begin
  select i.* into v_import from daybatch.imports as i where i.import_id = p_import_id;
  if v_import.import_id is null then
    raise exception using errcode = 'MB016', message = format('import %s does not exist', coalesce(p_import_id::text, 'null')),
      hint = 'Its id was answered when it was made; GET /api/imports lists them.';
  end if;
  select p.* into v_progress from daybatch.import_progress as p where p.import_id = p_import_id;
  v_state := case
    when v_import.finished_at is not null then 'finished'
    when v_import.failed_at is null and daybatch.is_import_alive(p_import_id) then v_progress.phase
    when v_import.is_atomic then 'failed'
    else 'interrupted'
  end;
  if v_state in ('reading', 'merging') then
    v_seconds := nullif(extract(epoch from v_progress.updated_at - v_progress.phase_since), 0);
    v_done := case v_state when 'reading' then v_progress.byte_count else v_progress.merged_count end;
    v_all := case v_state when 'reading' then v_import.byte_count else v_progress.row_count end;
  end if;
  return jsonb_build_object('id', v_import.import_id, 'list_id', v_import.list_id, 'file_name', v_import.file_name, 'format', v_import.format, 'mapping', v_import.mapping,
      'mode', case when v_import.is_atomic then 'atomic' else 'resumable' end, 'state', v_state,
      'created_at', v_import.started_at, 'finished_at', v_import.finished_at,
      'failure', coalesce(v_import.failure, case when v_state in ('failed', 'interrupted') then 'the service that read it went away' end))
    || jsonb_build_object('rows_read', coalesce(v_import.row_count, v_progress.row_count, 0), 'rows_merged', coalesce(v_progress.merged_count, v_import.row_count, 0),
      'bytes_read', coalesce(v_progress.byte_count, v_import.byte_count, 0), 'bytes_expected', v_import.byte_count, 'staged_line', v_import.staged_line, 'is_read', v_import.judged_at is not null,
      'rows_per_second', round(case v_state when 'reading' then v_progress.row_count else v_progress.merged_count end / v_seconds),
      'seconds_left', ceil(greatest(v_all - v_done, 0) * v_seconds / nullif(v_done, 0)))
    || case when v_import.finished_at is null then jsonb '{}' else jsonb_build_object('rows', v_import.row_count, 'imported', v_import.imported_count,
      'existing', v_import.existing_count, 'added_to_list', v_import.added_to_list_count, 'suppressed_count', coalesce(v_import.suppressed_count, 0),
      'rejected_count', v_import.rejected_count) end;
end;
$$;

comment on function daybatch.get_import(uuid) is
  'One import as JSON: state, rows and bytes read, rate, seconds left, counts. Example: select daybatch.get_import(import_id) from daybatch.imports;';
