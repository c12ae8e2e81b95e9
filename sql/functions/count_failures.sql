-- Writes down who failed in closed batches of a campaign, and why, by counting their rows: of the batches named, or of all.
-- Called by close_batch, and by whatever changes an end in a closed batch. By hand, for batches that were closed before
-- there were such counts, or when audit says batch_failures_differ. An open batch is not counted: it has no rows.
-- Locks: campaign. Repeatable. Errors: MB001 unknown campaign.
create or replace function daybatch.count_failures(p_campaign_id uuid, p_batch_numbers integer[] default null)
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
begin
  perform daybatch.lock_campaign(p_campaign_id);
  delete from daybatch.batch_failures as f
  where f.campaign_id = p_campaign_id and (p_batch_numbers is null or f.batch_number = any (p_batch_numbers));
  insert into daybatch.batch_failures (campaign_id, batch_number, status, reason, contacts, last_at, last_delivery_id)
  select b.campaign_id, b.batch_number, d.status, d.reason, count(*), max(d.settled_at), max(d.delivery_id)
  from daybatch.batches as b
  join daybatch.deliveries as d on d.campaign_id = b.campaign_id and d.batch_number = b.batch_number
  where b.campaign_id = p_campaign_id and b.closed_at is not null and (p_batch_numbers is null or b.batch_number = any (p_batch_numbers))
    and d.reason is not null and d.status in ('failed', 'skipped', 'in_doubt')
  group by b.campaign_id, b.batch_number, d.status, d.reason;
end;
$$;

comment on function daybatch.count_failures(uuid, integer[]) is
  'Counts the failures in closed batches of a campaign anew (part of close_batch). Example: select daybatch.count_failures(id) from public.campaigns where name = ''Spring offer'';';
