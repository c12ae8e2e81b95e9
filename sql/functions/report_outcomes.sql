-- Takes what servers answered and decides: outcome by daybatch.reply_rules, retries, a refusing server, a pause.
-- p_reports: [{"delivery_id", "claim_token", "stage", "reply_code", "enhanced_code", "reply_text"}, ...]; a missing
-- reply_code means that no reply came. Many at once, of one campaign. Returns a row per report, in their order:
-- recorded = false for a stale token (nothing changed); batch_finished when nothing of the open batch is left to do (call close_batch).
-- A late acceptance under the old token of a mail in doubt settles it to sent, before and after the close.
-- Called by the delivery loop. Locks: campaign, batch, deliveries, claims, the addresses that were refused. It always starts with the campaign: the
-- form that locked deliveries first needed a second way round for mails in doubt. Repeatable: a report told twice counts once.
create or replace function daybatch.report_outcomes(p_campaign_id uuid, p_reports jsonb)
returns table (delivery_id bigint, recorded boolean, status text, rule text, batch_finished boolean)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_campaign record;
  v_batch daybatch.batches;
  v_now timestamptz;
  v_done record;
  v_are_accepted boolean;
  v_finished boolean;
  v_breaker text;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  select b.* into v_batch from daybatch.batches as b where b.campaign_id = p_campaign_id and b.closed_at is null for no key update;
  v_now := daybatch.current_moment();
  perform daybatch.check_reports(p_reports);
  v_are_accepted := daybatch.are_acceptances(p_reports);

  -- reports of a live claim; the rest is late or stale
  select * into v_done from daybatch.settle_reports(p_campaign_id, p_reports, v_now, v_are_accepted);
  if coalesce(v_done.refusal, v_done.pause_reason) is not null and v_batch.campaign_id is not null
    and daybatch.change_smtp_server(p_campaign_id, v_batch.batch_number, v_done.settled_ids, v_done.settled_tokens, v_now)
  then
    -- another server takes what this one did not: no wait, no pause
    v_done.refusal := null;
    v_done.pause_reason := null;
  end if;
  if v_done.refusal is not null and v_batch.campaign_id is not null then
    perform daybatch.note_refusal(p_campaign_id, v_batch.batch_number, v_done.refusal, v_now);
  end if;
  if v_done.settled_count > 0 and (not v_are_accepted and p_reports @? '$[*] ? (@.reply_code >= 400)'
    or exists (select from daybatch.refusal_counts as n where n.campaign_id = p_campaign_id))
  then
    perform daybatch.suppress_refused(p_campaign_id, v_done.settled_ids, v_done.settled_tokens, v_now);
    v_breaker := daybatch.judge_answers(p_campaign_id, v_batch.batch_number, v_done.settled_ids, v_done.settled_tokens, v_now);
  end if;
  if coalesce(v_done.pause_reason, v_breaker) is not null and v_campaign.status = 'sending' then
    perform daybatch.pause_campaign(p_campaign_id, coalesce(v_done.pause_reason, v_breaker));
  end if;
  if v_done.settled_count < jsonb_array_length(p_reports) then
    perform daybatch.settle_late_report(p_campaign_id, r.report, v_now)
    from jsonb_array_elements(p_reports) as r (report)
    where not exists (
      select from unnest(v_done.settled_ids, v_done.settled_tokens) as s (delivery_id, claim_token)
      where s.delivery_id = (r.report ->> 'delivery_id')::bigint and s.claim_token = (r.report ->> 'claim_token')::uuid)
    order by (r.report ->> 'claim_token')::uuid;
  end if;

  v_finished := v_batch.campaign_id is not null and daybatch.is_batch_finished(p_campaign_id, v_batch.batch_number);
  if v_done.settled_count = jsonb_array_length(p_reports) and v_are_accepted then
    return query
      select r.delivery_id, true, 'sent', 'accepted', v_finished
      from rows from (jsonb_to_recordset(p_reports) as (delivery_id bigint)) with ordinality as r (delivery_id, place)
      order by r.place;
    return;
  end if;
  return query
    select r.delivery_id, coalesce(k.stage <> 'lease', false), d.status, k.rule, v_finished
    from rows from (jsonb_to_recordset(p_reports) as (delivery_id bigint, claim_token uuid)) with ordinality as r (delivery_id, claim_token, place)
    -- by key, as in settle_reports
    left join lateral (
      select f.status from daybatch.deliveries as f where f.delivery_id = r.delivery_id and f.campaign_id = p_campaign_id limit 1) as d on true
    left join lateral (
      select a.rule, a.stage from daybatch.delivery_attempts as a
      where a.campaign_id = p_campaign_id and a.delivery_id = r.delivery_id and a.claim_token = r.claim_token
      order by a.attempt_id desc limit 1) as k on true
    order by r.place;
end;
$$;

comment on function daybatch.report_outcomes(uuid, jsonb) is
  'Records what servers answered and decides what it means; repeatable, stale tokens change nothing. Example: select r.* from public.campaigns as c, daybatch.report_outcomes(c.id, ''[]'') as r where c.name = ''Spring offer'';';
