-- Sends a webhook a message of type webhook_test, also when it wants other events; one that is off takes it when it is on.
-- Answers the message's id: what the receiver said stands in webhook_log. Locks: the webhook. Errors: MB070 unknown webhook.
create or replace function daybatch.test_webhook(p_webhook_id uuid)
returns uuid
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_now timestamptz;
  v_message_id uuid;
begin
  perform daybatch.lock_webhook(p_webhook_id);
  v_now := daybatch.current_moment();
  insert into daybatch.webhook_messages (webhook_id, event_type, created_at, due_at)
  values (p_webhook_id, 'webhook_test', v_now, v_now)
  returning message_id into v_message_id;
  perform daybatch.enqueue_webhook_job(v_message_id, p_webhook_id, v_now);
  return v_message_id;
end;
$$;

comment on function daybatch.test_webhook(uuid) is
  'Sends a webhook a test message. Example: select daybatch.test_webhook(webhook_id) from daybatch.webhook_status where host = ''example.com'';';
