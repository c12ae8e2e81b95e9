-- Whether every report is an acceptance of the message (RFC 5321 4.2.1: 2yz): then nothing needs to be judged. A code that is
-- no JSON number says false, and is judged. Called by settle_reports and report_outcomes. Pure.
create or replace function daybatch.are_acceptances(p_reports jsonb)
returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
  return jsonb_array_length(p_reports) = jsonb_array_length(
    jsonb_path_query_array(p_reports, '$[*] ? (@.stage == "message" && @.reply_code >= 200 && @.reply_code <= 299)'));
end;
$$;

comment on function daybatch.are_acceptances(jsonb) is
  'Whether every report is an acceptance. Example: select daybatch.are_acceptances(''[{"stage": "message", "reply_code": 250}]'');';
