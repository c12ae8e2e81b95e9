-- Lists with their number of members, newest first, a page at a time. Reads only. Counting reads all members, a million in
-- some tenths of a second: p_with_counts false leaves it out, for whoever shows the names first.
create or replace function daybatch.list_contact_lists(p_after_created_at timestamptz default null, p_after_id uuid default null, p_limit integer default 50,
  p_with_counts boolean default true)
returns setof jsonb
language sql stable security definer set search_path = '' set jit = off set timezone = 'UTC'
as $$
  select jsonb_build_object('id', l.id, 'name', l.name, 'created_at', l.created_at)
    || case when p_with_counts
      then jsonb_build_object('contact_count', (select pg_catalog.count(*) from daybatch.list_members as m where m.list_id = l.id)) else '{}' end
  from public.contact_lists as l
  where p_after_id is null or (l.created_at, l.id) < (p_after_created_at, p_after_id)
  order by l.created_at desc, l.id desc
  limit least(greatest(p_limit, 1), 200)
$$;

comment on function daybatch.list_contact_lists(timestamptz, uuid, integer, boolean) is
  'A page of contact lists with their sizes. Example: select l ->> ''name'', l ->> ''contact_count'' from daybatch.list_contact_lists() as l;';
