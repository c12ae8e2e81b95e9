-- Closes a campaign's open batch when none of its deliveries is open: one rewrite of the arrays, with history, counts,
-- number and completion. Past its cut-off, or in a cancelled campaign, what is unsent goes back to remaining first
-- (untried: head; tried: tail); what is being sent is waited for.
-- Returns closed = false with a reason when it must stay open. Called when the last report is in, and by the sweep.
-- Locks: campaign, batch, deliveries. Repeatable: a closed batch answers its counts.
-- Errors: MB001 unknown campaign, MB021 the arrays do not hold what the batch took.
create or replace function daybatch.close_batch(p_campaign_id uuid, p_batch_number integer default null)
returns table (campaign_id uuid, batch_number integer, closed boolean, sent_count integer, failed_count integer, remaining_count integer, completed boolean, reason text)
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  v_campaign record;
  v_batch daybatch.batches;
  v_now timestamptz;
  v_reason text;
  v_ends record;
  v_remaining integer;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  select b.* into v_batch from daybatch.batches as b
  where b.campaign_id = p_campaign_id and (b.batch_number = p_batch_number or p_batch_number is null and b.closed_at is null)
  for update;
  v_now := daybatch.current_moment();
  if v_batch.campaign_id is null or v_batch.closed_at is not null then
    return query select p_campaign_id, coalesce(v_batch.batch_number, p_batch_number), v_batch.closed_at is not null, v_batch.sent_count,
      v_batch.failed_count, v_batch.remaining_count, v_campaign.status = 'completed',
      case when v_batch.campaign_id is null then 'no open batch' else 'closed before' end;
    return;
  end if;

  if v_now >= v_batch.cut_off_at or v_campaign.status not in ('sending', 'scheduled', 'paused') then
    perform daybatch.return_unsent(p_campaign_id, v_batch.batch_number);
  end if;
  v_reason := daybatch.explain_open_batch(p_campaign_id, v_batch.batch_number);
  if v_reason is not null then
    return query select p_campaign_id, v_batch.batch_number, false, null::integer, null::integer, null::integer, false, v_reason;
    return;
  end if;

  -- the batch's own rows, by where they end; the rows stay locked until the arrays say the same
  perform 1 from daybatch.deliveries as d
  where d.campaign_id = p_campaign_id and d.batch_number = v_batch.batch_number order by d.delivery_id for no key update;
  select
    coalesce(array_agg(d.contact_id order by d.slot) filter (where d.status = 'sent'), '{}') as sent,
    coalesce(array_agg(d.contact_id order by d.slot, d.delivery_id) filter (where d.status in ('failed', 'skipped', 'in_doubt')), '{}') as failed,
    coalesce(array_agg(d.contact_id order by d.delivery_id) filter (where d.status = 'deferred' and d.attempt_count = 0), '{}') as untried,
    coalesce(array_agg(d.contact_id order by d.delivery_id) filter (where d.status = 'deferred' and d.attempt_count > 0), '{}') as tried,
    count(*) filter (where d.status = 'skipped') as skipped_count,
    count(*) filter (where d.status = 'in_doubt') as in_doubt_count
  into v_ends
  from daybatch.deliveries as d
  where d.campaign_id = p_campaign_id and d.batch_number = v_batch.batch_number;
  if cardinality(v_ends.sent) + cardinality(v_ends.failed) + cardinality(v_ends.untried) + cardinality(v_ends.tried) <> v_batch.head_length then
    raise exception using errcode = 'MB021',
      message = format('batch %s of campaign %s took %s contacts but the ledger holds another number', v_batch.batch_number, p_campaign_id, v_batch.head_length),
      hint = 'Somebody changed the ledger by hand: select * from daybatch.audit;';
  end if;

  perform daybatch.mark_engine_writes(true);
  update public.campaigns as c set
    contacts_remaining = to_jsonb(v_ends.untried) || jsonb_path_query_array(c.contacts_remaining, '$[$n to last]', jsonb_build_object('n', v_batch.head_length)) || to_jsonb(v_ends.tried),
    contacts_processed = c.contacts_processed || to_jsonb(v_ends.sent),
    contacts_failed = c.contacts_failed || to_jsonb(v_ends.failed)
  where c.id = p_campaign_id
  returning jsonb_array_length(c.contacts_remaining) into v_remaining;
  perform daybatch.mark_engine_writes(false);
  perform daybatch.count_contacts(p_campaign_id);
  update daybatch.batches as b set
    closed_at = v_now, sent_count = cardinality(v_ends.sent), failed_count = cardinality(v_ends.failed), skipped_count = v_ends.skipped_count,
    in_doubt_count = v_ends.in_doubt_count, returned_count = cardinality(v_ends.untried) + cardinality(v_ends.tried), remaining_count = v_remaining
  where b.campaign_id = p_campaign_id and b.batch_number = v_batch.batch_number;
  perform daybatch.advance_campaign(p_campaign_id, v_batch.batch_number, v_remaining);
  return query select p_campaign_id, v_batch.batch_number, true, cardinality(v_ends.sent), cardinality(v_ends.failed), v_remaining,
    c.status::text = 'completed', null::text
  from public.campaigns as c where c.id = p_campaign_id;
end;
$$;

comment on function daybatch.close_batch(uuid, integer) is
  'Closes the open batch if nothing of it is open, else says why not. Example: select closed, reason from daybatch.close_batch(''00000000-0000-0000-0000-000000000000'');';
