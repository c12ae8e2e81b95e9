-- Takes a contact out of a campaign: skipped (removed) when its turn comes; the arrays stay as they are until then. True:
-- it will not be mailed, unless its mail is in doubt already; a worker that holds it loses it before it may begin. What
-- is being sent or ended already stays as it is: false. Before the audience is frozen the contact must be on its lists.
-- Locks: campaign, batch, delivery, claim. Repeatable. Errors: MB001, MB018 not in the audience.
create or replace function daybatch.remove_contact(p_campaign_id uuid, p_contact_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_campaign record;
  v_delivery daybatch.deliveries;
  v_is_new boolean;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  perform 1 from daybatch.batches as b where b.campaign_id = p_campaign_id and b.closed_at is null for no key update;
  select d.* into v_delivery from daybatch.deliveries as d where d.campaign_id = p_campaign_id and d.contact_id = p_contact_id for no key update;
  if v_delivery.status in ('sending', 'sent', 'failed', 'skipped', 'in_doubt') then
    return false;
  elsif not exists (select from public.campaigns as c where c.id = p_campaign_id and c.contacts_remaining ? p_contact_id::text)
    and not (v_campaign.tracking_initialised_at is null and exists (
      select from jsonb_array_elements_text(v_campaign.lists) as l (id) join daybatch.list_members as m on m.list_id = l.id::uuid where m.contact_id = p_contact_id))
  then
    raise exception using errcode = 'MB018', message = format('contact %s is not in the audience of campaign %s', coalesce(p_contact_id::text, 'null'), p_campaign_id),
      hint = 'Look the contact up: select * from daybatch.explain_contact(campaign_id, contact_id);';
  end if;
  insert into daybatch.removed_contacts (campaign_id, contact_id, removed_at)
  values (p_campaign_id, p_contact_id, daybatch.current_moment())
  on conflict do nothing;
  v_is_new := found;
  if v_delivery.status = 'claimed' then
    -- queued again: its next claim skips it, and the worker's begin is refused
    update daybatch.batches as b set next_slot = least(b.next_slot, v_delivery.slot) where b.campaign_id = p_campaign_id and b.closed_at is null;
    update daybatch.deliveries as d set status = 'queued', claim_token = null where d.delivery_id = v_delivery.delivery_id;
    delete from daybatch.claims as k where k.claim_token = v_delivery.claim_token and k.delivery_ids = array[v_delivery.delivery_id];
    update daybatch.claims as k set delivery_ids = array_remove(k.delivery_ids, v_delivery.delivery_id) where k.claim_token = v_delivery.claim_token;
    -- as return_claims: a mail that nobody began has no first copy
    delete from daybatch.resend_copies as r
    where r.campaign_id = p_campaign_id and r.delivery_id = v_delivery.delivery_id and not exists (
      select from daybatch.delivery_attempts as a
      where a.campaign_id = p_campaign_id and a.delivery_id = r.delivery_id and a.outcome = 'in_doubt');
  end if;
  if v_is_new then
    perform daybatch.record_event(p_campaign_id, 'contact_removed', jsonb_build_object('contact_id', p_contact_id));
  end if;
  return true;
end;
$$;

comment on function daybatch.remove_contact(uuid, uuid) is
  'Takes a contact out of a campaign before its turn; false when it was mailed already. Example: select daybatch.remove_contact(c.id, p.id) from public.campaigns as c, public.contacts as p limit 0;';
