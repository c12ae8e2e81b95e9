-- The id of a batch's pg-boss job, made of campaign, number and due time: enqueuing twice is one job, and a finished job
-- never blocks another due time. Pure.
create or replace function daybatch.calculate_job_id(p_campaign_id uuid, p_batch_number integer, p_due_at timestamptz)
returns uuid
language sql immutable set search_path = ''
as $$ select pg_catalog.md5(pg_catalog.concat_ws('/', 'daybatch.batch', p_campaign_id, p_batch_number, extract(epoch from p_due_at)))::uuid $$;

comment on function daybatch.calculate_job_id(uuid, integer, timestamptz) is
  'The id of the pg-boss job of a batch. Example: select daybatch.calculate_job_id(id, current_batch_number, next_batch_send_time) from public.campaigns;';
