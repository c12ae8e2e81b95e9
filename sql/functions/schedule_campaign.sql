-- Schedules a draft or scheduled campaign for a moment; its first batch opens then. Locks: campaign. Repeatable.
-- Errors: as start_campaign, and MB017 for no time.
create or replace function daybatch.schedule_campaign(p_campaign_id uuid, p_scheduled_at timestamptz)
returns text
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_campaign record;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  perform daybatch.check_awake();
  if p_scheduled_at is null or not isfinite(p_scheduled_at) then
    raise exception using errcode = 'MB017', message = 'schedule_campaign needs a time', hint = 'Example: select daybatch.schedule_campaign(id, ''2026-12-01 09:00+01'');';
  elsif v_campaign.status not in ('draft', 'scheduled') then
    raise exception using errcode = 'MB002',
      message = format('campaign %s (%s) is %s: it cannot be scheduled', p_campaign_id, v_campaign.name, v_campaign.status),
      hint = 'Only drafts and scheduled campaigns can.';
  end if;
  perform daybatch.check_startable(p_campaign_id, v_campaign.name, v_campaign.lists);
  update public.campaigns as c set status = 'scheduled', scheduled_at = p_scheduled_at where c.id = p_campaign_id;
  return 'scheduled';
end;
$$;

comment on function daybatch.schedule_campaign(uuid, timestamptz) is
  'Schedules a campaign for a moment. Example: select daybatch.schedule_campaign(id, now() + interval ''2 hours'') from public.campaigns where name = ''Summer offer'';';
