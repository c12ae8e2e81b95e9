-- Trigger function, after insert or update of public.campaigns by anyone: marks a sending campaign whose finish date may have
-- moved, for the next sweep. Once or twice a batch; an update of anything else compares seven values and writes nothing.
-- Marks are only added here, and never looked for: a transaction that holds its campaign waits for no sweep, and one that
-- commits while a sweep looks leaves its mark to the next. A session with session_replication_role = replica leaves none:
-- what it loads is looked at from its next batch on. Never fails the statement.
-- Rejected: a flag in finish_dates with a partial index. A campaign that starts has no row there; and its change would wait for
-- a sweep that holds the row while that waits for the campaign, to tell of it.
create or replace function daybatch.mark_finish_date()
returns trigger
language plpgsql security definer set search_path = '' set jit = off
as $$
begin
  if new.status::text = 'sending' and new.tracking_initialised_at is not null and (tg_op = 'INSERT'
    or (old.status, old.tracking_initialised_at, old.current_batch_number, old.daily_send_limit, old.batch_interval, old.next_batch_send_time, old.total_contacts)
      is distinct from (new.status, new.tracking_initialised_at, new.current_batch_number, new.daily_send_limit, new.batch_interval, new.next_batch_send_time, new.total_contacts))
  then
    begin
      insert into daybatch.finish_marks (campaign_id) values (new.id);
    exception when others then
      raise warning 'daybatch: a move of the finish of campaign % may not be told: %', new.id, sqlerrm;
    end;
  end if;
  return null;
end;
$$;

comment on function daybatch.mark_finish_date() is
  'Trigger of public.campaigns: lets the next sweep look at a finish date that may have moved. Example: select campaign_id from daybatch.finish_marks;';
