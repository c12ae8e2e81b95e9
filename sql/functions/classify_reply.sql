-- What a server's answer means: the first of daybatch.reply_rules, by priority, that fits. No reply is ''.
-- Two answers are not open to rules, or a rule could mail somebody twice: a 2xx to the message is an acceptance, and
-- neither 4xx nor 5xx to it leaves a doubt (RFC 5321 4.2.5). What no rule fits waits. Reads only.
create or replace function daybatch.classify_reply(p_stage text, p_reply_code integer, p_enhanced_code text, p_reply_text text)
returns table (rule text, outcome text, scope text)
language sql stable security definer set search_path = '' set jit = off
as $$
  select k.rule, k.outcome, k.scope
  from (
    select 'accepted' as rule, 'sent' as outcome, 'recipient' as scope, 1 as rank, 0 as priority
    where p_stage = 'message' and p_reply_code between 200 and 299
    union all
    select 'no_reply_after_354', 'in_doubt', 'recipient', 2, 0
    where p_stage = 'message' and coalesce(p_reply_code, 0) not between 400 and 599
    union all
    select r.rule, r.outcome, r.scope, 3, r.priority
    from daybatch.reply_rules as r
    where r.outcome <> 'sent'
      and (r.stages is null or p_stage = any (r.stages))
      and (r.reply_code is null or coalesce(p_reply_code::text, '') ~ r.reply_code)
      and (r.enhanced_code is null or coalesce(p_enhanced_code, '') ~ r.enhanced_code)
      and (r.reply_text is null or coalesce(p_reply_text, '') ~* r.reply_text)
    union all
    select 'odd_reply', 'deferred', 'server', 4, 0
  ) as k
  order by k.rank, k.priority, k.rule
  limit 1
$$;

comment on function daybatch.classify_reply(text, integer, text, text) is
  'Rule, outcome and scope of a server''s answer at a stage. Example: select * from daybatch.classify_reply(''rcpt'', 550, ''5.1.1'', ''no such user'');';
