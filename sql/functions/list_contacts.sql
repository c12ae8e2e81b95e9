-- Contacts by id, a page at a time (p_after_id goes on). Reads only.
create or replace function daybatch.list_contacts(p_after_id uuid default null, p_limit integer default 50)
returns setof jsonb
language sql stable security definer set search_path = '' set jit = off
as $$
  select daybatch.get_contact(c.id)
  from public.contacts as c
  where p_after_id is null or c.id > p_after_id
  order by c.id
  limit least(greatest(p_limit, 1), 200)
$$;

comment on function daybatch.list_contacts(uuid, integer) is
  'A page of contacts in the order of their ids. Example: select c ->> ''email'' from daybatch.list_contacts() as c;';
