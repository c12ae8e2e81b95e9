-- What servers answered to a campaign when they did not accept: grouped by outcome, stage, rule and codes, the most first,
-- with the words of the last one. Looks at the last 20,000 such tries (is_complete: there are no more), and shows at most
-- p_limit groups. What was accepted is in the counts of get_campaign. Reads only. Errors: MB001.
create or replace function daybatch.list_answers(p_campaign_id uuid, p_limit integer default 50)
returns table (outcome text, stage text, rule text, reply_code integer, enhanced_code text, tries integer, contacts integer, last_at timestamptz, reply_text text,
  is_complete boolean)
language plpgsql stable security definer set search_path = '' set jit = off
-- the tries from their index alone, newest first, until there are enough: a bitmap of all is sorted afterwards
set enable_bitmapscan = off
as $$
#variable_conflict use_column
begin
  if not exists (select from public.campaigns as c where c.id = p_campaign_id) then
    raise exception using errcode = 'MB001', message = format('campaign %s does not exist', coalesce(p_campaign_id::text, 'null')),
      hint = 'Look the id up: select id, name, status from public.campaigns;';
  end if;
  return query
    select g.outcome, g.stage, g.rule, g.reply_code, g.enhanced_code, g.tries::integer, g.contacts::integer, g.last_at,
      (select a.reply_text from daybatch.delivery_attempts as a where a.attempt_id = g.last_id), g.looked_at < 20000
    from (
      -- each try is grouped once, by its texts; the contacts of a group by their numbers alone, which come in order
      select o.outcome, o.stage, o.rule, o.reply_code, o.enhanced_code, o.tries, (select count(distinct i.id) from unnest(o.delivery_ids) as i (id)) as contacts,
        o.last_at, o.last_id, o.looked_at
      from (
        select t.outcome, t.stage, t.rule, t.reply_code, t.enhanced_code, count(*) as tries, array_agg(t.delivery_id) as delivery_ids,
          max(t.ended_at) as last_at, max(t.attempt_id) as last_id, sum(count(*)) over () as looked_at
        from (
          select a.outcome, a.stage, a.rule, a.reply_code, a.enhanced_code, a.delivery_id, a.ended_at, a.attempt_id
          from daybatch.delivery_attempts as a
          where a.campaign_id = p_campaign_id and a.outcome <> 'sent'
          order by a.delivery_id desc limit 20000
        ) as t
        group by t.outcome, t.stage, t.rule, t.reply_code, t.enhanced_code
        order by count(*) desc, t.outcome, t.rule limit least(greatest(coalesce(p_limit, 50), 1), 200)
      ) as o
    ) as g
    order by g.tries desc, g.outcome, g.rule;
end;
$$;

comment on function daybatch.list_answers(uuid, integer) is
  'What servers answered when they did not accept, grouped. Example: select a.tries, a.rule, a.reply_text from public.campaigns as c, daybatch.list_answers(c.id) as a where c.name = ''Spring offer'';';
