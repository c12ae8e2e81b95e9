-- What a campaign's forecast begins with, in one row: its limit (p_limit instead, from the next batch on), the limit of the
-- next batch, its number and when it is due, how many contacts it and those after it have, the sending rules, and the batch
-- under way. A draft as if it started now, a paused campaign as if it were resumed now. No row: completed or cancelled.
-- Part of forecast_campaign and forecast_finish, so that neither asks the other for its beginning. Reads only, but counts
-- the lists of a draft. Errors: MB001, MB004.
create or replace function daybatch.find_next_batch(p_campaign_id uuid, p_limit integer default null)
returns table (send_limit integer, next_limit integer, batch_interval interval, batch_number integer, due_at timestamptz, remaining_count integer,
  sending_rules jsonb, open_number integer, open_due_at timestamptz, open_size integer)
-- also where its caller keeps one plan: how many an old application mailed for this campaign decides how a draft is counted
language plpgsql stable security definer set search_path = '' set jit = off set plan_cache_mode = auto
as $$
#variable_conflict use_column
declare
  v_campaign record;
  v_now timestamptz;
  v_remaining integer;
  v_due_at timestamptz;
  v_rules jsonb := daybatch.get_sending_rules(p_campaign_id);
begin
  select c.id, c.status::text as status, coalesce(p_limit, c.daily_send_limit, 5) as send_limit, coalesce(c.batch_interval, interval '24 hours') as batch_interval,
    c.next_batch_send_time, c.scheduled_at, c.tracking_initialised_at, coalesce(c.current_batch_number, 1) as current_batch_number,
    o.batch_number as open_number, o.due_at as open_due_at, o.slot_count as open_size, o.head_length, n.remaining_count
  into v_campaign
  from public.campaigns as c
  left join daybatch.batches as o on o.campaign_id = c.id and o.closed_at is null
  left join daybatch.contact_counts as n on n.campaign_id = c.id
  where c.id = p_campaign_id;
  if v_campaign.id is null then
    raise exception using errcode = 'MB001', message = format('campaign %s does not exist', coalesce(p_campaign_id::text, 'null')),
      hint = 'Look the id up: select id, name, status from public.campaigns;';
  elsif v_campaign.send_limit < 1 then
    raise exception using errcode = 'MB004', message = format('a daily limit of %s is not possible: it is at least 1', v_campaign.send_limit), hint = 'Give 1 or more.';
  elsif v_campaign.status in ('completed', 'cancelled') then
    return;
  end if;
  v_due_at := case when v_campaign.status = 'scheduled' then greatest(v_campaign.scheduled_at, v_campaign.next_batch_send_time) else v_campaign.next_batch_send_time end;
  if v_campaign.tracking_initialised_at is not null then
    v_remaining := v_campaign.remaining_count;
  else
    v_remaining := (
      select count(distinct m.contact_id)
      from public.campaigns as c cross join lateral jsonb_array_elements_text(to_jsonb(c.contact_list_ids)) as l (id) join daybatch.list_members as m on m.list_id = l.id::uuid
      where c.id = p_campaign_id and not exists (select from daybatch.legacy_mailed as o where o.campaign_id = p_campaign_id and o.contact_id = m.contact_id));
    v_due_at := greatest(v_due_at, (
      select max(o.mailed_at) + v_campaign.batch_interval from daybatch.legacy_mailed as o where o.campaign_id = p_campaign_id and o.state <> 'failed'));
  end if;
  v_now := daybatch.current_moment();
  v_due_at := greatest(v_due_at, v_now);
  if v_rules is not null then
    -- what is late, or not due, as open_batch will see it
    v_due_at := greatest(v_now, case when v_campaign.open_number is null and v_campaign.status in ('sending', 'scheduled') and v_campaign.tracking_initialised_at is not null
      then daybatch.find_due_time(p_campaign_id, v_now, v_rules) else daybatch.calculate_due_time(v_due_at, v_rules) end);
  end if;
  send_limit := v_campaign.send_limit;
  -- the ramp-up goes on when the batch under way has sent
  next_limit := case when v_campaign.open_number is not null then daybatch.calculate_next_limit(v_campaign.send_limit, v_rules) else v_campaign.send_limit end;
  batch_interval := v_campaign.batch_interval;
  batch_number := coalesce(v_campaign.open_number + 1, v_campaign.current_batch_number);
  due_at := v_due_at;
  remaining_count := v_remaining - coalesce(v_campaign.head_length, 0);
  sending_rules := v_rules;
  open_number := v_campaign.open_number;
  open_due_at := v_campaign.open_due_at;
  open_size := v_campaign.open_size;
  return next;
end;
$$;

comment on function daybatch.find_next_batch(uuid, integer) is
  'Where a campaign''s forecast begins: limit, due time, contacts, rules (part of forecast_campaign). Example: select c.name, n.batch_number, n.due_at, n.remaining_count from public.campaigns as c, daybatch.find_next_batch(c.id) as n limit 5;';
