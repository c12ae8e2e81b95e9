-- Judges the copied rows of an import: invalid addresses and second rows of one address are rejected with their line
-- number, known addresses reuse their contact, the others become contacts; all of them go on the list in the order of
-- the file. Accepted staging rows are deleted, rejected ones stay for list_import_rejections.
-- Repeatable: a finished import answers its counts. Errors: MB016 unknown import.
create or replace function daybatch.finish_import(p_import_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  v_import daybatch.imports;
  v_counts record;
begin
  select i.* into v_import from daybatch.imports as i where i.import_id = p_import_id for update;
  if v_import.import_id is null then
    raise exception using errcode = 'MB016', message = format('import %s does not exist', coalesce(p_import_id::text, 'null')),
      hint = 'Begin one: select daybatch.begin_import(list_id, ''contacts.csv'');';
  end if;
  if v_import.finished_at is null then
    update daybatch.import_rows as r
    set rejection = case when daybatch.is_valid_address(r.email) then 'the attributes are not an object' else 'no e-mail address that can be mailed' end
    where r.import_id = p_import_id and r.rejection is null
      and not (daybatch.is_valid_address(r.email) and coalesce(jsonb_typeof(r.attributes), 'null') in ('object', 'null'));
    update daybatch.import_rows as r
    set rejection = format('the address stands already in line %s', f.first_line)
    from (
      select i.ctid as row_id, min(i.line_number) over (partition by lower(i.email)) as first_line
      from daybatch.import_rows as i where i.import_id = p_import_id and i.rejection is null
    ) as f
    where r.ctid = f.row_id and r.line_number > f.first_line;

    -- a row finds or makes its contact by itself: without statistics of the rows just copied, a join of them is a nested loop
    with rows as materialized (
      select r.*, k.id as known_id, coalesce(k.id, gen_random_uuid()) as contact_id
      from daybatch.import_rows as r
      cross join lateral (select (array_agg(c.id order by c.id))[1] as id from public.contacts as c where lower(c.email) = lower(r.email)) as k
      where r.import_id = p_import_id and r.rejection is null
    ),
    made as (
      insert into public.contacts as c (id, email, first_name, last_name, attributes)
      select r.contact_id, r.email, r.first_name, r.last_name, coalesce(nullif(r.attributes, 'null'), '{}')
      from rows as r
      where r.known_id is null
      order by r.line_number
    ),
    listed as (
      insert into public.contact_list_members (list_id, contact_id)
      select v_import.list_id, r.contact_id from rows as r
      order by r.line_number
      on conflict do nothing
      returning 1
    )
    select (select count(*) from rows as r where r.known_id is null) as imported, (select count(*) from rows as r where r.known_id is not null) as existing,
      (select count(*) from listed) as listed,
      (select count(*) from daybatch.import_rows as r where r.import_id = p_import_id) as rows,
      (select count(*) from daybatch.import_rows as r where r.import_id = p_import_id and r.rejection is not null) as rejected
    into v_counts;
    delete from daybatch.import_rows as r where r.import_id = p_import_id and r.rejection is null;
    update daybatch.imports as i set finished_at = daybatch.current_moment(), row_count = v_counts.rows, imported_count = v_counts.imported,
      existing_count = v_counts.existing, added_to_list_count = v_counts.listed, rejected_count = v_counts.rejected
    where i.import_id = p_import_id
    returning i.* into v_import;
  end if;
  return jsonb_build_object('import_id', v_import.import_id, 'list_id', v_import.list_id, 'rows', v_import.row_count,
    'imported', v_import.imported_count, 'existing', v_import.existing_count, 'added_to_list', v_import.added_to_list_count,
    'rejected_count', v_import.rejected_count);
end;
$$;

comment on function daybatch.finish_import(uuid) is
  'Turns the copied rows of an import into contacts on its list and answers the counts. Example: select daybatch.finish_import(import_id) from daybatch.imports limit 0;';
