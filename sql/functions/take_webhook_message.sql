-- A message as it is sent now: where to, the sealed secrets that sign it, and the body, which is the same at every try. No
-- row when it was delivered, given up or is not due, or its webhook is off. Called by the service's job. Reads only.
create or replace function daybatch.take_webhook_message(p_message_id uuid)
returns table (message_id uuid, webhook_id uuid, url text, sealed_secret text, previous_sealed_secret text, attempt_number integer, body text)
language sql stable security definer set search_path = '' set jit = off
as $$
  select m.message_id, w.webhook_id, w.url, w.sealed_secret,
    case when w.previous_until > daybatch.current_moment() then w.previous_sealed_secret end,
    m.attempt_count + 1,
    jsonb_build_object('type', m.event_type, 'timestamp', coalesce(e.happened_at, m.created_at), 'data', case
      when m.event_id is not null then jsonb_build_object('event_id', m.event_id, 'campaign_id', m.campaign_id, 'event', m.event_type,
        'happened_at', e.happened_at, 'detail', e.detail, 'done_by', e.done_by)
      when m.outcomes_until is not null then jsonb_build_object('outcomes', (
        select coalesce(jsonb_agg(jsonb_build_object('attempt_id', a.attempt_id, 'campaign_id', a.campaign_id, 'contact_id', d.contact_id,
          'delivery_id', a.delivery_id, 'batch_number', a.batch_number, 'attempt_number', a.attempt_number, 'outcome', a.outcome, 'stage', a.stage,
          'reply_code', a.reply_code, 'enhanced_code', a.enhanced_code, 'rule', a.rule, 'ended_at', a.ended_at) order by a.attempt_id), '[]')
        from daybatch.delivery_attempts as a
        left join daybatch.deliveries as d on d.delivery_id = a.delivery_id
        where a.attempt_id > m.outcomes_after and a.attempt_id <= m.outcomes_until
          and (m.campaign_id is null or a.campaign_id = m.campaign_id)))
      else jsonb_build_object('webhook_id', w.webhook_id) end)::text
  from daybatch.webhook_messages as m
  join daybatch.webhooks as w on w.webhook_id = m.webhook_id and w.is_enabled
  left join daybatch.events as e on e.event_id = m.event_id
  where m.message_id = p_message_id and m.status = 'waiting' and m.due_at <= daybatch.current_moment() + interval '5 seconds'
$$;

comment on function daybatch.take_webhook_message(uuid) is
  'A webhook message to be sent now. Example: select t.body from daybatch.webhook_messages as m, daybatch.take_webhook_message(m.message_id) as t limit 1;';
