-- The messages of a webhook, newest first, with the last answer: what waits, what was delivered, what is dead. Called by the
-- API. Reads only. Errors: MB070 unknown webhook.
create or replace function daybatch.list_webhook_messages(p_webhook_id uuid, p_status text default null, p_after_created_at timestamptz default null,
  p_after_id uuid default null, p_limit integer default 50)
returns setof jsonb
language plpgsql stable security definer set search_path = '' set jit = off
as $$
begin
  if not exists (select from daybatch.webhooks as w where w.webhook_id = p_webhook_id) then
    raise exception using errcode = 'MB070', message = format('webhook %s does not exist', p_webhook_id), hint = 'Look the id up: GET /api/webhooks.';
  end if;
  return query
    select to_jsonb(m) - 'message_id' - 'outcomes_after' - 'outcomes_until'
      || jsonb_build_object('id', m.message_id, 'webhook_message_id', 'msg_' || m.message_id)
    from daybatch.webhook_messages as m
    where m.webhook_id = p_webhook_id and (p_status is null or m.status = p_status)
      and (p_after_id is null or (m.created_at, m.message_id) < (p_after_created_at, p_after_id))
    order by m.created_at desc, m.message_id desc
    limit p_limit;
end;
$$;

comment on function daybatch.list_webhook_messages(uuid, text, timestamptz, uuid, integer) is
  'The messages of a webhook, newest first. Example: select m.* from daybatch.webhook_status as w, daybatch.list_webhook_messages(w.webhook_id, ''dead'') as m;';
