-- Makes a list of contacts. Called by POST /api/lists and the import command. Not repeatable. Errors: MB017 no name.
create or replace function daybatch.create_contact_list(p_name text)
returns jsonb
language plpgsql volatile security definer set search_path = '' set jit = off set timezone = 'UTC'
as $$
declare
  v_list jsonb;
begin
  if coalesce(trim(p_name), '') = '' or p_name ~ '[[:cntrl:]]' then
    raise exception using errcode = 'MB017', message = 'a list needs a name without control characters', hint = 'Example: select daybatch.create_contact_list(''Customers 2026'');';
  end if;
  insert into public.contact_lists as l (name) values (p_name)
  returning jsonb_build_object('id', l.id, 'name', l.name, 'created_at', l.created_at) into v_list;
  return v_list;
end;
$$;

comment on function daybatch.create_contact_list(text) is
  'Makes a contact list and returns it as JSON. Example: select daybatch.create_contact_list(''Customers 2026'');';
