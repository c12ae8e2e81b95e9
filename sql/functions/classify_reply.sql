-- What a server's answer means: the first of daybatch.reply_rules, by priority, that fits. No reply is ''.
-- An acceptance (2xx to the message) is not open to rules. Reads only.
create or replace function daybatch.classify_reply(p_stage text, p_reply_code integer, p_enhanced_code text, p_reply_text text)
returns table (rule text, outcome text, scope text)
language sql stable security definer set search_path = ''
as $$
  select k.rule, k.outcome, k.scope
  from daybatch.reply_rules as k
  where (k.stages is null or p_stage = any (k.stages))
    and (k.reply_code is null or coalesce(p_reply_code::text, '') ~ k.reply_code)
    and (k.enhanced_code is null or coalesce(p_enhanced_code, '') ~ k.enhanced_code)
    and (k.reply_text is null or coalesce(p_reply_text, '') ~* k.reply_text)
  order by (k.rule = 'accepted') desc, k.priority, k.rule
  limit 1
$$;

comment on function daybatch.classify_reply(text, integer, text, text) is
  'Rule, outcome and scope of a server''s answer at a stage. Example: select * from daybatch.classify_reply(''rcpt'', 550, ''5.1.1'', ''no such user'');';
