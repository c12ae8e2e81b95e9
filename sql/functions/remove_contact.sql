-- Takes a contact out of a campaign: skipped (removed) when its turn comes; the arrays stay as they are until then. What
-- is mailed already stays mailed: false. Locks: campaign. Repeatable. Errors: MB001, MB018 not in the audience.
create or replace function daybatch.remove_contact(p_campaign_id uuid, p_contact_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform daybatch.lock_campaign(p_campaign_id);
  if exists (select from daybatch.deliveries as d where d.campaign_id = p_campaign_id and d.contact_id = p_contact_id
    and d.status in ('sending', 'sent', 'failed', 'skipped', 'in_doubt'))
  then
    return false;
  elsif not exists (select from public.campaigns as c where c.id = p_campaign_id
    and (c.tracking_initialised_at is null or c.contacts_remaining ? p_contact_id::text))
  then
    raise exception using errcode = 'MB018', message = format('contact %s is not in the audience of campaign %s', coalesce(p_contact_id::text, 'null'), p_campaign_id),
      hint = 'Look the contact up: select * from daybatch.explain_contact(campaign_id, contact_id);';
  end if;
  insert into daybatch.removed_contacts (campaign_id, contact_id, removed_at)
  values (p_campaign_id, p_contact_id, daybatch.current_moment())
  on conflict do nothing;
  if found then
    perform daybatch.record_event(p_campaign_id, 'contact_removed', jsonb_build_object('contact_id', p_contact_id));
  end if;
  return true;
end;
$$;

comment on function daybatch.remove_contact(uuid, uuid) is
  'Takes a contact out of a campaign before its turn; false when it was mailed already. Example: select daybatch.remove_contact(c.id, p.id) from public.campaigns as c, public.contacts as p limit 0;';
