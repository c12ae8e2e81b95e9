-- Locks a campaign and refuses when it is in none of these versions any more: the first statement of a transaction that changes
-- what its caller has seen (If-Match of the API). Locks: campaign. Repeatable. Errors: MB001, MB050 changed meanwhile.
create or replace function daybatch.check_version(p_campaign_id uuid, p_versions text[])
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_campaign record;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  if daybatch.calculate_version(p_campaign_id) = any (p_versions) is not true then
    raise exception using errcode = 'MB050', message = format('campaign %s (%s) was changed meanwhile', p_campaign_id, v_campaign.name),
      hint = 'Read it again, decide again, and send the version that it has now.';
  end if;
end;
$$;

comment on function daybatch.check_version(uuid, text[]) is
  'Locks a campaign and refuses (MB050) when it was changed. Example: select daybatch.check_version(id, array[daybatch.calculate_version(id)]) from public.campaigns where name = ''Spring offer'';';
