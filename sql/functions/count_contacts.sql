-- Writes the lengths of a campaign's arrays down, in the transaction that rewrote them. Called by whatever rewrites the
-- arrays, under the campaign's lock. Repeatable.
create or replace function daybatch.count_contacts(p_campaign_id uuid)
returns void
language sql volatile security definer set search_path = '' set jit = off
as $$
  insert into daybatch.contact_counts as n (campaign_id, remaining_count, processed_count, failed_count)
  select c.id, pg_catalog.jsonb_array_length(c.contacts_remaining), pg_catalog.jsonb_array_length(c.contacts_processed),
    pg_catalog.jsonb_array_length(c.contacts_failed)
  from public.campaigns as c where c.id = p_campaign_id
  on conflict (campaign_id) do update set remaining_count = excluded.remaining_count,
    processed_count = excluded.processed_count, failed_count = excluded.failed_count
$$;

comment on function daybatch.count_contacts(uuid) is
  'Writes the lengths of a campaign''s arrays down (part of close_batch). Example: select * from daybatch.contact_counts;';
