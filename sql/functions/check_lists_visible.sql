-- Trigger function, before insert or update of contact_list_ids, with the rights of whoever inserts: refuses (MB013) a
-- list that the inserter cannot see, because the engine would mail it with its own rights. Where row level security
-- does not apply to the inserter every list is visible, and one that does not exist pauses the campaign later.
create or replace function daybatch.check_lists_visible()
returns trigger
language plpgsql security invoker set search_path = ''
as $$
declare
  v_list text;
  v_may_read boolean := has_table_privilege('public.contact_lists', 'select');
begin
  if new.contact_list_ids is null or tg_op = 'UPDATE' and to_jsonb(new.contact_list_ids) = to_jsonb(old.contact_list_ids) then
    return new;
  end if;
  if not v_may_read then
    select l.id into v_list from jsonb_array_elements_text(to_jsonb(new.contact_list_ids)) as l (id) limit 1;
  elsif row_security_active('public.contact_lists') then
    select l.id into v_list from jsonb_array_elements_text(to_jsonb(new.contact_list_ids)) as l (id)
    where not exists (select from public.contact_lists as k where k.id = l.id::uuid) limit 1;
  end if;
  if v_list is not null then
    raise exception using errcode = 'MB013',
      message = format('list %s does not exist, or %s may not see it', v_list, current_user),
      hint = 'Name lists that you can select from public.contact_lists.';
  end if;
  return new;
end;
$$;

comment on function daybatch.check_lists_visible() is
  'Trigger of public.campaigns: refuses lists that the inserter cannot see. Example: select id, name from public.contact_lists;';
