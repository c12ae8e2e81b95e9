-- Trigger function, after insert or update of public.campaigns by anyone: a campaign that became sending or scheduled
-- gets its pg-boss job in the same transaction; changed sending rules move what is due. Never fails the application's statement.
create or replace function daybatch.enqueue_started_campaign()
returns trigger
language plpgsql security definer set search_path = '' set jit = off
as $$
begin
  if coalesce(current_setting('daybatch.engine_writes', true), '') = 'on' then
    return null; -- the engine enqueues what it changes itself
  end if;
  if new.status::text in ('sending', 'scheduled') and daybatch.is_awake()
    and (tg_op = 'INSERT' or old.status is distinct from new.status or old.scheduled_at is distinct from new.scheduled_at)
  then
    perform daybatch.enqueue_batch(new.id, coalesce(new.current_batch_number, 1), daybatch.calculate_due_time(coalesce(
      case when new.status::text = 'scheduled' then new.scheduled_at end, new.next_batch_send_time, daybatch.current_moment()), daybatch.get_sending_rules(new.id)));
  end if;
  if tg_op = 'UPDATE' and old.status is not distinct from new.status and daybatch.is_awake()
    and (old.daily_send_time, old.send_window_from, old.send_window_to, old.send_window_days, old.send_time_zone)
      is distinct from (new.daily_send_time, new.send_window_from, new.send_window_to, new.send_window_days, new.send_time_zone)
  then
    if new.status::text = 'sending' then
      perform daybatch.move_due_time(new.id, true);
    elsif new.status::text = 'scheduled' then
      perform daybatch.enqueue_batch(new.id, coalesce(new.current_batch_number, 1), daybatch.calculate_due_time(new.scheduled_at, daybatch.get_sending_rules(new.id)));
    end if;
  end if;
  if tg_op = 'INSERT' or old.status is distinct from new.status then
    perform pg_notify('daybatch', jsonb_build_object('event', 'status', 'campaign_id', new.id, 'status', new.status)::text);
  end if;
  return null;
exception when others then
  raise warning 'daybatch: campaign % waits for the sweep: %', new.id, sqlerrm;
  return null;
end;
$$;

comment on function daybatch.enqueue_started_campaign() is
  'Trigger of public.campaigns: puts the job of a started campaign into pg-boss. Example: update public.campaigns set status = ''sending'' where name = ''Spring offer'';';
