-- Refuses (MB009) while the engine sleeps beside an older application. Called after the campaign's lock.
create or replace function daybatch.check_awake()
returns void
language plpgsql stable set search_path = '' set jit = off
as $$
begin
  if not daybatch.is_awake() then
    raise exception using errcode = 'MB009',
      message = 'daybatch is asleep: this database had an older application when it was installed',
      hint = 'When the old sender is off for good: select daybatch.take_over(true);';
  end if;
end;
$$;

comment on function daybatch.check_awake() is
  'Raises MB009 while the engine sleeps. Example: select daybatch.check_awake();';
