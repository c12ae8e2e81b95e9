-- Writes down how far a campaign's open batch has come, by counting its rows. Called by open_batch, and by whatever
-- changes many rows at once, under the campaign's lock; single outcomes are added by add_outcomes. By hand, when
-- audit says batch_counts_differ. No row is written where no batch is open. Repeatable.
create or replace function daybatch.count_batch(p_campaign_id uuid)
returns void
language sql volatile security definer set search_path = '' set jit = off
as $$
  insert into daybatch.batch_counts as n (campaign_id, batch_number, sent_count, failed_count, in_doubt_count, skipped_count, deferred_count)
  select b.campaign_id, b.batch_number, pg_catalog.count(*) filter (where d.status = 'sent'), pg_catalog.count(*) filter (where d.status = 'failed'),
    pg_catalog.count(*) filter (where d.status = 'in_doubt'), pg_catalog.count(*) filter (where d.status = 'skipped'),
    pg_catalog.count(*) filter (where d.status = 'deferred')
  from daybatch.batches as b
  left join daybatch.deliveries as d on d.campaign_id = b.campaign_id and d.batch_number = b.batch_number
  where b.campaign_id = p_campaign_id and b.closed_at is null
  group by b.campaign_id, b.batch_number
  on conflict (campaign_id) do update set batch_number = excluded.batch_number, sent_count = excluded.sent_count,
    failed_count = excluded.failed_count, in_doubt_count = excluded.in_doubt_count, skipped_count = excluded.skipped_count,
    deferred_count = excluded.deferred_count
$$;

comment on function daybatch.count_batch(uuid) is
  'Counts the open batch of a campaign anew (part of open_batch). Example: select daybatch.count_batch(id) from public.campaigns limit 0;';
