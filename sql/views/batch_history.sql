-- One row per batch, also the one under way.
create or replace view daybatch.batch_history as
select
  b.campaign_id,
  c.name,
  b.batch_number,
  b.source,
  b.send_limit,
  b.slot_count,
  b.due_at,
  b.opened_at,
  b.closed_at,
  b.counted_at,
  b.cut_off_at,
  b.spaced_from + b.batch_interval as next_due_at,
  b.sent_count,
  b.failed_count,
  b.skipped_count,
  b.in_doubt_count,
  b.returned_count,
  b.remaining_count,
  b.opened_at - b.due_at as lateness
from daybatch.batches as b
left join public.campaigns as c on c.id = b.campaign_id;

comment on view daybatch.batch_history is
  'One row per batch: when it was due, opened and closed, and its frozen counts. Example: select batch_number, opened_at, sent_count, remaining_count from daybatch.batch_history where name = ''Spring offer'' order by batch_number;';
