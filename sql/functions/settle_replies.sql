-- The long way of settle_reports, for calls with other answers than acceptances: what each means, by the reply rules.
-- A deferred recipient is retried with back-off inside its batch, at most deferral_period; then its slot is freed and
-- it returns to remaining at the close; after deferral_limit deferrals it fails. What the server or our set-up is to
-- blame for counts against no contact.
-- Called by settle_reports only, which holds the campaign's lock. Locks: deliveries. Repeatable: what is settled has no live claim.
create or replace function daybatch.settle_replies(p_campaign_id uuid, p_reports jsonb, p_now timestamptz)
returns table (settled_count integer, settled_ids bigint[], settled_tokens uuid[], refusal text, pause_reason text)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_policy text;
  v_settings daybatch.settings;
  v_batch daybatch.batches;
  v_settled record;
begin
  select coalesce(c.in_doubt_policy, 'never') into v_policy from public.campaigns as c where c.id = p_campaign_id;
  select s.* into v_settings from daybatch.settings as s;
  select b.* into v_batch from daybatch.batches as b where b.campaign_id = p_campaign_id and b.closed_at is null;

  with reports as materialized (
    select distinct on (r.delivery_id, r.claim_token) r.*, k.rule, k.outcome, k.scope
    from jsonb_to_recordset(p_reports) as r (delivery_id bigint, claim_token uuid, stage text, reply_code integer, enhanced_code text, reply_text text)
    cross join lateral (
      select 'accepted' as rule, 'sent' as outcome, 'recipient' as scope where r.stage = 'message' and r.reply_code between 200 and 299
      union all
      select c.* from daybatch.classify_reply(r.stage, r.reply_code, r.enhanced_code, r.reply_text) as c
      where not (r.stage = 'message' and coalesce(r.reply_code between 200 and 299, false))
    ) as k
    order by r.delivery_id, r.claim_token, (k.outcome = 'sent') desc
  ),
  live as (
    select r.*, d.batch_number, d.slot, d.attempt_count, d.sending_at, d.deferral_count,
      coalesce(d.deferred_since, p_now) as deferred_since,
      p_now + daybatch.calculate_retry_delay(d.deferral_count + 1, v_settings.first_retry_delay, v_batch.batch_interval) as retry_at,
      (r.outcome = 'deferred' and r.scope = 'recipient') or (r.outcome = 'in_doubt' and v_policy = 'resend') as counts_as_deferral
    from reports as r
    -- by key, one by one: with the statistics of a batch that was just opened a join reads all of its campaign
    cross join lateral (select f.* from daybatch.deliveries as f where f.delivery_id = r.delivery_id limit 1) as d
    where d.campaign_id = p_campaign_id and d.claim_token = r.claim_token and d.status in ('claimed', 'sending')
  ),
  decided as (
    select l.*,
      case
        when l.counts_as_deferral and l.deferral_count + 1 < v_settings.deferral_limit then 'deferred'
        when not l.counts_as_deferral and l.outcome <> 'failed' then l.outcome
        -- its end; a copy before this one may have been accepted, and no refusal of a later copy says otherwise
        when l.outcome = 'in_doubt' or v_policy = 'resend' and exists (
          select from daybatch.delivery_attempts as a
          where a.campaign_id = p_campaign_id and a.delivery_id = l.delivery_id and a.outcome = 'in_doubt') then 'in_doubt'
        else 'failed'
      end as status,
      l.counts_as_deferral and l.retry_at > least(l.deferred_since + v_settings.deferral_period, v_batch.cut_off_at) as given_back
    from live as l
  ),
  settled as (
    update daybatch.deliveries as d set
      status = t.status,
      attempt_count = t.attempt_count + 1,
      deferral_count = t.deferral_count + t.counts_as_deferral::integer,
      deferred_since = case when t.counts_as_deferral then t.deferred_since else d.deferred_since end,
      slot = case when t.status = 'deferred' and t.given_back then null else d.slot end,
      retry_at = case when t.status = 'deferred' and not t.given_back then case when t.counts_as_deferral then t.retry_at else p_now end end,
      settled_at = case when t.status <> 'deferred' then p_now end,
      reason = case when t.status not in ('sent', 'deferred') then
        case when t.counts_as_deferral then 'deferred_too_often' else t.rule end end
    from decided as t
    where d.delivery_id = t.delivery_id
    returning d.delivery_id
  ),
  attempts as (
    insert into daybatch.delivery_attempts (campaign_id, delivery_id, batch_number, slot, attempt_number, claim_token, worker_id,
      smtp_server, sending_at, ended_at, stage, reply_code, enhanced_code, reply_text, rule, outcome)
    select p_campaign_id, t.delivery_id, t.batch_number, t.slot, t.attempt_count + 1, t.claim_token, k.worker_id,
      k.smtp_server, case when t.stage = 'message' then t.sending_at end, p_now, t.stage, t.reply_code, left(t.enhanced_code, 20), left(t.reply_text, 1000), t.rule, t.outcome
    from decided as t
    left join daybatch.claims as k on k.claim_token = t.claim_token
    returning 1
  )
  select count(*)::integer as settled_count, coalesce(array_agg(t.delivery_id), '{}') as settled_ids,
    coalesce(array_agg(t.claim_token), '{}') as settled_tokens,
    min(concat_ws(' ', t.stage || ':', t.reply_code, t.enhanced_code, left(daybatch.mask_addresses(t.reply_text), 300))) filter (where t.scope = 'server') as refusal,
    min(concat_ws(' ', 'the server refuses us at', t.stage || ':', t.reply_code, t.enhanced_code, left(daybatch.mask_addresses(t.reply_text), 300)))
      filter (where t.scope = 'campaign') as pause_reason,
    (count(*) filter (where t.status = 'sent'))::integer as sent, (count(*) filter (where t.status = 'failed'))::integer as failed,
    (count(*) filter (where t.status = 'in_doubt'))::integer as in_doubt, (count(*) filter (where t.status = 'deferred'))::integer as deferred,
    (select count(*) from settled) as written, (select count(*) from attempts) as tried
  into v_settled
  from decided as t;
  perform daybatch.add_outcomes(p_campaign_id, p_sent => v_settled.sent, p_failed => v_settled.failed, p_in_doubt => v_settled.in_doubt,
    p_deferred => v_settled.deferred);
  return query select v_settled.settled_count, v_settled.settled_ids, v_settled.settled_tokens, v_settled.refusal, v_settled.pause_reason;
end;
$$;

comment on function daybatch.settle_replies(uuid, jsonb, timestamptz) is
  'Settles reports with other answers than acceptances (part of settle_reports). Example: select settled_count from daybatch.settle_replies(''00000000-0000-0000-0000-000000000000'', ''[]'', daybatch.current_moment());';
