-- Changes a campaign's limit from its next batch on; the batch under way keeps the one it was opened with. Outside
-- 5 to 50 (best practice) a notice, never a refusal. Locks: campaign. Repeatable.
-- Errors: MB001, MB002 completed or cancelled, MB004 below 1.
create or replace function daybatch.set_daily_limit(p_campaign_id uuid, p_limit integer)
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_campaign record;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  if coalesce(p_limit, 0) < 1 then
    raise exception using errcode = 'MB004', message = format('a daily limit of %s is not possible: it is at least 1', coalesce(p_limit::text, 'null')),
      hint = 'To stop sending: select daybatch.pause_campaign(id);';
  elsif v_campaign.status in ('completed', 'cancelled') then
    raise exception using errcode = 'MB002', message = format('campaign %s (%s) is %s: its limit no longer matters', p_campaign_id, v_campaign.name, v_campaign.status),
      hint = 'Only campaigns that still send have a limit to change.';
  elsif p_limit not between 5 and 50 then
    raise notice 'daily limits of 5 to 50 are good practice for a young sender; % is kept', p_limit;
  end if;
  update public.campaigns as c set daily_send_limit = p_limit where c.id = p_campaign_id;
  return p_limit;
end;
$$;

comment on function daybatch.set_daily_limit(uuid, integer) is
  'Changes the daily limit from the next batch on. Example: select daybatch.set_daily_limit(id, 20) from public.campaigns where name = ''Spring offer'';';
