-- Puts the tries of mails since the last call into messages for the webhooks that want delivery_outcomes, up to 500 tries a
-- message, each try once. The tries stay where they are; a message names their range. Sending knows nothing of it.
-- A try is told once every transaction has ended that ran when a try as high was first seen: ids are given before the
-- commit, and a report takes its campaign's lock, so has its transaction id, before its tries have theirs. So this looks
-- before it takes a lock; in a transaction that has written before, it does not look: the next job does.
-- Goes on every ten seconds while mails are under way or seen tries are not told. Answers the number of messages.
-- Called by the job. Locks: the webhooks, one after the other; one that another session collects for is left to it. Repeatable.
create or replace function daybatch.collect_outcomes()
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_webhook daybatch.webhooks;
  v_now timestamptz := daybatch.current_moment();
  v_seen_attempt bigint;
  v_seen_xid xid8;
  v_snapshot pg_snapshot;
  v_after bigint;
  v_chunk record;
  v_message_id uuid;
  v_messages integer := 0;
  v_goes_on boolean := false;
begin
  -- no bound (null) in a transaction that has written before: nothing is seen then
  select max(a.attempt_id), daybatch.next_transaction_id() into v_seen_attempt, v_seen_xid from daybatch.delivery_attempts as a;
  for v_webhook in
    select w.* from daybatch.webhooks as w
    where w.is_enabled and 'delivery_outcomes' = any (w.event_types) order by w.webhook_id for no key update skip locked
  loop
    v_snapshot := pg_current_snapshot();
    v_after := v_webhook.outcomes_after;
    -- a transaction id from the future is another server's: the database was restored here
    if v_webhook.outcomes_seen_xid <= pg_snapshot_xmin(v_snapshot) or v_webhook.outcomes_seen_xid > pg_snapshot_xmax(v_snapshot) then
      loop
        select max(c.attempt_id) as attempt_id, count(*) as tries into v_chunk
        from (
          select a.attempt_id from daybatch.delivery_attempts as a
          where a.attempt_id > v_after and a.attempt_id <= v_webhook.outcomes_seen
            and (v_webhook.campaign_id is null or a.campaign_id = v_webhook.campaign_id)
          order by a.attempt_id limit 500
        ) as c;
        exit when v_chunk.tries = 0;
        insert into daybatch.webhook_messages (webhook_id, event_type, campaign_id, outcomes_after, outcomes_until, created_at, due_at)
        values (v_webhook.webhook_id, 'delivery_outcomes', v_webhook.campaign_id, v_after, v_chunk.attempt_id, v_now, v_now)
        returning message_id into v_message_id;
        perform daybatch.enqueue_webhook_job(v_message_id, v_webhook.webhook_id, v_now);
        v_messages := v_messages + 1;
        v_after := v_chunk.attempt_id;
      end loop;
      v_after := greatest(v_after, v_webhook.outcomes_seen);
      v_webhook.outcomes_seen := null;
    end if;
    if v_webhook.outcomes_seen is null then
      v_goes_on := v_goes_on or coalesce(v_seen_attempt > v_after, false);
      v_webhook.outcomes_seen := case when v_seen_attempt > v_after and v_seen_xid is not null then v_seen_attempt end;
      v_webhook.outcomes_seen_xid := case when v_webhook.outcomes_seen is not null then v_seen_xid end;
    end if;
    update daybatch.webhooks as w
    set outcomes_after = v_after, outcomes_seen = v_webhook.outcomes_seen, outcomes_seen_xid = v_webhook.outcomes_seen_xid
    where w.webhook_id = v_webhook.webhook_id
      and (w.outcomes_after, w.outcomes_seen) is distinct from (v_after, v_webhook.outcomes_seen);
    v_goes_on := v_goes_on or v_webhook.outcomes_seen is not null or exists (select from daybatch.claims);
  end loop;
  if v_goes_on then
    perform daybatch.enqueue_outcomes();
  end if;
  return v_messages;
end;
$$;

comment on function daybatch.collect_outcomes() is
  'Puts new tries into messages for the webhooks that want delivery_outcomes. Example: select daybatch.collect_outcomes();';
