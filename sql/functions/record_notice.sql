-- Something that operators should be told of a campaign: paused, completed, finish_moved, bounce_rate, smtp_server_changed;
-- or of a webhook: webhook_switched_off.
-- At most one notice per campaign (or webhook), cause and hour: what comes sooner waits for the end of the hour, and then tells only the
-- latest. Puts its jobs (one for mail, one for webhooks) into pg-boss in the same transaction.
-- Called by triggers and functions that hold the lock of the campaign or webhook. Never fails the caller: without pg-boss it warns.
create or replace function daybatch.record_notice(p_campaign_id uuid, p_cause text, p_detail jsonb default '{}', p_webhook_id uuid default null)
returns bigint
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_now timestamptz := daybatch.current_moment();
  v_last daybatch.notices;
  v_due_at timestamptz;
  v_id bigint;
begin
  perform 1 from public.campaigns as c where c.id = p_campaign_id for no key update;
  select n.* into v_last from daybatch.notices as n
  where (n.campaign_id = p_campaign_id or n.webhook_id = p_webhook_id) and n.cause = p_cause order by n.due_at desc limit 1 for update;
  if v_last.due_at > v_now and v_last.given_at is null then
    update daybatch.notices as n set detail = p_detail where n.notice_id = v_last.notice_id;
    return v_last.notice_id;
  end if;
  v_due_at := greatest(v_now, v_last.due_at + interval '1 hour');
  insert into daybatch.notices (campaign_id, webhook_id, cause, detail, created_at, due_at)
  values (p_campaign_id, p_webhook_id, p_cause, p_detail, v_now, v_due_at)
  returning notice_id into v_id;
  perform daybatch.enqueue_notice(v_id, v_due_at);
  return v_id;
end;
$$;

comment on function daybatch.record_notice(uuid, text, jsonb, uuid) is
  'Tells operators of a campaign or a webhook, at most once per cause and hour. Example: select daybatch.record_notice(id, ''bounce_rate'', ''{"reason": "6 % of 200 bounced"}'') from public.campaigns where name = ''Spring offer'';';
