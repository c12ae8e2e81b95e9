-- How many slots of a batch each domain with a limit has, as an object. Called by fill_batch between two chunks, only
-- where domains have limits. Reads the batch.
create or replace function daybatch.count_domains(p_campaign_id uuid, p_batch_number integer)
returns jsonb
language sql stable security definer set search_path = '' set jit = off
as $$
  select coalesce(jsonb_object_agg(n.domain, n.slots), '{}')
  from (
    select l.domain, count(*) as slots
    from daybatch.deliveries as d
    join public.contacts as p on p.id = d.contact_id
    join daybatch.domain_limits as l on l.domain = lower(split_part(p.email, '@', 2))
    where d.campaign_id = p_campaign_id and d.batch_number = p_batch_number and d.slot is not null
    group by l.domain
  ) as n
$$;

comment on function daybatch.count_domains(uuid, integer) is
  'Slots of a batch per domain that has a limit (part of open_batch). Example: select daybatch.count_domains(id, 1) from public.campaigns limit 0;';
