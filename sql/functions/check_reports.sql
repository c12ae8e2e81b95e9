-- Refuses (MB017) a malformed report before anything is changed: no array, no delivery id, no token, an unknown
-- stage, an impossible code. A report never arrives half understood. Pure.
-- A pattern costs 3 us a report, so each is asked once of each text: a call has few tokens, stages and codes.
create or replace function daybatch.check_reports(p_reports jsonb)
returns void
language plpgsql immutable set search_path = ''
as $$
declare
  v_report jsonb;
begin
  if jsonb_typeof(p_reports) is distinct from 'array' then
    raise exception using errcode = 'MB017', message = 'reports are a JSON array of objects',
      hint = 'Example: [{"delivery_id": 1, "claim_token": "...", "stage": "rcpt", "reply_code": 550}]';
  end if;
  if not exists (
      select from (
        select r.report ->> 'claim_token' as claim_token, r.report ->> 'stage' as stage, r.report ->> 'reply_code' as reply_code,
          bool_and(coalesce(length(r.report ->> 'delivery_id') between 1 and 18 and translate(r.report ->> 'delivery_id', '0123456789', '') = '', false)) as has_ids
        from jsonb_array_elements(p_reports) as r (report)
        group by 1, 2, 3
        -- a barrier: below the grouping the planner would ask them of each report
        offset 0
      ) as d
      where not d.has_ids
        or coalesce(d.claim_token, '') !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        or coalesce(d.stage, '') not in ('render', 'connect', 'ehlo', 'starttls', 'auth', 'mail', 'rcpt', 'data', 'message')
        or coalesce(d.reply_code, '250') !~ '^[2-5]\d\d$')
  then
    return;
  end if;
  -- which one it is, for the words
  select r.report into v_report
  from jsonb_array_elements(p_reports) as r (report)
  where coalesce(r.report ->> 'delivery_id', '') !~ '^\d{1,18}$'
    or coalesce(r.report ->> 'claim_token', '') !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    or coalesce(r.report ->> 'stage', '') not in ('render', 'connect', 'ehlo', 'starttls', 'auth', 'mail', 'rcpt', 'data', 'message')
    or coalesce(r.report ->> 'reply_code', '250') !~ '^[2-5]\d\d$'
  limit 1;
  if found then
    raise exception using errcode = 'MB017', message = format('a report cannot be read: %s', left(v_report::text, 300)),
      hint = 'It needs delivery_id, claim_token, a stage (render, connect, ehlo, starttls, auth, mail, rcpt, data, message) and a reply_code of 200 to 599 or none.';
  end if;
end;
$$;

comment on function daybatch.check_reports(jsonb) is
  'Raises MB017 when a report of outcomes is malformed. Example: select daybatch.check_reports(''[]'');';
