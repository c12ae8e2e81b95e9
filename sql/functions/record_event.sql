-- Appends one line to the history with who and when, makes its webhook messages, and tells whoever listens on
-- daybatch_events that there is one (once per transaction). Called by the engine's functions and triggers; details hold counts and reasons, never whole arrays and
-- never addresses. Not repeatable: each call is a line.
create or replace function daybatch.record_event(p_campaign_id uuid, p_event text, p_detail jsonb default '{}')
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_event_id bigint;
begin
  -- before the line takes its id: read_events knows by it when an id that is missing will never come
  perform pg_current_xact_id();
  insert into daybatch.events (campaign_id, happened_at, event, detail)
  values (p_campaign_id, daybatch.current_moment(), p_event, coalesce(p_detail, '{}'))
  returning event_id into v_event_id;
  perform daybatch.enqueue_webhooks(v_event_id, p_campaign_id, p_event);
  perform pg_notify('daybatch_events', '');
end;
$$;

comment on function daybatch.record_event(uuid, text, jsonb) is
  'Appends a line to daybatch.events. Example: select daybatch.record_event(null, ''note'', ''{"text": "moved to the new mail server"}'');';
