-- What a receiver answered, and what follows: 2xx delivers the message; anything else, also no answer, is tried again with
-- back-off (calculate_webhook_delay; later where the receiver asks by Retry-After, up to a day), and after the last try the
-- message is dead. A webhook is switched off by 410 Gone, or when a message dies and nothing was delivered for three days,
-- which is a line of the history and a notice to operators (record_notice). p_answer: the beginning of what was said, or why nothing was. Answers the message's new status.
-- Called by the service's job. Locks: webhook, message. Repeatable: the result of an older try changes nothing.
create or replace function daybatch.record_webhook_try(p_message_id uuid, p_attempt_number integer, p_status_code integer, p_answer text, p_took_ms integer,
  p_retry_after_s integer default null)
returns text
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_message daybatch.webhook_messages;
  v_webhook daybatch.webhooks;
  v_now timestamptz;
  v_is_taken boolean := coalesce(p_status_code between 200 and 299, false);
  v_delay interval := daybatch.calculate_webhook_delay(p_attempt_number);
  v_reason text;
begin
  select w.* into v_webhook from daybatch.webhooks as w
  where w.webhook_id = (select m.webhook_id from daybatch.webhook_messages as m where m.message_id = p_message_id) for no key update;
  select m.* into v_message from daybatch.webhook_messages as m where m.message_id = p_message_id for no key update;
  if not found then
    return null; -- removed meanwhile
  end if;
  v_now := daybatch.current_moment();
  insert into daybatch.webhook_tries (message_id, tried_at, attempt_number, status_code, answer, took_ms)
  values (p_message_id, v_now, p_attempt_number, p_status_code, left(p_answer, 500), greatest(p_took_ms, 0));
  if v_message.status <> 'waiting' or (v_message.attempt_count <> p_attempt_number - 1 and not v_is_taken) then
    return v_message.status;
  end if;
  v_message.status := case when v_is_taken then 'delivered' when v_delay is null or p_status_code = 410 then 'dead' else 'waiting' end;
  v_message.due_at := case when v_message.status = 'waiting' then v_now + greatest(v_delay, least(p_retry_after_s, 86400) * interval '1 second') end;
  update daybatch.webhook_messages as m
  set status = v_message.status, due_at = v_message.due_at, attempt_count = p_attempt_number, delivered_at = case when v_is_taken then v_now end,
    last_status_code = p_status_code, last_answer = left(p_answer, 500)
  where m.message_id = p_message_id;
  if v_message.status = 'waiting' then
    perform daybatch.enqueue_webhook_job(p_message_id, v_message.webhook_id, v_message.due_at);
  end if;
  if v_is_taken and v_webhook.failing_since is not null then
    update daybatch.webhooks as w set failing_since = null where w.webhook_id = v_webhook.webhook_id;
  elsif not v_is_taken and v_webhook.failing_since is null then
    update daybatch.webhooks as w set failing_since = v_now where w.webhook_id = v_webhook.webhook_id;
  end if;
  v_reason := case
    when p_status_code = 410 then 'the receiver answered 410 Gone'
    when v_message.status = 'dead' and v_webhook.failing_since <= v_now - interval '72 hours' then
      format('nothing was delivered since %s', to_char(v_webhook.failing_since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) end;
  if v_reason is not null and v_webhook.is_enabled then
    perform daybatch.switch_webhook(v_webhook.webhook_id, false, v_reason);
    perform daybatch.record_notice(null, 'webhook_switched_off', (
      -- only the host of its url, whose path may hold a token
      select jsonb_build_object('reason', v_reason, 'host', substring(v_webhook.url from '^https?://([^/?#]+)'), 'webhook_id', v_webhook.webhook_id,
        'dead_count', count(*) filter (where m.status = 'dead'), 'waiting_count', count(*) filter (where m.status = 'waiting'))
      from daybatch.webhook_messages as m where m.webhook_id = v_webhook.webhook_id and m.status <> 'delivered'), v_webhook.webhook_id);
  end if;
  return v_message.status;
end;
$$;

comment on function daybatch.record_webhook_try(uuid, integer, integer, text, integer, integer) is
  'Records what a receiver answered, and decides what follows. Example: select daybatch.record_webhook_try(message_id, attempt_count + 1, 200, ''ok'', 12) from daybatch.webhook_messages where status = ''waiting'' limit 1;';
