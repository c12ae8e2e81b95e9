-- Pauses a campaign with a reason: nothing new is begun; what is being sent finishes. Called by people and by the
-- engine (server refuses us, nobody in the audience, no message). Locks: campaign. Repeatable; a second reason replaces the first.
-- Errors: MB001 unknown, MB002 not under way.
create or replace function daybatch.pause_campaign(p_campaign_id uuid, p_reason text default null)
returns text
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_campaign record;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  if v_campaign.status not in ('sending', 'scheduled', 'paused') then
    raise exception using errcode = 'MB002',
      message = format('campaign %s (%s) is %s: there is nothing to pause', p_campaign_id, v_campaign.name, v_campaign.status),
      hint = 'Only scheduled and sending campaigns can be paused.';
  end if;
  update public.campaigns as c set status = 'paused', pause_reason = coalesce(p_reason, case when v_campaign.status = 'paused' then c.pause_reason end, 'paused by ' || session_user),
    paused_at = case when v_campaign.status = 'paused' then c.paused_at else daybatch.current_moment() end
  where c.id = p_campaign_id;
  perform pg_notify('daybatch', jsonb_build_object('event', 'status', 'campaign_id', p_campaign_id, 'status', 'paused')::text);
  return 'paused';
end;
$$;

comment on function daybatch.pause_campaign(uuid, text) is
  'Pauses a campaign at once, with a reason. Example: select daybatch.pause_campaign(id, ''wrong subject'') from public.campaigns where name = ''Spring offer'';';
