-- Each coming batch of a campaign: number, due time, size, how many remain after; what-if with another limit (which would
-- apply from the next batch). The batch under way comes first, marked. A draft is told as if it started now, a paused
-- campaign as if it were resumed now. Not foreseen: contacts that will be skipped (they use no slot, so the campaign ends
-- earlier) and contacts that are deferred back to remaining (it ends later). Sending rules are foreseen: the window, the
-- time of day, the ramp-up. p_after_number: only batches behind this one; p_count: at most so many, and those behind them
-- are not made. Reads only. Errors: MB001, MB004.
create or replace function daybatch.forecast_campaign(p_campaign_id uuid, p_limit integer default null, p_after_number integer default null,
  p_count integer default null)
returns table (batch_number integer, due_at timestamptz, size integer, remaining_after integer, is_under_way boolean)
language plpgsql stable security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_next record;
  v_count integer := p_count;
begin
  select n.* into v_next from daybatch.find_next_batch(p_campaign_id, p_limit) as n;
  if v_next.batch_number is null then
    return;
  elsif v_next.open_number > coalesce(p_after_number, -1) and coalesce(v_count, 1) > 0 then
    v_count := v_count - 1;
    return query select v_next.open_number, v_next.open_due_at, v_next.open_size, v_next.remaining_count, true;
  end if;
  return query
    select s.batch_number + v_next.batch_number - 1, s.due_at, s.size, s.remaining_after, false
    from daybatch.list_batches_ahead(v_next.remaining_count, v_next.next_limit, v_next.batch_interval, v_next.due_at, v_next.sending_rules,
      greatest(p_after_number::bigint - v_next.batch_number + 1, 0)::integer, v_count) as s;
end;
$$;

comment on function daybatch.forecast_campaign(uuid, integer, integer, integer) is
  'Each coming batch of a campaign, also with another limit. Example: select f.* from public.campaigns as c, daybatch.forecast_campaign(c.id, 20) as f limit 5;';
