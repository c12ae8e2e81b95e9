-- Whether pg-boss holds a live job for a campaign at or before a due time. Null when pg-boss is not there: views read
-- pgboss only through this function, so that they never stand in the way of its upgrades.
create or replace function daybatch.has_job(p_campaign_id uuid, p_due_at timestamptz)
returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (
    select from pgboss.job as j
    where j.name = 'daybatch.batch' and j.state in ('created', 'retry', 'active')
      and j.data ->> 'campaign_id' = p_campaign_id::text and j.start_after <= p_due_at);
exception when undefined_table or invalid_schema_name or undefined_column or insufficient_privilege then
  return null;
end;
$$;

comment on function daybatch.has_job(uuid, timestamptz) is
  'Whether pg-boss holds a live job for a campaign''s due time. Example: select name, daybatch.has_job(id, next_batch_send_time) from public.campaigns where status = ''sending'';';
