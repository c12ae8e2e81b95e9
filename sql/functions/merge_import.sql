-- Turns the next p_limit staged rows of an import into contacts on its list, in the order of the file: known addresses
-- reuse their contact, unchanged, the others become contacts. The first call judges all rows (judge_import). Called until
-- is_done, in one transaction (all or nothing) or in one each, then finish_import. Set-based; a new contact's id is made of
-- the import's and the line, so that the indexes by id grow at their end.
-- Locks: the import, then the merges of all imports, one after the other: two files with one address make one contact.
-- Repeatable: it goes on where it was. Errors: MB016 unknown import, MB060 it broke off, MB017 a limit below 1.
create or replace function daybatch.merge_import(p_import_id uuid, p_limit integer default 20000)
returns jsonb
language plpgsql volatile security definer set search_path = '' set jit = off set lock_timeout = '10min'
as $$
#variable_conflict use_column
declare
  v_import daybatch.imports;
  v_last integer;
  v_suppressed integer := 0;
  v_counts record;
begin
  v_import := daybatch.lock_import(p_import_id);
  if coalesce(p_limit, 0) < 1 then
    raise exception using errcode = 'MB017', message = 'merge_import needs a limit of at least 1', hint = 'Example: select daybatch.merge_import(import_id, 20000);';
  elsif v_import.failed_at is not null then
    raise exception using errcode = 'MB060', message = format('import %s broke off: %s', p_import_id, v_import.failure), hint = 'Go on with it by begin_import, or begin a new one.';
  elsif v_import.finished_at is not null then
    return jsonb_build_object('merged', 0, 'merged_line', v_import.merged_line, 'is_done', true);
  end if;
  perform pg_advisory_xact_lock(hashtextextended('daybatch.merge_import', 0));
  if v_import.judged_at is null then
    perform daybatch.judge_import(p_import_id);
    v_suppressed := daybatch.suppress_import(p_import_id);
  end if;
  select max(n.line_number) into v_last from (
    select r.line_number from daybatch.import_rows as r
    where r.import_id = p_import_id and r.line_number > v_import.merged_line
    order by r.line_number limit p_limit) as n;

  -- a row finds or makes its contact by itself: without statistics of the rows just copied, a join of them is a nested loop;
  -- not by order and limit, which may walk the whole primary key, and not by an array, whose sort costs more than the look
  with rows as materialized (
    select r.line_number, r.email, r.first_name, r.last_name, r.attributes, k.id as known_id,
      coalesce(k.id, (left(p_import_id::text, 14) || '8' || substr(p_import_id::text, 16, 9) || lpad(to_hex(r.line_number), 12, '0'))::uuid) as contact_id
    from daybatch.import_rows as r
    cross join lateral (select min(c.id::text collate "C")::uuid as id from public.contacts as c where lower(c.email) = lower(r.email)) as k
    where r.import_id = p_import_id and r.line_number > v_import.merged_line and r.line_number <= v_last and r.rejection is null and r.status is null
    order by r.line_number
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
    (select count(*) from listed) as listed
  into v_counts;
  update daybatch.imports as i set merged_line = coalesce(v_last, i.merged_line), imported_count = i.imported_count + v_counts.imported,
    existing_count = i.existing_count + v_counts.existing, added_to_list_count = i.added_to_list_count + v_counts.listed,
    suppressed_count = i.suppressed_count + v_suppressed
  where i.import_id = p_import_id;
  return jsonb_build_object('merged', v_counts.imported + v_counts.existing, 'merged_line', coalesce(v_last, v_import.merged_line), 'is_done', v_last is null);
end;
$$;

comment on function daybatch.merge_import(uuid, integer) is
  'Turns the next staged rows of an import into contacts on its list. Example: select daybatch.merge_import(import_id, 20000) from daybatch.imports limit 0;';
