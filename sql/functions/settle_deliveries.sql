-- Moves deliveries to a settled or an unsettled state after the fact, ledger and arrays in one transaction, one
-- rewrite of the arrays however many deliveries: 'sent' (processed), or 'deferred' (back to the tail of remaining).
-- Deliveries of the open batch change in the ledger only: close_batch alone removes from the head of remaining.
-- A completed campaign that gets contacts back goes on sending, due not before its last batch plus one interval.
-- Called by settle_late_report, resolve_in_doubt and retry_failed under the campaign's lock. Repeatable.
create or replace function daybatch.settle_deliveries(p_campaign_id uuid, p_delivery_ids bigint[], p_status text, p_now timestamptz)
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_open integer;
  v_counts record;
  v_all uuid[];
  v_closed text[];
  v_closed_batches integer[];
begin
  select b.batch_number into v_open from daybatch.batches as b where b.campaign_id = p_campaign_id and b.closed_at is null;
  -- what of them stands in the open batch, before it changes
  select count(*)::integer as moved, (count(*) filter (where d.status = 'failed'))::integer as failed,
    (count(*) filter (where d.status = 'in_doubt'))::integer as in_doubt, (count(*) filter (where d.status = 'skipped'))::integer as skipped,
    (count(*) filter (where d.status = 'deferred'))::integer as deferred
  into v_counts
  from daybatch.deliveries as d
  where d.campaign_id = p_campaign_id and d.delivery_id = any (p_delivery_ids) and d.batch_number = v_open and d.status <> 'sent' and d.status <> p_status;
  if v_counts.moved > 0 then
    perform daybatch.add_outcomes(p_campaign_id, p_sent => case when p_status = 'sent' then v_counts.moved else 0 end, p_failed => -v_counts.failed,
      p_in_doubt => -v_counts.in_doubt, p_skipped => -v_counts.skipped, p_deferred => case when p_status = 'deferred' then v_counts.moved else -v_counts.deferred end);
  end if;
  with changed as (
    update daybatch.deliveries as d set
      status = p_status,
      settled_at = case when p_status = 'sent' then p_now end,
      slot = case when p_status = 'sent' then d.slot end,
      retry_at = null,
      deferral_count = case when p_status = 'sent' then d.deferral_count else 0 end,
      reason = null
    where d.campaign_id = p_campaign_id and d.delivery_id = any (p_delivery_ids) and d.status <> 'sent' and d.status <> p_status
    returning d.contact_id, d.batch_number, d.delivery_id
  )
  select array_agg(c.contact_id), array_agg(c.contact_id::text order by c.delivery_id) filter (where c.batch_number is distinct from v_open),
    array_agg(distinct c.batch_number) filter (where c.batch_number is distinct from v_open)
  into v_all, v_closed, v_closed_batches
  from changed as c;

  if v_closed is not null then
    perform daybatch.mark_engine_writes(true);
    update public.campaigns as c set
      contacts_remaining = case
        when p_status = 'sent' and c.contacts_remaining ?| v_closed then c.contacts_remaining - v_closed
        when p_status = 'sent' then c.contacts_remaining
        else c.contacts_remaining || to_jsonb(v_closed) end,
      contacts_failed = c.contacts_failed - v_closed,
      contacts_processed = case when p_status = 'sent' then c.contacts_processed || to_jsonb(v_closed) else c.contacts_processed end
    where c.id = p_campaign_id;
    perform daybatch.mark_engine_writes(false);
    perform daybatch.count_contacts(p_campaign_id);
    perform daybatch.count_failures(p_campaign_id, v_closed_batches);
  end if;
  if v_closed is not null and p_status = 'deferred' then
    perform daybatch.reopen_campaign(p_campaign_id, p_now);
  end if;
  return coalesce(cardinality(v_all), 0);
end;
$$;

comment on function daybatch.settle_deliveries(uuid, bigint[], text, timestamptz) is
  'Moves settled deliveries to sent or back to remaining, ledger and arrays together (part of resolve_in_doubt). Example: select daybatch.settle_deliveries(''00000000-0000-0000-0000-000000000000'', ''{}'', ''sent'', daybatch.current_moment());';
