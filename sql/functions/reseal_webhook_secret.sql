-- Stores the same secrets of a webhook, sealed with another key. Called by the command that rotates the keys. Locks: the
-- webhook. Repeatable. Errors: MB070 unknown webhook.
create or replace function daybatch.reseal_webhook_secret(p_webhook_id uuid, p_sealed_secret text, p_previous_sealed_secret text)
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
begin
  perform daybatch.lock_webhook(p_webhook_id);
  update daybatch.webhooks as w
  set sealed_secret = p_sealed_secret, previous_sealed_secret = p_previous_sealed_secret,
    previous_until = case when p_previous_sealed_secret is not null then w.previous_until end
  where w.webhook_id = p_webhook_id;
end;
$$;

comment on function daybatch.reseal_webhook_secret(uuid, text, text) is
  'Stores the secrets of a webhook sealed with another key. Example: select daybatch.reseal_webhook_secret(webhook_id, ''v1.2027.sealed.by-the-service'', null) from daybatch.webhooks;';
