-- Refuses (MB019) when row level security would hide rows from the engine: an audience read through it looks
-- empty without an error, and "nobody left" would read as "complete". Reads the catalog only.
create or replace function daybatch.check_row_security()
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_table text;
begin
  select t.name into v_table
  from unnest(array['public.campaigns', 'public.contacts', 'public.contact_lists', 'public.contact_list_members', 'public.email_tracking']) as t (name)
  where to_regclass(t.name) is not null and pg_catalog.row_security_active(t.name);
  if v_table is not null then
    raise exception using errcode = 'MB019',
      message = format('row level security of %s hides rows from the engine (role %s)', v_table, current_user),
      hint = 'Let the engine''s owner bypass it: alter role daybatch_owner bypassrls; or give it the table.';
  end if;
end;
$$;

comment on function daybatch.check_row_security() is
  'Raises MB019 when row level security hides application rows from the engine. Example: select daybatch.check_row_security();';
