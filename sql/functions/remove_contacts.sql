-- Takes contacts out of a campaign before their turn, as remove_contact does one; answers those that are removed. Who is
-- being mailed or has an end already is not among them. All or nothing: an id that is not in the audience refuses all.
-- Locks: campaign, batch, deliveries, claims. Repeatable. Errors: MB001, MB018 not in the audience.
create or replace function daybatch.remove_contacts(p_campaign_id uuid, p_contact_ids uuid[])
returns setof uuid
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_contact_id uuid;
begin
  perform daybatch.lock_campaign(p_campaign_id);
  for v_contact_id in
    -- locks deliveries in the order of their ids, as everybody does
    select a.id from unnest(p_contact_ids) as a (id)
    left join daybatch.deliveries as d on d.campaign_id = p_campaign_id and d.contact_id = a.id
    order by d.delivery_id
  loop
    if daybatch.remove_contact(p_campaign_id, v_contact_id) then
      return next v_contact_id;
    end if;
  end loop;
end;
$$;

comment on function daybatch.remove_contacts(uuid, uuid[]) is
  'Takes several contacts out of a campaign before their turn. Example: select daybatch.remove_contacts(c.id, array[p.id]) from public.campaigns as c, public.contacts as p limit 0;';
