-- One report whose token no longer holds the delivery. Only an acceptance says something new: it settles the doubt
-- that its own token left (sent never goes back), or shows that two workers' mails were accepted. Everything else
-- is stale and changes nothing.
-- Called by report_outcomes under the campaign's lock. Repeatable.
create or replace function daybatch.settle_late_report(p_campaign_id uuid, p_report jsonb, p_now timestamptz)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_report record;
  v_delivery daybatch.deliveries;
  v_doubt daybatch.delivery_attempts;
  v_outcome text;
begin
  select r.* into v_report
  from jsonb_to_record(p_report) as r (delivery_id bigint, claim_token uuid, stage text, reply_code integer, enhanced_code text, reply_text text);
  if v_report.stage <> 'message' or coalesce(v_report.reply_code, 0) not between 200 and 299 then
    return;
  end if;
  select d.* into v_delivery from daybatch.deliveries as d
  where d.delivery_id = v_report.delivery_id and d.campaign_id = p_campaign_id
  for no key update;
  select a.* into v_doubt from daybatch.delivery_attempts as a
  where a.campaign_id = p_campaign_id and a.delivery_id = v_report.delivery_id and a.claim_token = v_report.claim_token
  order by a.attempt_id desc limit 1;
  if v_delivery.delivery_id is null or v_doubt.outcome in ('sent', 'accepted_twice', 'failed', 'deferred')
    -- a token that neither left a doubt nor holds the delivery that another's late reply has settled
    or (v_doubt.attempt_id is null and (v_delivery.claim_token is distinct from v_report.claim_token or v_delivery.status <> 'sent'))
  then
    return;
  end if;

  v_outcome := case when v_delivery.status = 'sent' then 'accepted_twice' else 'sent' end;
  insert into daybatch.delivery_attempts (campaign_id, delivery_id, batch_number, slot, attempt_number, claim_token, worker_id,
    sending_at, ended_at, stage, reply_code, enhanced_code, reply_text, rule, outcome)
  values (p_campaign_id, v_delivery.delivery_id, coalesce(v_doubt.batch_number, v_delivery.batch_number), coalesce(v_doubt.slot, v_delivery.slot),
    coalesce(v_doubt.attempt_number, v_delivery.attempt_count + 1), v_report.claim_token, v_doubt.worker_id, v_doubt.sending_at, p_now,
    'message', v_report.reply_code, v_report.enhanced_code, left(v_report.reply_text, 1000), 'accepted', v_outcome);
  if v_outcome = 'accepted_twice' then
    perform daybatch.record_event(p_campaign_id, 'accepted_twice', jsonb_build_object('delivery_id', v_delivery.delivery_id, 'contact_id', v_delivery.contact_id));
    update daybatch.claims as k set delivery_ids = array_remove(k.delivery_ids, v_delivery.delivery_id)
    where k.claim_token = v_report.claim_token and cardinality(k.delivery_ids) > 1;
    delete from daybatch.claims as k where k.claim_token = v_report.claim_token and k.delivery_ids = array[v_delivery.delivery_id];
  else
    perform daybatch.settle_deliveries(p_campaign_id, array[v_delivery.delivery_id], 'sent', p_now);
  end if;
end;
$$;

comment on function daybatch.settle_late_report(uuid, jsonb, timestamptz) is
  'Settles a doubt by an acceptance that came late (part of report_outcomes). Example: select daybatch.settle_late_report(''00000000-0000-0000-0000-000000000000'', ''{"delivery_id": 1, "stage": "rcpt"}'', daybatch.current_moment());';
