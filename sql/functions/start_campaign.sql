-- Starts a draft or scheduled campaign now: everything that would pause it at its first processing is refused here at
-- once. The trigger puts its job into pg-boss. Locks: campaign. Repeatable: a sending campaign stays as it is.
-- Errors: MB001, MB002 wrong status, MB003 nobody in the audience, MB005 unknown list, MB010 no message, MB011 unknown field.
create or replace function daybatch.start_campaign(p_campaign_id uuid)
returns text
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_campaign record;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  perform daybatch.check_awake();
  if v_campaign.status = 'sending' then
    return 'sending';
  elsif v_campaign.status not in ('draft', 'scheduled') then
    raise exception using errcode = 'MB002',
      message = format('campaign %s (%s) is %s: it cannot be started', p_campaign_id, v_campaign.name, v_campaign.status),
      hint = case v_campaign.status when 'paused' then 'Resume it: select daybatch.resume_campaign(id);' else 'Make a new campaign for the same lists.' end;
  end if;
  perform daybatch.check_startable(p_campaign_id, v_campaign.name, v_campaign.lists);
  update public.campaigns as c set status = 'sending', scheduled_at = null where c.id = p_campaign_id;
  return 'sending';
end;
$$;

comment on function daybatch.start_campaign(uuid) is
  'Starts a campaign now, or refuses with the reason. Example: select daybatch.start_campaign(id) from public.campaigns where name = ''Spring offer'';';
