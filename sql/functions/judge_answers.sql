-- What answers mean beyond their own mail, after settle_reports wrote the attempts: a used-up quota cuts the batch off,
-- so that what is unsent goes to the next one; refusals that look like ours pause the campaign (count_answers).
-- Returns why to pause, or null. Called by report_outcomes under the campaign's lock, only when an answer was no
-- acceptance or refusals are being counted. Not repeatable: it is told each settled report once.
create or replace function daybatch.judge_answers(p_campaign_id uuid, p_batch_number integer, p_delivery_ids bigint[], p_claim_tokens uuid[], p_now timestamptz)
returns text
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_answers record;
  v_reason text;
begin
  select
    array_agg(case when a.outcome = 'failed' then a.rule end order by a.attempt_id)
      filter (where a.outcome in ('sent', 'failed') and a.stage in ('rcpt', 'data', 'message')) as rules,
    (array_agg(a.words order by a.attempt_id desc) filter (where a.outcome = 'failed'))[1] as refusal,
    min(a.words) filter (where a.scope = 'batch') as quota
  into v_answers
  from unnest(p_delivery_ids, p_claim_tokens) as s (delivery_id, claim_token)
  cross join lateral (
    select t.attempt_id, t.outcome, t.stage, t.rule, r.scope,
      concat_ws(' ', t.stage || ':', t.reply_code, t.enhanced_code, left(daybatch.mask_addresses(t.reply_text), 300)) as words
    from daybatch.delivery_attempts as t
    left join daybatch.reply_rules as r on r.rule = t.rule and t.outcome <> 'sent'
    where t.campaign_id = p_campaign_id and t.delivery_id = s.delivery_id and t.claim_token = s.claim_token
    order by t.attempt_id desc limit 1
  ) as a;
  if v_answers.quota is not null then
    update daybatch.batches as b set cut_off_at = p_now, cut_off_reason = v_answers.quota
    where b.campaign_id = p_campaign_id and b.batch_number = p_batch_number and b.closed_at is null and b.cut_off_at > p_now;
    if found then
      perform daybatch.record_event(p_campaign_id, 'batch_cut_off', jsonb_build_object('batch_number', p_batch_number, 'reason', v_answers.quota));
    end if;
  end if;
  if v_answers.rules is not null and (v_answers.refusal is not null
    or exists (select from daybatch.refusal_counts as n where n.campaign_id = p_campaign_id))
  then
    v_reason := daybatch.count_answers(p_campaign_id, v_answers.rules);
  end if;
  return v_reason || ', the last ' || v_answers.refusal || '; daybatch.retry_failed takes the refused back';
end;
$$;

comment on function daybatch.judge_answers(uuid, integer, bigint[], uuid[], timestamptz) is
  'Cuts a batch off when a quota is used up, and says why to pause when refusals look like ours (part of report_outcomes). Example: select daybatch.judge_answers(null, 1, ''{}'', ''{}'', daybatch.current_moment()) limit 0;';
