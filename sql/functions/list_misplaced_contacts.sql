-- Where one campaign's arrays and ledger disagree about a contact: twice in the arrays, in another one than the ledger
-- says, or no contact id at all. The part of the view audit that reads every contact: a few seconds for a million of them.
-- A function, because an array spoiled by hand must not make the view fail. Reads only.
create or replace function daybatch.list_misplaced_contacts(p_campaign_id uuid)
returns table (rule text, disagreement text)
language plpgsql stable security definer set search_path = ''
-- a million contacts are held in memory
set work_mem = '64MB'
as $$
#variable_conflict use_column
begin
  return query
    select case when l.times > 1 then 'contact_listed_twice' else 'array_and_ledger_differ' end,
      case when l.times > 1 then format('contact %s stands %s times in the arrays', contact_id, l.times)
        else format('contact %s stands in %s by the arrays and in %s by the ledger', contact_id,
          coalesce((array['remaining', 'processed', 'failed'])[l.listed], 'none'), coalesce((array['remaining', 'processed', 'failed'])[l.booked], 'no delivery')) end
    from (
      -- both at once: grouped and then joined, a million contacts are hashed twice
      select k.contact_id, count(k.listed) as times, min(k.listed) as listed, min(k.booked) as booked
      from (
        -- places are numbered: a million texts take three times the memory
        select e.contact_id::uuid as contact_id, a.place as listed, null::integer as booked
        from public.campaigns as c
        cross join lateral (values (1, c.contacts_remaining), (2, c.contacts_processed), (3, c.contacts_failed)) as a (place, contacts)
        cross join lateral jsonb_array_elements_text(case jsonb_typeof(a.contacts) when 'array' then a.contacts else '[]' end) as e (contact_id)
        where c.id = p_campaign_id and c.tracking_initialised_at is not null
        union all
        -- the open batch's contacts all stand in remaining
        select d.contact_id, null,
          case when b.closed_at is null or d.status in ('queued', 'claimed', 'sending', 'deferred') then 1 when d.status = 'sent' then 2 else 3 end
        from daybatch.deliveries as d
        join daybatch.batches as b on b.campaign_id = d.campaign_id and b.batch_number = d.batch_number
        where d.campaign_id = p_campaign_id
      ) as k
      group by k.contact_id
    ) as l
    where l.times > 1 or coalesce(l.listed, 0) <> coalesce(l.booked, 1);
exception when invalid_text_representation then
  -- the cast is what makes it fast; who cannot be cast is looked for only then
  return query
    select 'not_a_contact_id', format('%L in contacts_%s is no contact id', left(coalesce(e.contact_id, 'null'), 100), a.which)
    from public.campaigns as c
    cross join lateral (values
      ('remaining', c.contacts_remaining), ('processed', c.contacts_processed), ('failed', c.contacts_failed)) as a (which, contacts)
    cross join lateral jsonb_array_elements_text(case jsonb_typeof(a.contacts) when 'array' then a.contacts else '[]' end) as e (contact_id)
    where c.id = p_campaign_id and coalesce(e.contact_id !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', true);
end;
$$;

comment on function daybatch.list_misplaced_contacts(uuid) is
  'Contacts about whom a campaign''s arrays and ledger disagree (part of the view audit). Example: select m.* from public.campaigns as c, daybatch.list_misplaced_contacts(c.id) as m where c.name = ''Spring offer'';';
