-- Begins an import into a list; the caller then copies rows into daybatch.import_rows under this id, tells
-- record_staged_rows how far they go, and calls finish_import. With the id of an import that broke off it goes on with
-- that one, after its staged_line (get_import): only if it is not all-or-nothing, and with the same file, by the sha256
-- of its head and its size, and the same mapping of its columns. A finished one is answered as it is. Takes the staged rows of abandoned imports away.
-- Called by the API and the import command. Locks: the import. Errors: MB005 unknown list, MB060 it cannot go on.
create or replace function daybatch.begin_import(p_list_id uuid, p_file_name text default null, p_import_id uuid default null,
  p_is_atomic boolean default true, p_byte_count bigint default null, p_file_head text default null, p_format text default null, p_mapping jsonb default null)
returns uuid
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_now timestamptz;
  v_import daybatch.imports;
  v_problem text;
begin
  perform daybatch.check_list(p_list_id);
  perform daybatch.discard_imports();
  insert into daybatch.imports (import_id, list_id, file_name, started_at, is_atomic, byte_count, file_head, format, mapping)
  values (coalesce(p_import_id, gen_random_uuid()), p_list_id, left(p_file_name, 255), daybatch.current_moment(), coalesce(p_is_atomic, true),
    p_byte_count, p_file_head, left(p_format, 50), p_mapping)
  on conflict do nothing
  returning * into v_import;
  if v_import.import_id is null then
    select i.* into v_import from daybatch.imports as i where i.import_id = p_import_id for update;
    v_problem := case
      when v_import.list_id <> p_list_id then 'went into another list'
      when v_import.finished_at is not null then null
      when v_import.is_atomic then 'was all or nothing, and nothing is left of it'
      when v_import.failed_at is null and daybatch.is_import_alive(p_import_id) then 'is still under way'
      when v_import.file_head is distinct from p_file_head then 'began with another file'
      when v_import.byte_count <> p_byte_count then 'had a file of another size'
      when v_import.staged_line > 0 and v_import.mapping is distinct from p_mapping then 'read the columns in another way'
    end;
    if v_problem is not null then
      raise exception using errcode = 'MB060', message = format('import %s %s', p_import_id, v_problem),
        hint = 'Begin a new one, under another id or without one; GET /api/imports/{id} says where this one stands.';
    end if;
    update daybatch.imports as i set failed_at = null, failure = null, mapping = p_mapping where i.import_id = p_import_id and i.failed_at is not null;
  end if;
  if v_import.finished_at is null then
    v_now := daybatch.current_moment();
    insert into daybatch.import_progress as p (import_id, phase, phase_since, row_count, byte_count, merged_count, updated_at)
    values (v_import.import_id, 'reading', v_now, 0, 0, 0, v_now)
    on conflict (import_id) do update set phase = 'reading', phase_since = v_now, row_count = 0, byte_count = 0, merged_count = 0, updated_at = v_now;
  end if;
  return v_import.import_id;
end;
$$;

comment on function daybatch.begin_import(uuid, text, uuid, boolean, bigint, text, text, jsonb) is
  'Begins an import of contacts into a list, or goes on with one that broke off, and returns its id. Example: select daybatch.begin_import(id, ''contacts.csv'') from public.contact_lists limit 1;';
