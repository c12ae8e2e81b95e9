-- How many mails of a batch the limits over any 24 hours leave now: its own, when it is rolling, and its sender's; when
-- none, the batch is held until a place comes free. Called by limit_claim, which holds campaign and batch.
-- Locks: the sender's limit, so that campaigns of one sender claim one after the other.
create or replace function daybatch.limit_by_counts(p_batch daybatch.batches, p_limit integer, p_now timestamptz)
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_limit integer := p_limit;
  v_sender daybatch.sender_limits;
  v_room record;
  v_held_until timestamptz;
  v_held_by text;
begin
  if p_batch.sending_rules ? 'rolling_interval' then
    select r.* into v_room from daybatch.find_room('rolling', p_batch.campaign_id::text, p_batch.send_limit, p_now) as r;
    v_limit := least(v_limit, v_room.room);
    v_held_until := v_room.frees_at;
    v_held_by := 'rolling_limit';
  end if;
  select l.* into v_sender from daybatch.sender_limits as l
  where l.sender = daybatch.get_sender_key((select m.sender from daybatch.campaign_messages as m
    where m.campaign_id = p_batch.campaign_id and m.message_version = p_batch.message_version))
  for no key update;
  if v_sender.sender is not null then
    select r.* into v_room from daybatch.find_room('sender', v_sender.sender, v_sender.daily_limit, p_now) as r;
    v_limit := least(v_limit, v_room.room);
    if v_room.frees_at > coalesce(v_held_until, '-infinity') then
      v_held_until := v_room.frees_at;
      v_held_by := 'sender_limit';
    end if;
  end if;
  if v_limit < 1 then
    update daybatch.batches as b set held_until = v_held_until, held_by = v_held_by
    where b.campaign_id = p_batch.campaign_id and b.batch_number = p_batch.batch_number;
  end if;
  return greatest(v_limit, 0);
end;
$$;

comment on function daybatch.limit_by_counts(daybatch.batches, integer, timestamptz) is
  'How many mails the limits over any 24 hours leave to a batch now (part of claim_deliveries). Example: select daybatch.limit_by_counts(b, 10, daybatch.current_moment()) from daybatch.batches as b limit 0;';
