-- Says how far the staged rows of an import go; in the transaction that copied them in, so that both are there or
-- neither. Called by the reader of the file. Locks: the import. Repeatable: the line never goes back.
-- Errors: MB016 unknown import, MB060 it ended, or somebody else goes on with it.
create or replace function daybatch.record_staged_rows(p_import_id uuid, p_after_line integer, p_line integer)
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_import daybatch.imports;
begin
  v_import := daybatch.lock_import(p_import_id);
  if v_import.finished_at is not null or v_import.failed_at is not null or v_import.judged_at is not null or v_import.staged_line <> p_after_line then
    raise exception using errcode = 'MB060', message = format('import %s takes no more rows after line %s', p_import_id, p_after_line),
      hint = 'It ended, or somebody else goes on with it: GET /api/imports/{id} says where it stands.';
  end if;
  update daybatch.imports as i set staged_line = greatest(i.staged_line, p_line) where i.import_id = p_import_id;
end;
$$;

comment on function daybatch.record_staged_rows(uuid, integer, integer) is
  'Says to which line the rows of an import are staged. Example: select daybatch.record_staged_rows(import_id, 0, 1000) from daybatch.imports limit 0;';
