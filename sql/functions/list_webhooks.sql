-- Webhooks with their state, in the order of their making; one, or a page. Never a secret. Called by the API. Reads only.
create or replace function daybatch.list_webhooks(p_webhook_id uuid default null, p_after_created_at timestamptz default null, p_after_id uuid default null, p_limit integer default 50)
returns setof jsonb
language sql stable security definer set search_path = '' set jit = off
as $$
  select jsonb_build_object('id', w.webhook_id, 'url', w.url) || (to_jsonb(s) - 'webhook_id' - 'host')
  from daybatch.webhooks as w
  join daybatch.webhook_status as s on s.webhook_id = w.webhook_id
  where (p_webhook_id is null or w.webhook_id = p_webhook_id)
    and (p_after_id is null or (w.created_at, w.webhook_id) > (p_after_created_at, p_after_id))
  order by w.created_at, w.webhook_id
  limit p_limit
$$;

comment on function daybatch.list_webhooks(uuid, timestamptz, uuid, integer) is
  'Webhooks with their state, for the API. Example: select * from daybatch.list_webhooks();';
