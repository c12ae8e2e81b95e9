-- The mission's cron logic: find campaigns that are sending or scheduled, see whether their next batch is due, select
-- up to the limit, schedule the next, complete when nobody remains. With an id: that campaign alone, errors raised.
-- Without: every due campaign in a subtransaction of its own, so that a bad one never stops the others, expired
-- claims, and lost jobs of the next ten minutes; the run is written to the sweep log. Repeatable.
-- Locks: campaigns in the order of their ids; the service's own sweep asks list_due_campaigns() and calls this with
-- each id, so that no lock outlasts one campaign.
-- p_source: job, sweep, cron, manual or api; cron may open up to one window early.
create or replace function daybatch.process_campaigns(p_campaign_id uuid default null, p_source text default 'manual')
returns table (campaign_id uuid, name text, action text, batch_number integer, delivery_count integer, next_batch_send_time timestamptz, reason text, error_code text)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_started_at timestamptz := daybatch.current_moment();
  v_id uuid;
  v_row record;
  v_counts integer[] := array[0, 0, 0, 0];
begin
  if p_source is null or p_source not in ('job', 'sweep', 'cron', 'manual', 'api') then
    raise exception using errcode = 'MB017', message = format('source %L is unknown', p_source),
      hint = 'One of: job, sweep, cron, manual, api.';
  end if;
  if p_campaign_id is not null then
    return query select * from daybatch.process_campaign(p_campaign_id, p_source);
    return;
  end if;
  for v_id in select d.campaign_id from daybatch.list_due_campaigns(p_source) as d loop
    begin
      select * into v_row from daybatch.process_campaign(v_id, p_source);
    exception when others then
      select v_id as campaign_id, c.name::text, 'failed' as action, c.current_batch_number::integer as batch_number, null::integer as delivery_count,
        c.next_batch_send_time, sqlerrm as reason, sqlstate as error_code
      into v_row from (select) as one left join public.campaigns as c on c.id = v_id;
    end;
    v_counts := array[v_counts[1] + 1, v_counts[2] + (v_row.action = 'opened')::integer,
      v_counts[3] + (v_row.action in ('closed', 'completed'))::integer, v_counts[4] + (v_row.action = 'failed')::integer];
    return query select v_row.campaign_id, v_row.name, v_row.action, v_row.batch_number, v_row.delivery_count,
      v_row.next_batch_send_time, v_row.reason, v_row.error_code;
  end loop;
  perform daybatch.record_sweep(p_source, v_started_at, v_counts);
end;
$$;

comment on function daybatch.process_campaigns(uuid, text) is
  'Opens, closes and completes whatever is due: of one campaign, or of all. Example: select * from daybatch.process_campaigns();';
