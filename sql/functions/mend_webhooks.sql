-- Puts back the jobs of webhook messages that are due for ten minutes and were not tried, at most 1,000, and of delivery
-- outcomes that nobody collects. Called by record_sweep. Repeatable.
create or replace function daybatch.mend_webhooks()
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_now timestamptz := daybatch.current_moment();
  v_message record;
begin
  if not exists (select from daybatch.webhooks as w where w.is_enabled) then
    return;
  end if;
  for v_message in
    update daybatch.webhook_messages as m set due_at = v_now
    where m.message_id = any (array(
      select o.message_id from daybatch.webhook_messages as o
      join daybatch.webhooks as w on w.webhook_id = o.webhook_id and w.is_enabled
      where o.status = 'waiting' and o.due_at < v_now - interval '10 minutes'
      order by o.due_at limit 1000 for no key update of o skip locked))
    returning m.message_id, m.webhook_id
  loop
    perform daybatch.enqueue_webhook_job(v_message.message_id, v_message.webhook_id, v_now);
  end loop;
  if exists (select from daybatch.webhooks as w where w.is_enabled and 'delivery_outcomes' = any (w.event_types)) then
    perform daybatch.enqueue_outcomes();
  end if;
end;
$$;

comment on function daybatch.mend_webhooks() is
  'Puts lost jobs of webhook messages back (part of record_sweep). Example: select daybatch.mend_webhooks();';
