-- Live pg-boss jobs of our queues; no row when pg-boss is not there. The only way views look into pgboss, so that they
-- never stand in the way of its upgrades. Reads only.
create or replace function daybatch.list_jobs()
returns table (job_id uuid, queue text, state text, campaign_id uuid, batch_number integer, due_at timestamptz, retry_count integer, started_at timestamptz, output text)
language plpgsql stable security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
begin
  return query
    select j.id, j.name, j.state::text, (j.data ->> 'campaign_id')::uuid, (j.data ->> 'batch_number')::integer, j.start_after, j.retry_count, j.started_on,
      -- a call for each row, and nearly none has an output
      case when j.output is not null then left(daybatch.mask_addresses(j.output::text), 500) end
    from pgboss.job as j
    where j.name in ('daybatch.batch', 'daybatch.sweep') and j.state in ('created', 'retry', 'active', 'failed');
exception when undefined_table or invalid_schema_name or undefined_column or insufficient_privilege then
  return;
end;
$$;

comment on function daybatch.list_jobs() is
  'Live pg-boss jobs of our queues. Example: select queue, state, due_at from daybatch.list_jobs();';
