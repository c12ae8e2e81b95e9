-- Whether nothing of a batch is left to claim, under claim, or to retry: a cheap look before close_batch counts.
create or replace function daybatch.is_batch_finished(p_campaign_id uuid, p_batch_number integer)
returns boolean
language sql stable security definer set search_path = '' set jit = off
as $$
  select coalesce((
    select b.next_slot > b.slot_count
      and not exists (select from daybatch.claims as k where k.campaign_id = p_campaign_id and k.batch_number = p_batch_number)
      and not exists (select from daybatch.deliveries as d
        where d.campaign_id = p_campaign_id and d.batch_number = p_batch_number and d.retry_at is not null)
    from daybatch.batches as b
    where b.campaign_id = p_campaign_id and b.batch_number = p_batch_number), false)
$$;

comment on function daybatch.is_batch_finished(uuid, integer) is
  'True when nothing of the batch is left to claim, under claim or to retry. Example: select daybatch.is_batch_finished(''00000000-0000-0000-0000-000000000000'', 1);';
