-- Makes a webhook: from now on it is told of the named events, of all campaigns or of one. The service makes the secret and
-- seals it; the caller names the webhook, since its id is sealed along.
-- Called by the API and the command. Locks: none. Not repeatable: an id once.
-- Errors: MB001 unknown campaign, MB017 an unknown event or a url that is none.
create or replace function daybatch.create_webhook(p_webhook_id uuid, p_url text, p_event_types text[], p_sealed_secret text, p_campaign_id uuid default null)
returns uuid
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_known text[] := array['*', 'delivery_outcomes', 'created', 'started', 'scheduled', 'paused', 'resumed', 'completed', 'cancelled', 'reopened',
    'deleted', 'batch_opened', 'batch_closed', 'bounced', 'complained', 'unsubscribed', 'limit_changed', 'lists_changed', 'changed'];
begin
  if p_url is null or p_url !~ '^https?://[^@/?#]+([/?#]|$)' or length(p_url) > 2000 then
    raise exception using errcode = 'MB017', message = 'a webhook needs an http or https URL without a user', hint = 'Write it like https://example.com/hooks/mail.';
  elsif coalesce(cardinality(p_event_types), 0) = 0 or not p_event_types <@ v_known then
    raise exception using errcode = 'MB017',
      message = format('no such events: %s', coalesce((select string_agg(t.name, ', ') from unnest(p_event_types) as t (name) where not t.name = any (v_known)), 'none are named')),
      hint = 'Known are: ' || array_to_string(v_known, ', ') || ' (* is every line of the history, without delivery_outcomes).';
  elsif p_campaign_id is not null then
    perform daybatch.lock_campaign(p_campaign_id);
  end if;
  insert into daybatch.webhooks (webhook_id, url, event_types, campaign_id, sealed_secret, outcomes_after, created_at)
  values (p_webhook_id, p_url, p_event_types, p_campaign_id, p_sealed_secret,
    coalesce((select max(a.attempt_id) from daybatch.delivery_attempts as a), 0), daybatch.current_moment());
  perform daybatch.record_event(null, 'webhook_created', jsonb_build_object('webhook_id', p_webhook_id, 'event_types', array_to_string(p_event_types, ', ')));
  return p_webhook_id;
end;
$$;

comment on function daybatch.create_webhook(uuid, text, text[], text, uuid) is
  'Makes a webhook with a secret that the service has sealed. Example: select daybatch.create_webhook(gen_random_uuid(), ''https://example.com/hooks/mail'', ''{batch_closed}'', ''v1.2026.sealed.by-the-service'');';
