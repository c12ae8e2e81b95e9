-- Every run of the sweep or the cron: where from, what it did, how long it took.
create or replace view daybatch.sweep_log as
select s.sweep_id, s.source, s.started_at, s.finished_at - s.started_at as took, s.looked_at_count, s.opened_count, s.closed_count,
  s.failed_count, s.jobs_mended_count, s.claims_released_count, s.done_by
from daybatch.sweeps as s;

comment on view daybatch.sweep_log is
  'Runs of the sweep and the cron, with what each did. Example: select started_at, source, opened_count, failed_count, took from daybatch.sweep_log order by sweep_id desc limit 10;';
