-- Sets from which share of accepted mails on hard bounces and complaints pause a campaign, and from how many on a share
-- counts; p_campaign_id null: for all campaigns without limits of their own. What is null stays as it is. A share of 1
-- never pauses. Called by operators. Locks: the limits. Repeatable. Errors: MB001 unknown campaign; a check constraint
-- refuses shares that are none.
create or replace function daybatch.set_bounce_limits(p_campaign_id uuid default null, p_bounce_rate numeric default null,
  p_bounce_minimum integer default null, p_complaint_rate numeric default null, p_complaint_minimum integer default null)
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
begin
  if p_campaign_id is not null then
    perform daybatch.lock_campaign(p_campaign_id);
  end if;
  insert into daybatch.bounce_limits as l (campaign_id, bounce_rate, bounce_minimum, complaint_rate, complaint_minimum)
  select p_campaign_id, coalesce(p_bounce_rate, d.bounce_rate), coalesce(p_bounce_minimum, d.bounce_minimum),
    coalesce(p_complaint_rate, d.complaint_rate), coalesce(p_complaint_minimum, d.complaint_minimum)
  from daybatch.bounce_limits as d where d.campaign_id is null
  on conflict (coalesce(campaign_id, '00000000-0000-0000-0000-000000000000')) do update set
    bounce_rate = coalesce(p_bounce_rate, l.bounce_rate), bounce_minimum = coalesce(p_bounce_minimum, l.bounce_minimum),
    complaint_rate = coalesce(p_complaint_rate, l.complaint_rate), complaint_minimum = coalesce(p_complaint_minimum, l.complaint_minimum);
  perform daybatch.record_event(p_campaign_id, 'bounce_limits_set', jsonb_strip_nulls(jsonb_build_object('bounce_rate', p_bounce_rate,
    'bounce_minimum', p_bounce_minimum, 'complaint_rate', p_complaint_rate, 'complaint_minimum', p_complaint_minimum)));
end;
$$;

comment on function daybatch.set_bounce_limits(uuid, numeric, integer, numeric, integer) is
  'Sets from which share on bounces and complaints pause a campaign, or all. Example: select daybatch.set_bounce_limits(id, p_bounce_rate => 0.02) from public.campaigns where name = ''Spring offer'';';
