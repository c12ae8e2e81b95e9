-- Tells a webhook again: one message (p_message_id), or everything since an event's id or a time, at most p_limit of each.
-- A message keeps its id, so that a receiver that has it already can tell; lines of the history that were never told (the
-- webhook was off, or did not want them) get a message of their own. Of delivery outcomes those that were collected.
-- Answers how many messages were made due. Locks: the webhook, messages. Repeatable.
-- Errors: MB017 nothing or more than one thing is named, MB070 unknown webhook.
create or replace function daybatch.replay_webhook(p_webhook_id uuid, p_since_event_id bigint default null, p_since timestamptz default null,
  p_message_id uuid default null, p_limit integer default 10000)
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_now timestamptz;
  v_since timestamptz := p_since;
  v_ids uuid[];
begin
  perform daybatch.lock_webhook(p_webhook_id);
  v_now := daybatch.current_moment();
  if num_nonnulls(p_since_event_id, p_since, p_message_id) <> 1 then
    raise exception using errcode = 'MB017', message = 'replay_webhook needs an event id, a time or a message, one of them',
      hint = 'Example: select daybatch.replay_webhook(webhook_id, p_since => now() - interval ''1 hour'') from daybatch.webhook_status;';
  end if;
  if p_message_id is null then
    v_since := coalesce(p_since, (select min(e.happened_at) from daybatch.events as e where e.event_id >= p_since_event_id), v_now);
    insert into daybatch.webhook_messages (webhook_id, event_type, campaign_id, event_id, created_at, due_at)
    select w.webhook_id, e.event, e.campaign_id, e.event_id, v_now, v_now
    from daybatch.webhooks as w
    join daybatch.events as e on e.event_id >= coalesce(p_since_event_id, 0) and e.happened_at >= v_since
      and w.event_types && array[e.event, '*'] and (w.campaign_id is null or w.campaign_id = e.campaign_id)
    where w.webhook_id = p_webhook_id
    order by e.event_id limit p_limit
    on conflict do nothing;
  end if;
  v_ids := array(
    select m.message_id from daybatch.webhook_messages as m
    left join daybatch.events as e on e.event_id = m.event_id
    where m.webhook_id = p_webhook_id and case when p_message_id is not null then m.message_id = p_message_id
      else m.event_id >= p_since_event_id or (m.event_id is null and m.created_at >= v_since) or (p_since is not null and e.happened_at >= p_since) end
    order by m.created_at, m.message_id limit p_limit);
  update daybatch.webhook_messages as m set status = 'waiting', due_at = v_now, attempt_count = 0, delivered_at = null where m.message_id = any (v_ids);
  perform daybatch.enqueue_webhook_job(i.message_id, p_webhook_id, v_now) from unnest(v_ids) as i (message_id);
  return cardinality(v_ids);
end;
$$;

comment on function daybatch.replay_webhook(uuid, bigint, timestamptz, uuid, integer) is
  'Tells a webhook again, one message or everything since. Example: select daybatch.replay_webhook(webhook_id, p_since => now() - interval ''1 hour'') from daybatch.webhook_status;';
