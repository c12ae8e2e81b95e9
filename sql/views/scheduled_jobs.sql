-- pg-boss's live jobs of our queues, in words.
create or replace view daybatch.scheduled_jobs as
select j.due_at, j.queue, j.state, j.campaign_id, c.name, j.batch_number, j.retry_count, j.started_at, j.output, j.job_id
from daybatch.list_jobs() as j
left join public.campaigns as c on c.id = j.campaign_id;

comment on view daybatch.scheduled_jobs is
  'What pg-boss will trigger, and when. Example: select due_at, name, batch_number, state from daybatch.scheduled_jobs order by due_at limit 10;';
