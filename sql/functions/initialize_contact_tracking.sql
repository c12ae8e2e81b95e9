-- Freezes a campaign's audience: the distinct contacts of its lists, in the order of the lists, then of the
-- members' positions; whom an older method mailed belongs to it and stands in processed, with one row each in the
-- ledger under the root batch of the chain. Arrays that an older version had half filled are continued.
-- Called at first processing and by POST /api/debug/test-batch-campaign.
-- Locks: campaign. Repeatable: an initialised campaign only answers its counts.
-- Errors: MB001 unknown, MB003 nobody in the audience, MB008 more than 5,000,000, MB009 asleep, MB019 row security.
create or replace function daybatch.initialize_contact_tracking(p_campaign_id uuid)
returns table (campaign_id uuid, total_contacts integer, remaining_count integer, processed_count integer, failed_count integer, initialised_now boolean)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_campaign record;
  v_now timestamptz;
  v_audience uuid[];
  v_remaining uuid[];
  v_processed uuid[] := array[]::uuid[];
  v_failed uuid[] := array[]::uuid[];
  v_root record;
  v_due record;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  v_now := daybatch.current_moment();
  if v_campaign.tracking_initialised_at is null then
    perform daybatch.check_awake();
    perform daybatch.check_row_security();

    select coalesce(array_agg(a.contact_id order by a.list_rank, a.position nulls last, a.contact_id), '{}')
    into v_audience
    from (
      select distinct on (m.contact_id) m.contact_id, l.list_rank, m.position
      from jsonb_array_elements_text(v_campaign.lists) with ordinality as l (list_id, list_rank)
      join daybatch.list_members as m on m.list_id = l.list_id::uuid
      order by m.contact_id, l.list_rank, m.position nulls last
    ) as a;
    v_remaining := v_audience;

    select * into v_root from daybatch.adopt_old_mails(p_campaign_id, v_audience);
    if v_root.processed is not null then
      v_processed := v_root.processed;
      v_failed := v_root.failed;
      v_audience := v_root.audience;
      v_remaining := v_root.remaining;
    end if;

    if cardinality(v_audience) = 0 then
      raise exception using errcode = 'MB003',
        message = format('campaign %s (%s) has nobody in its audience', p_campaign_id, v_campaign.name),
        hint = 'Put contacts on its lists, or name lists that have some in contact_list_ids.';
    elsif cardinality(v_audience) > 5000000 then
      raise exception using errcode = 'MB008',
        message = format('campaign %s (%s) has an audience of %s contacts, more than 5,000,000', p_campaign_id, v_campaign.name, cardinality(v_audience)),
        hint = 'Split it: several campaigns, each with part of the lists.';
    end if;

    perform daybatch.mark_engine_writes(true);
    update public.campaigns as c set
      contacts_remaining = to_jsonb(v_remaining),
      contacts_processed = to_jsonb(v_processed),
      contacts_failed = to_jsonb(v_failed),
      total_contacts = cardinality(v_audience),
      batch_history = case when jsonb_typeof(c.batch_history) = 'array' then c.batch_history else '[]' end,
      daily_send_limit = coalesce(c.daily_send_limit, 5),
      current_batch_number = coalesce(v_root.root_number + 1, 1),
      first_batch_sent_at = coalesce(c.first_batch_sent_at, v_root.first_mailed_at),
      -- a draft or scheduled campaign is not due yet, whoever initialises it beforehand
      next_batch_send_time = daybatch.calculate_due_time(
        coalesce(greatest(v_root.next_due_at, c.next_batch_send_time), case when v_campaign.status = 'sending' then v_now end), daybatch.get_sending_rules(c.id)),
      tracking_initialised_at = v_now
    where c.id = p_campaign_id
    returning c.current_batch_number, c.next_batch_send_time into v_due;
    perform daybatch.mark_engine_writes(false);
    -- a campaign that goes on from an older method has no job for its own due time yet
    if v_campaign.status = 'sending' then
      perform daybatch.enqueue_batch(p_campaign_id, v_due.current_batch_number, v_due.next_batch_send_time);
    end if;
    perform daybatch.count_contacts(p_campaign_id);
    perform daybatch.record_event(p_campaign_id, 'tracking_initialised', jsonb_build_object(
      'total_contacts', cardinality(v_audience), 'remaining_count', cardinality(v_remaining),
      'processed_count', cardinality(v_processed), 'failed_count', cardinality(v_failed)));
  end if;

  return query
    select c.id, c.total_contacts::integer, jsonb_array_length(c.contacts_remaining), jsonb_array_length(c.contacts_processed),
      jsonb_array_length(c.contacts_failed), v_campaign.tracking_initialised_at is null
    from public.campaigns as c where c.id = p_campaign_id;
end;
$$;

comment on function daybatch.initialize_contact_tracking(uuid) is
  'Freezes the audience of a campaign into contacts_remaining (once; later calls only answer the counts). Example: select t.* from public.campaigns as c, daybatch.initialize_contact_tracking(c.id) as t where c.name = ''Spring offer'';';
