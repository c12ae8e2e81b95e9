-- Each coming batch of a campaign: number, due time, size, how many remain after; what-if with another limit (which would
-- apply from the next batch). The batch under way comes first, marked. A draft is told as if it started now, a paused
-- campaign as if it were resumed now. Not foreseen: contacts that will be skipped (they use no slot, so the campaign ends
-- earlier) and contacts that are deferred back to remaining (it ends later). Sending rules are foreseen: the window, the
-- time of day, the ramp-up. p_after_number: only batches behind this one; p_count: at most so many, and those behind them
-- are not made. Reads only. Errors: MB001, MB004.
create or replace function daybatch.forecast_campaign(p_campaign_id uuid, p_limit integer default null, p_after_number integer default null,
  p_count integer default null)
returns table (batch_number integer, due_at timestamptz, size integer, remaining_after integer, is_under_way boolean)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  v_campaign record;
  v_open daybatch.batches;
  v_remaining integer;
  v_due_at timestamptz;
  v_rules jsonb := daybatch.get_sending_rules(p_campaign_id);
  v_count integer := p_count;
  v_numbered_from integer;
begin
  select c.id, c.status::text as status, coalesce(p_limit, c.daily_send_limit, 5) as send_limit, coalesce(c.batch_interval, interval '24 hours') as batch_interval,
    c.next_batch_send_time, c.scheduled_at, c.tracking_initialised_at, coalesce(c.current_batch_number, 1) as current_batch_number, to_jsonb(c.contact_list_ids) as lists
  into v_campaign from public.campaigns as c where c.id = p_campaign_id;
  if v_campaign.id is null then
    raise exception using errcode = 'MB001', message = format('campaign %s does not exist', coalesce(p_campaign_id::text, 'null')),
      hint = 'Look the id up: select id, name, status from public.campaigns;';
  elsif v_campaign.send_limit < 1 then
    raise exception using errcode = 'MB004', message = format('a daily limit of %s is not possible: it is at least 1', v_campaign.send_limit), hint = 'Give 1 or more.';
  elsif v_campaign.status in ('completed', 'cancelled') then
    return;
  end if;
  select b.* into v_open from daybatch.batches as b where b.campaign_id = p_campaign_id and b.closed_at is null;
  v_remaining := case when v_campaign.tracking_initialised_at is not null
    then (select n.remaining_count from daybatch.contact_counts as n where n.campaign_id = p_campaign_id)
    else (
      select count(distinct m.contact_id) from jsonb_array_elements_text(v_campaign.lists) as l (id) join daybatch.list_members as m on m.list_id = l.id::uuid
      where not exists (select from daybatch.legacy_mailed as o where o.campaign_id = p_campaign_id and o.contact_id = m.contact_id)) end;
  v_due_at := case when v_campaign.status = 'scheduled' then greatest(v_campaign.scheduled_at, v_campaign.next_batch_send_time) else v_campaign.next_batch_send_time end;
  if v_campaign.tracking_initialised_at is null then
    v_due_at := greatest(v_due_at, (
      select max(o.mailed_at) + v_campaign.batch_interval from daybatch.legacy_mailed as o where o.campaign_id = p_campaign_id and o.state <> 'failed'));
  end if;
  if v_open.campaign_id is not null then
    v_remaining := v_remaining - v_open.head_length;
    if v_open.batch_number > coalesce(p_after_number, -1) and coalesce(v_count, 1) > 0 then
      v_count := v_count - 1;
      return query select v_open.batch_number, v_open.due_at, v_open.slot_count, v_remaining, true;
    end if;
  end if;
  v_due_at := greatest(v_due_at, daybatch.current_moment());
  if v_rules is not null then
    -- what is late, or not due, as open_batch will see it
    v_due_at := greatest(daybatch.current_moment(), case when v_open.campaign_id is null and v_campaign.status in ('sending', 'scheduled')
      and v_campaign.tracking_initialised_at is not null
      then daybatch.find_due_time(p_campaign_id, daybatch.current_moment(), v_rules) else daybatch.calculate_due_time(v_due_at, v_rules) end);
  end if;
  v_numbered_from := coalesce(v_open.batch_number, v_campaign.current_batch_number - 1);
  return query
    select s.batch_number + v_numbered_from, s.due_at, s.size, s.remaining_after, false
    from daybatch.list_batches_ahead(v_remaining,
      -- the ramp-up goes on when the batch under way has sent
      case when v_open.campaign_id is not null then daybatch.calculate_next_limit(v_campaign.send_limit, v_rules) else v_campaign.send_limit end,
      v_campaign.batch_interval, v_due_at, v_rules, greatest(p_after_number::bigint - v_numbered_from, 0)::integer, v_count) as s;
end;
$$;

comment on function daybatch.forecast_campaign(uuid, integer, integer, integer) is
  'Each coming batch of a campaign, also with another limit. Example: select f.* from public.campaigns as c, daybatch.forecast_campaign(c.id, 20) as f limit 5;';
