-- Gives a webhook another secret. The one before signs too for p_keep, so that receivers can change over: each message has
-- both signatures. Called by the API. Locks: the webhook. Errors: MB070 unknown webhook.
create or replace function daybatch.rotate_webhook_secret(p_webhook_id uuid, p_sealed_secret text, p_keep interval default interval '24 hours')
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
begin
  perform daybatch.lock_webhook(p_webhook_id);
  update daybatch.webhooks as w
  set previous_sealed_secret = w.sealed_secret, previous_until = daybatch.current_moment() + p_keep, sealed_secret = p_sealed_secret
  where w.webhook_id = p_webhook_id;
  perform daybatch.record_event(null, 'webhook_secret_rotated', jsonb_build_object('webhook_id', p_webhook_id));
end;
$$;

comment on function daybatch.rotate_webhook_secret(uuid, text, interval) is
  'Gives a webhook another secret; the one before signs too for a while. Example: select daybatch.rotate_webhook_secret(webhook_id, ''v1.2026.sealed.by-the-service'') from daybatch.webhooks;';
