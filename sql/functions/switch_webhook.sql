-- Switches a webhook on or off. Off: no messages are made, and waiting ones wait. On: they are sent now; what happened
-- meanwhile is told by replay_webhook. Locks: the webhook. Repeatable. Errors: MB070 unknown webhook.
create or replace function daybatch.switch_webhook(p_webhook_id uuid, p_is_enabled boolean, p_reason text default null)
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_was boolean;
  v_now timestamptz;
begin
  v_was := daybatch.lock_webhook(p_webhook_id);
  v_now := daybatch.current_moment();
  if v_was = p_is_enabled then
    return;
  end if;
  update daybatch.webhooks as w
  set is_enabled = p_is_enabled, failing_since = null, disabled_reason = case when not p_is_enabled then coalesce(p_reason, 'switched off by ' || session_user) end
  where w.webhook_id = p_webhook_id;
  if p_is_enabled then
    update daybatch.webhook_messages as m set due_at = v_now where m.webhook_id = p_webhook_id and m.status = 'waiting';
    perform daybatch.enqueue_webhook_job(m.message_id, m.webhook_id, v_now)
    from daybatch.webhook_messages as m where m.webhook_id = p_webhook_id and m.status = 'waiting';
  end if;
  perform daybatch.record_event(null, case when p_is_enabled then 'webhook_enabled' else 'webhook_disabled' end,
    jsonb_strip_nulls(jsonb_build_object('webhook_id', p_webhook_id, 'reason', p_reason)));
end;
$$;

comment on function daybatch.switch_webhook(uuid, boolean, text) is
  'Switches a webhook on or off. Example: select daybatch.switch_webhook(webhook_id, true) from daybatch.webhook_status where not is_enabled;';
