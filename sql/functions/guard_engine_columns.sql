-- Trigger function, before insert and before update of the engine's columns: refuses (MB012) a change that is not made by the engine's
-- functions, by name. The marker comes first: comparing arrays of a million ids costs a quarter of a second. Equal
-- values written back (an ORM) pass. Off while the engine sleeps beside an older application.
create or replace function daybatch.guard_engine_columns()
returns trigger
language plpgsql security definer set search_path = '' set jit = off
as $$
declare
  v_column text;
begin
  if coalesce(current_setting('daybatch.engine_writes', true), '') = 'on' or not daybatch.is_awake() then
    return new;
  end if;
  if tg_op = 'INSERT' then
    -- JSON null, as some ORMs write it, is nothing
    new.contacts_remaining := nullif(new.contacts_remaining, 'null');
    new.contacts_processed := nullif(new.contacts_processed, 'null');
    new.contacts_failed := nullif(new.contacts_failed, 'null');
    new.batch_history := nullif(new.batch_history, 'null');
    v_column := case
      when new.tracking_initialised_at is not null then 'tracking_initialised_at'
      when new.contacts_remaining <> '[]' then 'contacts_remaining'
      when new.contacts_processed <> '[]' then 'contacts_processed'
      when new.contacts_failed <> '[]' then 'contacts_failed'
      when new.batch_history <> '[]' then 'batch_history'
    end;
  else
    v_column := case
      when new.tracking_initialised_at is distinct from old.tracking_initialised_at then 'tracking_initialised_at'
      when new.next_batch_send_time is distinct from old.next_batch_send_time then 'next_batch_send_time'
      when new.first_batch_sent_at is distinct from old.first_batch_sent_at then 'first_batch_sent_at'
      when new.current_batch_number is distinct from old.current_batch_number then 'current_batch_number'
      when new.total_contacts is distinct from old.total_contacts then 'total_contacts'
      when new.batch_history is distinct from old.batch_history then 'batch_history'
      when new.contacts_failed is distinct from old.contacts_failed then 'contacts_failed'
      when new.contacts_processed is distinct from old.contacts_processed then 'contacts_processed'
      when new.contacts_remaining is distinct from old.contacts_remaining then 'contacts_remaining'
    end;
  end if;
  if v_column is not null then
    raise exception using errcode = 'MB012',
      message = format('%s of campaign %s (%s) is kept by daybatch and cannot be set by hand', v_column, new.id, new.name),
      hint = 'Use the functions: start_campaign, pause_campaign, resume_campaign, cancel_campaign, set_daily_limit (\df+ daybatch.*).';
  end if;
  return new;
end;
$$;

comment on function daybatch.guard_engine_columns() is
  'Trigger of public.campaigns: refuses hand-made changes of the engine''s columns. Example: update public.campaigns set name = name;';
