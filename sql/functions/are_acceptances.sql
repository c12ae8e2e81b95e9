-- Whether every report is an acceptance of the message (RFC 5321 4.2.1: 2yz): then nothing needs to be judged. A code that is
-- no JSON number says false, and is judged. Called by report_outcomes. Pure.
create or replace function daybatch.are_acceptances(p_reports jsonb)
returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
  -- strict: in the lax mode an array in place of a report would be looked into
  return not jsonb_path_exists(p_reports, 'strict $[*] ? (!(@.stage == "message" && @.reply_code >= 200 && @.reply_code <= 299)
    || (@.stage == "message" && @.reply_code >= 200 && @.reply_code <= 299) is unknown)');
end;
$$;

comment on function daybatch.are_acceptances(jsonb) is
  'Whether every report is an acceptance. Example: select daybatch.are_acceptances(''[{"stage": "message", "reply_code": 250}]'');';
