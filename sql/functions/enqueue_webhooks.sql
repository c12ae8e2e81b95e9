-- Makes the message of a new line of the history for every webhook that wants it, with its job, in the transaction of the
-- line: what is rolled back is not told, and what is committed is. Opening and closing batches also begin the collection of
-- delivery outcomes. Without webhooks it reads one empty table. Called by record_event. Repeatable.
create or replace function daybatch.enqueue_webhooks(p_event_id bigint, p_campaign_id uuid, p_event text)
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_now timestamptz;
  v_webhook record;
  v_message_id uuid;
begin
  for v_webhook in
    select w.webhook_id, w.event_types && array[p_event, '*'] as wants_event, 'delivery_outcomes' = any (w.event_types) as wants_outcomes
    from daybatch.webhooks as w
    where w.is_enabled and (w.campaign_id is null or w.campaign_id = p_campaign_id)
    order by w.webhook_id
  loop
    v_now := coalesce(v_now, daybatch.current_moment());
    if v_webhook.wants_event then
      insert into daybatch.webhook_messages (webhook_id, event_type, campaign_id, event_id, created_at, due_at)
      values (v_webhook.webhook_id, p_event, p_campaign_id, p_event_id, v_now, v_now)
      on conflict do nothing
      returning message_id into v_message_id;
      if found then
        perform daybatch.enqueue_webhook_job(v_message_id, v_webhook.webhook_id, v_now);
      end if;
    end if;
    if v_webhook.wants_outcomes and p_event in ('batch_opened', 'batch_closed') then
      perform daybatch.enqueue_outcomes();
    end if;
  end loop;
end;
$$;

comment on function daybatch.enqueue_webhooks(bigint, uuid, text) is
  'Makes the webhook messages of a line of the history (part of record_event). Example: select daybatch.enqueue_webhooks(event_id, campaign_id, event) from daybatch.events order by event_id desc limit 1;';
