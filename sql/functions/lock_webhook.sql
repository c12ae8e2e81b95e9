-- Locks a webhook and answers whether it is enabled. Called by the functions that change one. Errors: MB070 unknown webhook.
create or replace function daybatch.lock_webhook(p_webhook_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_is_enabled boolean;
begin
  select w.is_enabled into v_is_enabled from daybatch.webhooks as w where w.webhook_id = p_webhook_id for no key update;
  if not found then
    raise exception using errcode = 'MB070', message = format('webhook %s does not exist', coalesce(p_webhook_id::text, 'null')),
      hint = 'Look the id up: select webhook_id, host from daybatch.webhook_status;';
  end if;
  return v_is_enabled;
end;
$$;

comment on function daybatch.lock_webhook(uuid) is
  'Locks a webhook (part of its functions). Example: select daybatch.lock_webhook(webhook_id) from daybatch.webhooks;';
