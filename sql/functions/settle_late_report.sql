-- One report whose token no longer decides: the delivery was settled by another worker's late answer, or this worker's
-- own claim has ended. An acceptance settles the doubt that its own token left (sent never goes back), or shows that
-- two workers' mails were accepted. A claim that still holds the mail gives it up, whatever it heard. Everything else
-- is stale and changes nothing.
-- Called by report_outcomes under the campaign's lock. Repeatable.
create or replace function daybatch.settle_late_report(p_campaign_id uuid, p_report jsonb, p_now timestamptz)
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_report record;
  v_delivery daybatch.deliveries;
  v_attempt daybatch.delivery_attempts;
  v_claim daybatch.claims;
  v_answer record;
begin
  select r.* into v_report
  from jsonb_to_record(p_report) as r (delivery_id bigint, claim_token uuid, stage text, reply_code integer, enhanced_code text, reply_text text);
  select * into v_answer
  from daybatch.classify_reply(v_report.stage, v_report.reply_code, v_report.enhanced_code, v_report.reply_text);
  select d.* into v_delivery from daybatch.deliveries as d
  where d.delivery_id = v_report.delivery_id and d.campaign_id = p_campaign_id
  for no key update;
  select a.* into v_attempt from daybatch.delivery_attempts as a
  where a.campaign_id = p_campaign_id and a.delivery_id = v_report.delivery_id and a.claim_token = v_report.claim_token
  order by a.attempt_id desc limit 1;
  select k.* into v_claim from daybatch.claims as k
  where k.claim_token = v_report.claim_token and v_delivery.delivery_id = any (k.delivery_ids);
  if v_claim.claim_token is null and (v_answer.outcome <> 'sent' or not coalesce(v_attempt.outcome = 'in_doubt',
    v_delivery.status = 'sent' and v_delivery.claim_token = v_report.claim_token, false))
  then
    return;
  end if;

  -- an operator's word that it was sent is no second mail
  if v_answer.outcome = 'sent' and v_delivery.status = 'sent' and exists (
    select from daybatch.delivery_attempts as a
    where a.campaign_id = p_campaign_id and a.delivery_id = v_delivery.delivery_id and a.outcome in ('sent', 'accepted_twice'))
  then
    v_answer.outcome := 'accepted_twice';
  end if;
  insert into daybatch.delivery_attempts (campaign_id, delivery_id, batch_number, slot, attempt_number, claim_token, worker_id,
    smtp_server, sending_at, ended_at, stage, reply_code, enhanced_code, reply_text, rule, outcome)
  values (p_campaign_id, v_delivery.delivery_id, coalesce(v_attempt.batch_number, v_delivery.batch_number), coalesce(v_attempt.slot, v_delivery.slot),
    coalesce(v_attempt.attempt_number, v_delivery.attempt_count + 1), v_report.claim_token, coalesce(v_attempt.worker_id, v_claim.worker_id),
    coalesce(v_attempt.smtp_server, v_claim.smtp_server), coalesce(v_attempt.sending_at, v_delivery.sending_at), p_now, v_report.stage, v_report.reply_code, left(v_report.enhanced_code, 20),
    left(v_report.reply_text, 1000), v_answer.rule, v_answer.outcome);
  update daybatch.claims as k set delivery_ids = array_remove(k.delivery_ids, v_delivery.delivery_id)
  where k.claim_token = v_claim.claim_token and cardinality(k.delivery_ids) > 1;
  delete from daybatch.claims as k where k.claim_token = v_claim.claim_token and k.delivery_ids = array[v_delivery.delivery_id];
  if v_answer.outcome = 'accepted_twice' then
    perform daybatch.record_event(p_campaign_id, 'accepted_twice', jsonb_build_object('delivery_id', v_delivery.delivery_id, 'contact_id', v_delivery.contact_id));
  elsif v_answer.outcome = 'sent' and v_delivery.status <> 'sent' then
    perform daybatch.settle_deliveries(p_campaign_id, array[v_delivery.delivery_id], 'sent', p_now);
  end if;
end;
$$;

comment on function daybatch.settle_late_report(uuid, jsonb, timestamptz) is
  'Settles a doubt by an acceptance that came late (part of report_outcomes). Example: select daybatch.settle_late_report(''00000000-0000-0000-0000-000000000000'', ''{"delivery_id": 1, "stage": "rcpt"}'', daybatch.current_moment());';
