-- Pauses a sending campaign when its share of hard bounces or of complaints is above its limit (bounce_limits), with the
-- figures as the reason. A share counts from a minimum number on; after a resume that many new ones must come first, so
-- that somebody who decided to go on is not stopped by the next one. Answers the reason, null when nothing was done.
-- Called by record_bounces under the campaign's lock. Repeatable. Unknown campaigns are left alone.
create or replace function daybatch.judge_bounces(p_campaign_id uuid)
returns text
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_limits daybatch.bounce_limits;
  v_rates record;
  v_resumed_at timestamptz;
  v_new record;
  v_reason text;
begin
  perform 1 from public.campaigns as c where c.id = p_campaign_id and c.status::text = 'sending' for no key update;
  if not found then
    return null;
  end if;
  v_resumed_at := coalesce((
    select e.happened_at from daybatch.events as e
    where e.campaign_id = p_campaign_id and e.event = 'resumed' order by e.event_id desc limit 1), '-infinity');
  select count(*) filter (where b.kind = 'hard') as hard_count, count(*) filter (where b.kind = 'complaint') as complaint_count into v_new
  from daybatch.bounces as b where b.campaign_id = p_campaign_id and b.kind in ('hard', 'complaint') and b.recorded_at > v_resumed_at;
  select l.* into v_limits from daybatch.bounce_limits as l
  where l.campaign_id = p_campaign_id or l.campaign_id is null order by l.campaign_id nulls last limit 1;
  if v_new.hard_count < v_limits.bounce_minimum and v_new.complaint_count < v_limits.complaint_minimum then
    return null; -- before the accepted mails are counted, which takes longer
  end if;
  select r.* into v_rates from daybatch.bounce_rates as r where r.campaign_id = p_campaign_id;
  v_reason := case
    when v_new.hard_count >= v_rates.bounce_minimum and v_rates.bounce_percent > v_rates.bounce_percent_limit then
      format('bounce rate %s %%: %s of %s accepted mails came back (limit %s %%): clean the lists, then resume',
        v_rates.bounce_percent, v_rates.hard_count, v_rates.sent_count, v_rates.bounce_percent_limit)
    when v_new.complaint_count >= v_rates.complaint_minimum and v_rates.complaint_percent > v_rates.complaint_percent_limit then
      format('complaint rate %s %%: %s of %s recipients called it spam (limit %s %%): see who never asked for it, then resume',
        v_rates.complaint_percent, v_rates.complaint_count, v_rates.sent_count, v_rates.complaint_percent_limit)
  end;
  if v_reason is not null then
    perform daybatch.pause_campaign(p_campaign_id, v_reason);
  end if;
  return v_reason;
end;
$$;

comment on function daybatch.judge_bounces(uuid) is
  'Pauses a campaign whose bounces or complaints are above its limits (part of record_bounces). Example: select daybatch.judge_bounces(id) from public.campaigns where name = ''Spring offer'';';
