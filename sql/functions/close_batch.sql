-- Closes a campaign's open batch when none of its deliveries is open: one rewrite of the arrays, with history, counts,
-- number and completion. Past its cut-off, or in a cancelled campaign, what is unsent goes back to remaining first
-- (untried: head; tried: tail); what is being sent is waited for.
-- Returns closed = false with a reason when it must stay open. Called when the last report is in, and by the sweep.
-- Locks: campaign, batch, deliveries. Repeatable: a closed batch answers its counts.
-- Errors: MB001 unknown campaign, MB021 the arrays do not hold what the batch took.
create or replace function daybatch.close_batch(p_campaign_id uuid, p_batch_number integer default null)
returns table (campaign_id uuid, batch_number integer, closed boolean, sent_count integer, failed_count integer, remaining_count integer, completed boolean, reason text)
language plpgsql volatile security definer set search_path = '' set jit = off
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
  -- head of remaining and ledger side by side: both must tell of the same contacts, in the order of the head
  with head as (
    select e.contact_id::uuid as contact_id, e.rank
    from public.campaigns as c,
      jsonb_array_elements_text(jsonb_path_query_array(c.contacts_remaining, '$[0 to $n]', jsonb_build_object('n', v_batch.head_length - 1))) with ordinality as e (contact_id, rank)
    where c.id = p_campaign_id and v_batch.head_length > 0
  ),
  ended as (
    -- tried: by this batch; asked only of those whose row does not tell
    select h.contact_id, h.rank, d.status, d.slot, d.contact_id is null as is_lost,
      d.slot is null and d.status in ('deferred', 'sent') and exists (
        select from daybatch.delivery_attempts as a
        where a.campaign_id = p_campaign_id and a.delivery_id = d.delivery_id and a.batch_number = v_batch.batch_number) as was_tried
    from head as h
    left join daybatch.deliveries as d
      on d.campaign_id = p_campaign_id and d.batch_number = v_batch.batch_number and d.contact_id = h.contact_id
  )
  select
    coalesce(array_agg(e.contact_id order by e.rank) filter (where e.status = 'sent'), '{}') as sent,
    coalesce(array_agg(e.contact_id order by e.rank) filter (where e.status in ('failed', 'skipped', 'in_doubt')), '{}') as failed,
    coalesce(array_agg(e.contact_id order by e.rank) filter (where e.status = 'deferred' and not e.was_tried), '{}') as untried,
    coalesce(array_agg(e.contact_id order by e.rank) filter (where e.status = 'deferred' and e.was_tried), '{}') as tried,
    -- a contact that was skipped here, and whose mail of an earlier batch was accepted late, took no slot of this day
    count(*) filter (where e.status = 'sent' and (e.slot is not null or e.was_tried)) as sent_count,
    count(*) filter (where e.status = 'skipped') as skipped_count,
    count(*) filter (where e.status = 'in_doubt') as in_doubt_count,
    count(*) filter (where e.is_lost) + v_batch.head_length - count(*) as lost_count,
    (select count(*) from daybatch.deliveries as d where d.campaign_id = p_campaign_id and d.batch_number = v_batch.batch_number) - count(*) as foreign_count
  into v_ends
  from ended as e;
  if v_ends.lost_count <> 0 or v_ends.foreign_count <> 0 then
    raise exception using errcode = 'MB021',
      message = format('batch %s of campaign %s took %s contacts, but the head of contacts_remaining and the ledger tell of others', v_batch.batch_number, p_campaign_id, v_batch.head_length),
      hint = 'Somebody changed the arrays or the ledger by hand: select * from daybatch.audit;';
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
    closed_at = v_now, sent_count = v_ends.sent_count, failed_count = cardinality(v_ends.failed), skipped_count = v_ends.skipped_count,
    in_doubt_count = v_ends.in_doubt_count, returned_count = cardinality(v_ends.untried) + cardinality(v_ends.tried), remaining_count = v_remaining
  where b.campaign_id = p_campaign_id and b.batch_number = v_batch.batch_number;
  delete from daybatch.batch_counts as n where n.campaign_id = p_campaign_id;
  if cardinality(v_ends.failed) > 0 then
    perform daybatch.count_failures(p_campaign_id, array[v_batch.batch_number]);
  end if;
  perform daybatch.advance_campaign(p_campaign_id, v_batch.batch_number, v_remaining);
  return query select p_campaign_id, v_batch.batch_number, true, v_ends.sent_count::integer, cardinality(v_ends.failed), v_remaining,
    c.status::text = 'completed', null::text
  from public.campaigns as c where c.id = p_campaign_id;
end;
$$;

comment on function daybatch.close_batch(uuid, integer) is
  'Closes the open batch if nothing of it is open, else says why not. Example: select b.closed, b.reason from public.campaigns as c, daybatch.close_batch(c.id) as b where c.name = ''Spring offer'';';
