-- Puts refused contacts of a campaign back to the tail of remaining, all or some: only refusals (status failed), never
-- mails in doubt, never skipped ones. A completed campaign goes on, due not before its last batch plus one interval.
-- The suppressions of their addresses that their refusals made are taken back.
-- Locks: campaign, deliveries, suppressions. Repeatable: who is back already is not put back again. Errors: MB001, MB002 cancelled,
-- MB020 a contact that was never tried here.
create or replace function daybatch.retry_failed(p_campaign_id uuid, p_contact_ids uuid[] default null)
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_campaign record;
  v_unknown uuid;
  v_ids bigint[];
  v_returned integer;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  if v_campaign.status = 'cancelled' then
    raise exception using errcode = 'MB002', message = format('campaign %s (%s) is cancelled: nobody is mailed again', p_campaign_id, v_campaign.name),
      hint = 'Make a new campaign for these contacts.';
  end if;
  select p.contact_id into v_unknown from unnest(p_contact_ids) as p (contact_id)
  where not exists (select from daybatch.deliveries as d where d.campaign_id = p_campaign_id and d.contact_id = p.contact_id) limit 1;
  if found then
    raise exception using errcode = 'MB020', message = format('contact %s has no delivery in campaign %s (%s)', coalesce(v_unknown::text, 'null'), p_campaign_id, v_campaign.name),
      hint = 'Who failed: select contact_id, reason, reply_text from daybatch.failed_contacts where campaign_id = ...; nobody was put back.';
  end if;
  v_ids := array(
    select d.delivery_id from daybatch.deliveries as d
    where d.campaign_id = p_campaign_id and d.reason is not null and d.status = 'failed'
      and (p_contact_ids is null or d.contact_id = any (p_contact_ids))
    order by d.delivery_id for no key update);
  -- what their refusals suppressed, and nothing else did
  delete from daybatch.suppressions as s using daybatch.deliveries as d
  where d.delivery_id = any (v_ids) and s.address_key = d.address_key and s.list_id is null and s.source = 'smtp' and s.reason = 'bounced';
  v_returned := daybatch.settle_deliveries(p_campaign_id, v_ids, 'deferred', daybatch.current_moment());
  if v_returned > 0 then
    perform daybatch.record_event(p_campaign_id, 'failed_retried', jsonb_build_object('count', v_returned));
  end if;
  return v_returned;
end;
$$;

comment on function daybatch.retry_failed(uuid, uuid[]) is
  'Puts refused contacts back to remaining and returns how many. Example: select daybatch.retry_failed(id) from public.campaigns where name = ''Spring offer'';';
