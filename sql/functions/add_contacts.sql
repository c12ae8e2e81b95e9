-- Adds contacts to the audience of a campaign whose tracking is initialised: those not in it yet go to the tail of
-- remaining, in the order given. Whom an older method mailed is in the audience already. Who was removed and not skipped
-- yet is back in its place. Returns how many were added or are back. One pass over the arrays, however many contacts.
-- Locks: campaign. Repeatable: nobody is added twice.
-- Errors: MB001, MB002 draft (use its lists) or cancelled, MB008 more than 5,000,000, MB017 no array, MB018 unknown contact.
create or replace function daybatch.add_contacts(p_campaign_id uuid, p_contact_ids uuid[])
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_campaign record;
  v_new uuid[];
  v_unknown uuid;
  v_updated integer;
  v_back integer;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  if v_campaign.status = 'cancelled' or v_campaign.tracking_initialised_at is null then
    raise exception using errcode = 'MB002', message = format('campaign %s (%s) %s', p_campaign_id, v_campaign.name,
        case when v_campaign.status = 'cancelled' then 'is cancelled: nobody can be added' else 'has not frozen its audience yet' end),
      hint = case when v_campaign.status = 'cancelled' then 'Make a new campaign.' else 'Put the contacts on one of its lists.' end;
  end if;
  if p_contact_ids is null then
    raise exception using errcode = 'MB017', message = 'add_contacts needs an array of contact ids', hint = 'Example: select daybatch.add_contacts(campaign_id, array[contact_id]);';
  end if;
  select a.id into v_unknown from unnest(p_contact_ids) as a (id) where not exists (select from public.contacts as p where p.id = a.id) limit 1;
  if found then
    raise exception using errcode = 'MB018', message = format('contact %s does not exist', coalesce(v_unknown::text, 'null')),
      hint = 'Make it first; nobody was added.';
  end if;
  select coalesce(array_agg(n.id order by n.rank), '{}') into v_new
  from (select a.id, min(a.rank) as rank from unnest(p_contact_ids) with ordinality as a (id, rank) group by a.id) as n
  where not exists (
    select from public.campaigns as c
    cross join lateral (values (c.contacts_remaining), (c.contacts_processed), (c.contacts_failed)) as s (contacts)
    cross join lateral jsonb_array_elements_text(s.contacts) as e (contact_id)
    where c.id = p_campaign_id and e.contact_id = n.id::text);
  with undone as (
    delete from daybatch.removed_contacts as r
    where r.campaign_id = p_campaign_id and r.contact_id = any (p_contact_ids)
      and not exists (select from daybatch.deliveries as d where d.campaign_id = p_campaign_id and d.contact_id = r.contact_id and d.status = 'skipped')
    returning r.contact_id
  )
  select count(*) into v_back from undone as u where u.contact_id <> all (v_new);
  if cardinality(v_new) > 0 then
    perform daybatch.mark_engine_writes(true);
    update public.campaigns as c set contacts_remaining = c.contacts_remaining || to_jsonb(v_new), total_contacts = c.total_contacts + cardinality(v_new)
    where c.id = p_campaign_id and c.total_contacts + cardinality(v_new) <= 5000000;
    get diagnostics v_updated = row_count;
    perform daybatch.mark_engine_writes(false);
    if v_updated = 0 then
      raise exception using errcode = 'MB008', message = format('campaign %s (%s) would have an audience above 5,000,000', p_campaign_id, v_campaign.name),
        hint = 'Make another campaign for them.';
    end if;
    perform daybatch.count_contacts(p_campaign_id);
    perform daybatch.record_event(p_campaign_id, 'contacts_added', jsonb_build_object('count', cardinality(v_new)));
    perform daybatch.reopen_campaign(p_campaign_id, daybatch.current_moment());
  end if;
  if v_back > 0 then
    perform daybatch.record_event(p_campaign_id, 'removals_undone', jsonb_build_object('count', v_back));
  end if;
  return cardinality(v_new) + v_back;
end;
$$;

comment on function daybatch.add_contacts(uuid, uuid[]) is
  'Adds contacts to a running campaign''s audience, at the end; returns how many are new. Example: select daybatch.add_contacts(c.id, array[p.id]) from public.campaigns as c, public.contacts as p limit 0;';
