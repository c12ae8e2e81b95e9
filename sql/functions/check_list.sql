-- Refuses (MB005) a list that does not exist. Reads only.
create or replace function daybatch.check_list(p_list_id uuid)
returns void
language plpgsql stable security definer set search_path = '' set jit = off
as $$
begin
  if not exists (select from public.contact_lists as l where l.id = p_list_id) then
    raise exception using errcode = 'MB005', message = format('list %s does not exist', coalesce(p_list_id::text, 'null')),
      hint = 'Look the id up: select id, name from public.contact_lists;';
  end if;
end;
$$;

comment on function daybatch.check_list(uuid) is
  'Raises MB005 for an unknown list. Example: select daybatch.check_list(id) from public.contact_lists;';
