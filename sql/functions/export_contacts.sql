-- Contacts for a file, of one list or all, in the order of their ids, a page at a time (p_after_id goes on): whoever
-- writes the file keeps no transaction open, and each contact that stays stands in it once. Called by the API and the
-- export command. Reads only. Errors: MB005 unknown list.
create or replace function daybatch.export_contacts(p_list_id uuid default null, p_after_id uuid default null, p_limit integer default 5000)
returns table (contact_id uuid, email text, first_name text, last_name text, attributes jsonb, unsubscribed_at timestamptz)
language plpgsql stable security definer set search_path = '' set jit = off
as $$
declare
  v_after uuid := coalesce(p_after_id, '00000000-0000-0000-0000-000000000000');
  v_limit integer := least(greatest(p_limit, 1), 10000);
begin
  if p_list_id is null then
    return query
      select c.id, c.email::text, c.first_name::text, c.last_name::text, c.attributes::jsonb, c.unsubscribed_at::timestamptz
      from public.contacts as c where c.id > v_after order by c.id limit v_limit;
  else
    perform daybatch.check_list(p_list_id);
    return query
      select m.contact_id, c.email::text, c.first_name::text, c.last_name::text, c.attributes::jsonb, c.unsubscribed_at::timestamptz
      from (
        select distinct m.contact_id from daybatch.list_members as m
        where m.list_id = p_list_id and m.contact_id > v_after order by m.contact_id limit v_limit
      ) as m
      -- a member that is no contact any more is still a row: a short page is the last one
      left join public.contacts as c on c.id = m.contact_id order by m.contact_id;
  end if;
end;
$$;

comment on function daybatch.export_contacts(uuid, uuid, integer) is
  'Contacts of a list, or all, a page at a time. Example: select email, first_name from daybatch.export_contacts() limit 10;';
