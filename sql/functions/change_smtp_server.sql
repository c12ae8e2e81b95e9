-- An SMTP server took no session (connect, ehlo, starttls, auth), or went away: it rests, with back-off from 30 seconds doubled to 30
-- minutes, and the batch goes on through the next server of its campaign. True when that is all that is to be done: the
-- batch need not wait, the campaign need not pause. Only mails that were certainly not sent move: settle_reports has put
-- back what ended before its data, and what is in doubt is never claimed again.
-- Called by report_outcomes under the campaign's lock, when a server or our set-up refused. Locks: the server, last.
create or replace function daybatch.change_smtp_server(p_campaign_id uuid, p_batch_number integer, p_delivery_ids bigint[], p_claim_tokens uuid[], p_now timestamptz)
returns boolean
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_current text;
  v_next text;
  v_answers record;
begin
  if not exists (select from daybatch.smtp_servers as s where s.is_enabled and s.is_fallback) then
    return false;
  end if;
  select coalesce(b.smtp_server, 'default') into v_current from daybatch.batches as b
  where b.campaign_id = p_campaign_id and b.batch_number = p_batch_number;
  select bool_and(a.stage in ('connect', 'ehlo', 'starttls', 'auth') or a.reply_code is null) as are_sessions,
    min(concat_ws(' ', a.stage || ':', a.reply_code, a.enhanced_code, left(daybatch.mask_addresses(a.reply_text), 300)))
      filter (where coalesce(a.smtp_server, 'default') = v_current) as refusal
  into v_answers
  from unnest(p_delivery_ids, p_claim_tokens) as s (delivery_id, claim_token)
  cross join lateral (
    select t.* from daybatch.delivery_attempts as t
    where t.campaign_id = p_campaign_id and t.delivery_id = s.delivery_id and t.claim_token = s.claim_token
    order by t.attempt_id desc limit 1
  ) as a
  left join daybatch.reply_rules as r on r.rule = a.rule
  where a.outcome = 'deferred' and coalesce(r.scope, 'server') in ('server', 'campaign');
  if not coalesce(v_answers.are_sessions, false) then
    return false;
  elsif v_answers.refusal is null then
    return true; -- of a server that the batch has left
  end if;
  update daybatch.smtp_servers as s set
    refused_since = case when s.refused_until > p_now - interval '1 hour' then s.refused_since else p_now end,
    refusal = v_answers.refusal,
    refusal_count = case when s.refused_until > p_now - interval '1 hour' then s.refusal_count + 1 else 1 end,
    refused_until = p_now + least(interval '30 seconds' * power(2, case when s.refused_until > p_now - interval '1 hour' then least(s.refusal_count, 10) else 0 end), interval '30 minutes')
  where s.name = v_current and coalesce(s.refused_until, p_now) <= p_now;
  select f.name into v_next
  from daybatch.find_smtp_server(p_campaign_id, null, array(select s.name from daybatch.smtp_servers as s where coalesce(s.refused_until, p_now) <= p_now), p_now) as f;
  if v_next is null or v_next = v_current then
    return false;
  end if;
  update daybatch.batches as b set smtp_server = v_next where b.campaign_id = p_campaign_id and b.batch_number = p_batch_number;
  perform daybatch.record_notice(p_campaign_id, 'smtp_server_changed', jsonb_build_object('from', v_current, 'to', v_next, 'reason', v_answers.refusal));
  perform daybatch.record_event(p_campaign_id, 'smtp_server_changed',
    jsonb_build_object('batch_number', p_batch_number, 'from', v_current, 'to', v_next, 'reason', v_answers.refusal));
  return true;
end;
$$;

comment on function daybatch.change_smtp_server(uuid, integer, bigint[], uuid[], timestamptz) is
  'Moves a batch to a fall-back SMTP server (part of report_outcomes). Example: select daybatch.change_smtp_server(null, 1, ''{}'', ''{}'', daybatch.current_moment()) limit 0;';
