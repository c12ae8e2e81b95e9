-- What a report about an accepted mail means. kind: hard (no such mailbox or domain, or refused for good), soft (for now,
-- mailbox full, or only one of several recipients behind the address), blocked (we or the message are refused: RFC 3463
-- classes x.3, x.5, x.6, x.7), complaint (RFC 5965); null: nothing that counts (delayed, delivered, not-spam).
-- is_address_fault: surely the address, which is suppressed at once; without it a second hard bounce does that.
-- p_report: word (a provider's own: permanent, temporary, blocked, complaint), feedback_type, and recipients, an array of
-- action, status, diagnostic (RFC 3464). Called by record_bounces. Pure: reads no table.
create or replace function daybatch.classify_bounce(p_report jsonb)
returns table (kind text, is_address_fault boolean, status_code text, reason text)
language plpgsql immutable set search_path = ''
as $$
declare
  v_word text := p_report ->> 'word';
  v_feedback text := lower(p_report ->> 'feedback_type');
  v_recipients jsonb := case when jsonb_typeof(p_report -> 'recipients') = 'array' then p_report -> 'recipients' else '[]' end;
  v_failed jsonb := (select r.value from jsonb_array_elements(v_recipients) as r (value) where lower(trim(r.value ->> 'action')) = 'failed' limit 1);
  v_has_reached_others boolean := exists (
    select from jsonb_array_elements(v_recipients) as r (value) where lower(trim(r.value ->> 'action')) in ('delivered', 'relayed', 'expanded'));
  v_words text := left(v_failed ->> 'diagnostic', 2000);
  v_reply text := substring(v_words from '(?:^|[^0-9.])([245][0-9]{2})(?:$|[^0-9.])');
begin
  status_code := substring(v_failed ->> 'status' from '^\s*([245]\.[0-9]{1,3}\.[0-9]{1,3})');
  if coalesce(status_code, '5.0.0') ~ '\.0\.0$' then
    -- the reporting server only translated the reply: its own code stands in the diagnostic
    status_code := coalesce(substring(v_words from '(?:^|[^0-9.])([245]\.[0-9]{1,3}\.[0-9]{1,3})(?:$|[^0-9.])'), status_code);
  end if;
  reason := left(daybatch.mask_addresses(coalesce(nullif(trim(regexp_replace(v_words, '[[:space:][:cntrl:]]+', ' ', 'g')), ''), v_feedback)), 500);
  if v_word = 'complaint' or v_feedback is not null then
    kind := case when coalesce(v_feedback, 'abuse') in ('abuse', 'fraud', 'opt-out', 'opt-out-list', 'other') then 'complaint' end;
  elsif v_failed is null and v_word is null then
    kind := null;
  elsif v_word = 'temporary' or v_has_reached_others or status_code ~ '^4' or status_code = '5.2.2'
    or (v_word is null and status_code is null and coalesce(v_reply, '4') ~ '^4')
  then
    kind := 'soft';
  elsif v_word = 'blocked' or (v_word is distinct from 'permanent' and (
    status_code ~ '^5\.[3567]\.' or status_code in ('5.1.7', '5.1.8', '5.4.6', '5.4.14')
    or v_words ~* 'blocklist|blacklist|spamhaus|barracuda|listed (at|in|on|by)|spam (message|content|detected)'))
  then
    kind := 'blocked';
  else
    kind := 'hard';
  end if;
  -- 5.4.1: Exchange Online for a recipient that its directory does not know; 5.4.4, 5.4.310: no such domain
  is_address_fault := coalesce(kind = 'hard' and (v_word = 'permanent' or status_code in (
    '5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1', '5.4.1', '5.4.4', '5.4.310')), false);
  return next;
end;
$$;

comment on function daybatch.classify_bounce(jsonb) is
  'What a report about an accepted mail means: hard, soft, blocked, complaint, or null. Example: select * from daybatch.classify_bounce(''{"recipients": [{"action": "failed", "status": "5.1.1", "diagnostic": "smtp; 550 5.1.1 no such user"}]}'');';
