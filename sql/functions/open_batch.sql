-- Opens the next batch of a campaign: freezes its limit and message, takes contacts from the head of remaining
-- until the limit is filled by eligible ones (others are skipped with a reason and use no slot), sets the next due
-- time and puts its job into pg-boss, all in one transaction. The sending rules are frozen as the limit is: they say when
-- it is due (find_due_time), which interval it has (calculate_spacing) and how it is spread.
-- Called by process_campaign and by hand. p_source: job, sweep, cron, manual or api; only an outside cron call may
-- come up to one window (5 minutes, or a tenth of a short interval) early.
-- Locks: campaign, then inserts. Not repeatable: the next call finds the batch open (MB007) or not due (MB006).
-- Errors: MB001 unknown, MB002 not sending, MB003, MB006 not due, MB007 still open, MB009 asleep, MB010 no message,
-- MB017 an unknown source, MB021 a contact stands in remaining that the ledger has already.
create or replace function daybatch.open_batch(p_campaign_id uuid, p_source text default 'manual')
returns table (campaign_id uuid, batch_number integer, delivery_count integer, skipped_count integer, opened_at timestamptz, next_batch_send_time timestamptz)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_campaign record;
  v_previous record;
  v_now timestamptz;
  v_number integer;
  v_due_at timestamptz;
  v_counted_at timestamptz;
  v_window interval;
  v_next_due timestamptz;
  v_rules jsonb;
  v_interval interval;
  v_cut_off_at timestamptz;
  v_filled record;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  v_now := daybatch.current_moment();
  if p_source is null or p_source not in ('job', 'sweep', 'cron', 'manual', 'api') then
    raise exception using errcode = 'MB017', message = format('source %L is unknown', p_source),
      hint = 'One of: job, sweep, cron, manual, api.';
  end if;
  perform daybatch.check_awake();
  if v_campaign.status not in ('sending', 'scheduled') then
    raise exception using errcode = 'MB002',
      message = format('campaign %s (%s) is %s: it opens no batch', p_campaign_id, v_campaign.name, v_campaign.status),
      hint = 'Start or resume it: select daybatch.start_campaign(id); select daybatch.resume_campaign(id);';
  end if;
  if v_campaign.tracking_initialised_at is null then
    perform daybatch.initialize_contact_tracking(p_campaign_id);
    select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
    -- it is due since the moment that the initialisation read
    v_now := daybatch.current_moment();
  end if;

  select b.batch_number, b.spaced_from, b.batch_interval, b.closed_at into v_previous
  from daybatch.batches as b where b.campaign_id = p_campaign_id order by b.batch_number desc limit 1;
  if v_previous.batch_number is not null and v_previous.closed_at is null then
    raise exception using errcode = 'MB007',
      message = format('batch %s of campaign %s (%s) is still open', v_previous.batch_number, p_campaign_id, v_campaign.name),
      hint = 'It closes when its last mail is reported: select * from daybatch.close_batch(campaign_id);';
  end if;

  v_number := coalesce(v_previous.batch_number + 1, 1);
  v_window := least(interval '5 minutes', v_campaign.batch_interval / 10);
  v_rules := daybatch.get_sending_rules(p_campaign_id);
  v_due_at := daybatch.find_due_time(p_campaign_id, v_now, v_rules);
  if v_now < v_due_at - (case when p_source = 'cron' then v_window else interval '0' end) then
    raise exception using errcode = 'MB006',
      message = format('batch %s of campaign %s (%s) is not due until %s', v_number, p_campaign_id, v_campaign.name,
        to_char(v_due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
      hint = 'Wait: pg-boss and the sweep open it when it is due.';
  end if;
  v_counted_at := case when v_now <= v_due_at + v_window then v_due_at else v_now end;
  select s.batch_interval, s.next_due_at into v_interval, v_next_due from daybatch.calculate_spacing(v_counted_at, v_campaign.batch_interval, v_rules) as s;
  v_cut_off_at := v_counted_at + v_interval - least(interval '15 minutes', v_interval / 10);

  insert into daybatch.batches (campaign_id, batch_number, send_limit, batch_interval, source, due_at, opened_at, counted_at,
    spaced_from, cut_off_at, previous_batch_number, previous_spaced_from, previous_interval, message_version, sending_rules, limited_domains)
  values (p_campaign_id, v_number, daybatch.calculate_batch_limit(v_campaign.daily_send_limit, v_interval, v_rules), v_interval, p_source, v_due_at, v_now, v_counted_at,
    v_counted_at, v_cut_off_at, v_previous.batch_number, v_previous.spaced_from, v_previous.batch_interval, daybatch.freeze_message(p_campaign_id), v_rules,
    (select array_agg(l.domain) from daybatch.domain_limits as l where l.daily_limit is not null));
  select * into v_filled from daybatch.fill_batch(p_campaign_id, v_number);
  perform daybatch.count_batch(p_campaign_id);
  if v_rules is not null then
    perform daybatch.begin_sending_rules(p_campaign_id, v_number);
  end if;

  perform daybatch.mark_engine_writes(true);
  update public.campaigns as c set
    status = 'sending',
    current_batch_number = v_number,
    first_batch_sent_at = coalesce(c.first_batch_sent_at, v_now),
    next_batch_send_time = v_next_due
  where c.id = p_campaign_id;
  perform daybatch.mark_engine_writes(false);
  perform daybatch.enqueue_batch(p_campaign_id, v_number + 1, v_next_due);
  perform daybatch.record_event(p_campaign_id, 'batch_opened', jsonb_build_object('batch_number', v_number, 'source', p_source,
    'due_at', v_due_at, 'delivery_count', v_filled.delivery_count, 'skipped_count', v_filled.skipped_count));
  perform pg_notify('daybatch', jsonb_build_object('event', 'batch_opened', 'campaign_id', p_campaign_id, 'batch_number', v_number)::text);
  return query select p_campaign_id, v_number, v_filled.delivery_count, v_filled.skipped_count, v_now, v_next_due;
end;
$$;

comment on function daybatch.open_batch(uuid, text) is
  'Opens the next batch of a campaign if it is due (else MB006 says when). Example: select o.* from daybatch.due_batches as d, daybatch.open_batch(d.campaign_id) as o where d.is_due;';
