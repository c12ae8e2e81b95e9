-- Trigger function, before check_lists_visible: tells it, for this row, whether the engine is awake. That trigger runs with
-- the inserter's rights, who may read nothing of daybatch. While the engine sleeps it refuses nothing.
create or replace function daybatch.tell_lists_are_checked()
returns trigger
language plpgsql security definer set search_path = '' set jit = off
as $$
begin
  perform set_config('daybatch.lists_are_checked', case when daybatch.is_awake() then 'on' else 'off' end, true);
  return new;
end;
$$;

comment on function daybatch.tell_lists_are_checked() is
  'Trigger of public.campaigns: tells check_lists_visible whether the engine is awake. Example: select current_setting(''daybatch.lists_are_checked'', true);';
