-- Judges the staged rows of an import, once all are there: invalid addresses, attributes that are no object and second
-- rows of one address get their reason. Called by merge_import under the import's lock. Repeatable.
create or replace function daybatch.judge_import(p_import_id uuid)
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
begin
  update daybatch.import_rows as r
  set rejection = case when daybatch.is_valid_address(r.email) then 'the attributes are not an object' else 'no e-mail address that can be mailed' end
  where r.import_id = p_import_id and r.rejection is null
    and not (
      -- is_valid_address costs ten times as much as a plain look: what this takes, it takes too (length 64 keeps every part short enough)
      (coalesce(length(r.email) <= 64 and r.email collate "C" ~ '^[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]$', false)
        or daybatch.is_valid_address(r.email))
      and coalesce(jsonb_typeof(r.attributes), 'null') in ('object', 'null'));

  with repeated as materialized (
    select lower(r.email) as address, min(r.line_number) as first_line
    from daybatch.import_rows as r where r.import_id = p_import_id and r.rejection is null
    group by 1 having count(*) > 1
  )
  update daybatch.import_rows as r
  set rejection = format('the address stands already in line %s', f.first_line)
  from repeated as f
  where r.import_id = p_import_id and r.rejection is null and lower(r.email) = f.address and r.line_number > f.first_line;

  update daybatch.imports as i set judged_at = daybatch.current_moment(),
    row_count = null, imported_count = 0, existing_count = 0, added_to_list_count = 0, suppressed_count = 0
  where i.import_id = p_import_id;
end;
$$;

comment on function daybatch.judge_import(uuid) is
  'Gives staged rows that cannot be used their reason (part of merge_import). Example: select daybatch.judge_import(import_id) from daybatch.imports limit 0;';
