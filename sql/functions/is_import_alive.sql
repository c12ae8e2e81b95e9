-- Whether somebody has worked on an import in the last minute: its reader tells how far it is every second. Reads only.
create or replace function daybatch.is_import_alive(p_import_id uuid)
returns boolean
language sql stable security definer set search_path = '' set jit = off
as $$
  select exists (
    select from daybatch.import_progress as p
    where p.import_id = p_import_id and p.updated_at > daybatch.current_moment() - interval '1 minute')
$$;

comment on function daybatch.is_import_alive(uuid) is
  'Whether an import is under way (part of begin_import and get_import). Example: select daybatch.is_import_alive(import_id) from daybatch.imports;';
