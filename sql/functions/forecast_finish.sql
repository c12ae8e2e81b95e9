-- How many batches a campaign still takes, and when the last one is due: what forecast_campaign tells row by row, in one
-- row and, unless sending rules need them, without making them, so that a what-if of a large campaign with a small limit
-- costs nothing. Reads only.
-- Errors: MB001, MB004.
create or replace function daybatch.forecast_finish(p_campaign_id uuid, p_limit integer default null)
returns table (send_limit integer, batches_to_come integer, next_due_at timestamptz, finish_at timestamptz)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  v_campaign record;
  v_first record;
  v_open_due_at timestamptz;
begin
  select c.status::text as status, coalesce(p_limit, c.daily_send_limit, 5) as send_limit, coalesce(c.batch_interval, interval '24 hours') as batch_interval
  into v_campaign from public.campaigns as c where c.id = p_campaign_id;
  if daybatch.get_sending_rules(p_campaign_id) is not null then
    return query
      select v_campaign.send_limit, count(*) filter (where not f.is_under_way)::integer, min(f.due_at) filter (where not f.is_under_way), max(f.due_at)
      from daybatch.forecast_campaign(p_campaign_id, p_limit) as f;
    return;
  end if;
  select f.due_at into v_open_due_at from daybatch.forecast_campaign(p_campaign_id, 2147483647) as f where f.is_under_way;
  -- as one single batch: its time is the next due time, its size what remains; unknown ids and limits are refused there
  select f.due_at, f.size into v_first from daybatch.forecast_campaign(p_campaign_id, case when p_limit < 1 then p_limit else 2147483647 end) as f where not f.is_under_way;
  return query
    select v_campaign.send_limit,
      coalesce((v_first.size::bigint + v_campaign.send_limit - 1) / v_campaign.send_limit, 0)::integer,
      v_first.due_at,
      coalesce(v_first.due_at + make_interval(secs => extract(epoch from v_campaign.batch_interval)::double precision
        * ((v_first.size::bigint + v_campaign.send_limit - 1) / v_campaign.send_limit - 1)), v_open_due_at);
end;
$$;

comment on function daybatch.forecast_finish(uuid, integer) is
  'When a campaign ends, also with another limit, and in how many batches. Example: select c.name, f.finish_at from public.campaigns as c, daybatch.forecast_finish(c.id, 20) as f limit 5;';
