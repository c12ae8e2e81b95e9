-- A contact by its address, in any case of letters: for whoever asks for somebody's story. Of several with one address any
-- one, the same each time. Reads only. Errors: MB018 nobody has it.
create or replace function daybatch.find_contact(p_email text)
returns jsonb
language plpgsql stable security definer set search_path = '' set jit = off set timezone = 'UTC'
as $$
declare
  v_id uuid;
begin
  select p.id into v_id from public.contacts as p where lower(p.email) = lower(btrim(p_email)) order by p.id limit 1;
  if v_id is null then
    raise exception using errcode = 'MB018', message = 'no contact has this address', hint = 'Look for the address as it was imported, without a name around it.';
  end if;
  return daybatch.get_contact(v_id);
end;
$$;

comment on function daybatch.find_contact(text) is
  'The contact with an address. Example: select daybatch.find_contact(''ada@example.org'') from public.contacts where email = ''ada@example.org'';';
