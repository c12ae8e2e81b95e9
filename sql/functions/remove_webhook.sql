-- Removes a webhook with its messages; jobs that are left find nothing. Called by the API and the command.
-- Locks: the webhook. Repeatable: false when there was none.
create or replace function daybatch.remove_webhook(p_webhook_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
begin
  delete from daybatch.webhooks as w where w.webhook_id = p_webhook_id;
  if not found then
    return false;
  end if;
  perform daybatch.record_event(null, 'webhook_removed', jsonb_build_object('webhook_id', p_webhook_id));
  return true;
end;
$$;

comment on function daybatch.remove_webhook(uuid) is
  'Removes a webhook with its messages. Example: select daybatch.remove_webhook(webhook_id) from daybatch.webhook_status where host = ''old.example.com'';';
