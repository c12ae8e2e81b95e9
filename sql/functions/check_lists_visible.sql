-- Trigger function, before insert or update of contact_list_ids, with the rights of whoever inserts: refuses (MB013) a
-- list that the inserter cannot see, because the engine would mail it with its own rights. Where row level security
-- does not apply to the inserter every list is visible, and one that does not exist pauses the campaign later.
-- Off while the engine sleeps beside an older application (tell_lists_are_checked, the trigger before this one).
create or replace function daybatch.check_lists_visible()
returns trigger
language plpgsql security invoker set search_path = '' set jit = off
as $$
declare
  v_lists jsonb := to_jsonb(new.contact_list_ids);
  v_list text;
begin
  if current_setting('daybatch.lists_are_checked', true) = 'off' or coalesce(jsonb_typeof(v_lists), 'null') <> 'array'
    or tg_op = 'UPDATE' and v_lists = to_jsonb(old.contact_list_ids)
  then
    return new;
  end if;
  if not has_column_privilege('public.contact_lists', 'id', 'select') then
    select l.id into v_list from jsonb_array_elements_text(v_lists) as l (id) limit 1;
  elsif row_security_active('public.contact_lists') then
    select l.id into v_list from jsonb_array_elements_text(v_lists) as l (id)
    where not exists (select from public.contact_lists as k where k.id = case when l.id ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then l.id::uuid end)
    limit 1;
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
