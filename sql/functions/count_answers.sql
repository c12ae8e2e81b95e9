-- The breaker: counts final answers of servers (null: accepted; else the rule that refused), in their order, and says
-- in words why the campaign must pause: refusals of one rule in a row, or too many among the last 200. Only refusals at
-- rcpt, data and message count; what is deferred is no answer. Counting begins with a campaign's first refusal, so that
-- one without any costs nothing, and anew after each pause.
-- Called by judge_answers under the campaign's lock. Not repeatable: it is told each answer once.
create or replace function daybatch.count_answers(p_campaign_id uuid, p_rules text[])
returns text
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_settings daybatch.settings;
  v_counts daybatch.refusal_counts;
  v_rule text;
  v_reason text;
begin
  select s.* into v_settings from daybatch.settings as s;
  select n.* into v_counts from daybatch.refusal_counts as n where n.campaign_id = p_campaign_id;
  v_counts.answer_count := coalesce(v_counts.answer_count, 0);
  v_counts.refused_at_counts := coalesce(v_counts.refused_at_counts, '{}');
  v_counts.in_a_row := coalesce(v_counts.in_a_row, 0);
  foreach v_rule in array p_rules loop
    v_counts.answer_count := v_counts.answer_count + 1;
    v_counts.in_a_row := case when v_rule is null then 0 when v_rule = v_counts.rule then v_counts.in_a_row + 1 else 1 end;
    v_counts.rule := v_rule;
    continue when v_rule is null;
    v_counts.refused_at_counts := array(
      select c from unnest(v_counts.refused_at_counts || v_counts.answer_count) as c where c > v_counts.answer_count - 200);
    v_reason := coalesce(v_reason, case
      when v_counts.in_a_row >= coalesce((select r.pause_after from daybatch.reply_rules as r where r.rule = v_rule), v_settings.refusals_in_a_row) then format('%s refusals of one kind in a row (%s)', v_counts.in_a_row, v_rule)
      when cardinality(v_counts.refused_at_counts) >= v_settings.refusals_in_200 then format('%s of the last %s answers were refusals',
        cardinality(v_counts.refused_at_counts), least(v_counts.answer_count, 200)) end);
  end loop;
  if v_reason is not null then
    delete from daybatch.refusal_counts as n where n.campaign_id = p_campaign_id;
  else
    insert into daybatch.refusal_counts (campaign_id, answer_count, refused_at_counts, rule, in_a_row)
    values (p_campaign_id, v_counts.answer_count, v_counts.refused_at_counts, v_counts.rule, v_counts.in_a_row)
    on conflict (campaign_id) do update set answer_count = excluded.answer_count, refused_at_counts = excluded.refused_at_counts,
      rule = excluded.rule, in_a_row = excluded.in_a_row;
  end if;
  return v_reason;
end;
$$;

comment on function daybatch.count_answers(uuid, text[]) is
  'Counts servers'' final answers and says why a campaign must pause, or null (part of report_outcomes). Example: select daybatch.count_answers(null, ''{}'') limit 0;';
