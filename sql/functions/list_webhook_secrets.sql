-- The sealed secrets of all webhooks, for sealing them anew with another key: nothing without the key, which is not in the
-- database. Called by the command that rotates the keys. Reads only.
create or replace function daybatch.list_webhook_secrets()
returns table (webhook_id uuid, sealed_secret text, previous_sealed_secret text)
language sql stable security definer set search_path = '' set jit = off
as $$
  select w.webhook_id, w.sealed_secret, w.previous_sealed_secret from daybatch.webhooks as w order by w.webhook_id
$$;

comment on function daybatch.list_webhook_secrets() is
  'The sealed secrets of webhooks, for services. Example: select webhook_id from daybatch.list_webhook_secrets();';
