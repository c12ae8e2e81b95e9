-- How many batches a campaign still takes, and when the last one is due: what forecast_campaign tells row by row, in one
-- row and, unless a send window needs them (find_last_batch), without making them, so that a what-if of a large campaign
-- with a small limit costs nothing. Reads only.
-- Errors: MB001, MB004.
create or replace function daybatch.forecast_finish(p_campaign_id uuid, p_limit integer default null)
returns table (send_limit integer, batches_to_come integer, next_due_at timestamptz, finish_at timestamptz)
language plpgsql stable security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_next record;
  v_last record;
begin
  select n.* into v_next from daybatch.find_next_batch(p_campaign_id, p_limit) as n;
  if v_next.batch_number is null then
    -- completed or cancelled
    return query select coalesce(p_limit, c.daily_send_limit, 5), 0, null::timestamptz, null::timestamptz from public.campaigns as c where c.id = p_campaign_id;
    return;
  end if;
  select l.batches, l.due_at into v_last
  from daybatch.find_last_batch(v_next.remaining_count, v_next.next_limit, v_next.batch_interval, v_next.due_at, v_next.sending_rules) as l;
  return query select v_next.send_limit, v_last.batches, case when v_last.batches > 0 then v_next.due_at end, coalesce(v_last.due_at, v_next.open_due_at);
end;
$$;

comment on function daybatch.forecast_finish(uuid, integer) is
  'When a campaign ends, also with another limit, and in how many batches. Example: select c.name, f.finish_at from public.campaigns as c, daybatch.forecast_finish(c.id, 20) as f limit 5;';
