-- Whether pg-boss holds the live job of a campaign's batch at its due time, by the job's key. Null when pg-boss is not
-- there: views read pgboss only through functions like this, so that they never stand in the way of its upgrades.
create or replace function daybatch.has_job(p_campaign_id uuid, p_batch_number integer, p_due_at timestamptz)
returns boolean
language plpgsql stable security definer set search_path = '' set jit = off
as $$
begin
  return exists (
    select from pgboss.job as j
    where j.name = 'daybatch.batch' and j.id = daybatch.calculate_job_id(p_campaign_id, p_batch_number, p_due_at)
      and j.state in ('created', 'retry', 'active'));
exception when undefined_table or invalid_schema_name or undefined_column or insufficient_privilege then
  return null;
end;
$$;

comment on function daybatch.has_job(uuid, integer, timestamptz) is
  'Whether pg-boss holds the live job of a batch. Example: select name, daybatch.has_job(id, current_batch_number, next_batch_send_time) from public.campaigns where status = ''sending'';';
