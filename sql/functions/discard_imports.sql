-- Takes the staged rows of imports away that nobody goes on with: those that were all or nothing and whose service died
-- an hour ago, the others after 30 days. Called by begin_import. Locks: the import, unless somebody else has it.
-- Repeatable.
create or replace function daybatch.discard_imports()
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_now timestamptz := daybatch.current_moment();
  v_import record;
  v_count integer := 0;
begin
  for v_import in
    select i.import_id
    from daybatch.imports as i join daybatch.import_progress as p on p.import_id = i.import_id
    where i.finished_at is null and p.updated_at < v_now - case when i.is_atomic then interval '1 hour' else interval '720 hours' end
    for update of i skip locked
  loop
    delete from daybatch.import_rows as r where r.import_id = v_import.import_id;
    delete from daybatch.import_progress as p where p.import_id = v_import.import_id;
    update daybatch.imports as i set is_atomic = true, failed_at = coalesce(i.failed_at, v_now), failure = coalesce(i.failure, 'nobody went on with it')
    where i.import_id = v_import.import_id;
    v_count := v_count + 1;
  end loop;
  return v_count;
end;
$$;

comment on function daybatch.discard_imports() is
  'Takes the staged rows of abandoned imports away and answers how many there were. Example: select daybatch.discard_imports();';
