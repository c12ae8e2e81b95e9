-- Trigger function, before update, delete or truncate of daybatch.events: history is only written on, whoever asks
-- (MB023). Retention is purge_history, which says so by the engine's own marker.
create or replace function daybatch.guard_events()
returns trigger
language plpgsql set search_path = '' set jit = off
as $$
begin
  if coalesce(current_setting('daybatch.engine_writes', true), '') <> 'on' then
    raise exception using errcode = 'MB023', message = format('daybatch.events is a history: %s is refused', lower(tg_op)),
      hint = 'To shorten it: select daybatch.purge_history(interval ''8760 hours'');';
  end if;
  return null;
end;
$$;

comment on function daybatch.guard_events() is
  'Trigger of daybatch.events: refuses every change but purge_history''s. Example: select happened_at, event, done_by from daybatch.events order by event_id desc limit 10;';
