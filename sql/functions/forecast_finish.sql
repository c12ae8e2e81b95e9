-- How many batches a campaign still takes, and when the last one is due: what forecast_campaign tells row by row, in one
-- row and, unless a send window or a sender's limit needs them, without making them, so that a what-if of a large campaign
-- with a small limit costs nothing. Reads only.
-- Errors: MB001, MB004.
create or replace function daybatch.forecast_finish(p_campaign_id uuid, p_limit integer default null)
returns table (send_limit integer, batches_to_come integer, next_due_at timestamptz, finish_at timestamptz)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  v_campaign record;
  v_first record;
  v_last record;
  v_open_due_at timestamptz;
  v_rules jsonb := daybatch.get_sending_rules(p_campaign_id);
begin
  select c.status::text as status, coalesce(p_limit, c.daily_send_limit, 5) as send_limit, coalesce(c.batch_interval, interval '24 hours') as batch_interval
  into v_campaign from public.campaigns as c where c.id = p_campaign_id;
  if v_rules ?| array['send_window_from', 'send_window_days', 'sender_limit'] then
    return query
      select v_campaign.send_limit, count(*) filter (where not f.is_under_way)::integer, min(f.due_at) filter (where not f.is_under_way), max(f.due_at)
      from daybatch.forecast_campaign(p_campaign_id, p_limit) as f;
    return;
  end if;
  select b.due_at into v_open_due_at from daybatch.batches as b
  where b.campaign_id = p_campaign_id and b.closed_at is null and v_campaign.status not in ('completed', 'cancelled');
  -- as one single batch: its time is the next due time, its size what remains; unknown ids and limits are refused there
  select f.due_at, f.size into v_first from daybatch.forecast_campaign(p_campaign_id, case when p_limit < 1 then p_limit else 2147483647 end) as f where not f.is_under_way;
  select l.batches, l.due_at into v_last
  from daybatch.find_last_batch(coalesce(v_first.size, 0),
    case when v_open_due_at is not null then daybatch.calculate_next_limit(v_campaign.send_limit, v_rules) else v_campaign.send_limit end,
    v_campaign.batch_interval, v_first.due_at, v_rules) as l;
  return query select v_campaign.send_limit, v_last.batches, v_first.due_at, coalesce(v_last.due_at, v_open_due_at);
end;
$$;

comment on function daybatch.forecast_finish(uuid, integer) is
  'When a campaign ends, also with another limit, and in how many batches. Example: select c.name, f.finish_at from public.campaigns as c, daybatch.forecast_finish(c.id, 20) as f limit 5;';
