-- The batching state of every active campaign, with the disagreements found in it: the mission's debug answer.
-- Reads only.
create or replace function daybatch.list_batching_states()
returns setof jsonb
language sql stable security definer set search_path = '' set jit = off set timezone = 'UTC'
as $$
  select jsonb_build_object('id', s.id, 'name', s.name, 'status', s.status, 'daily_send_limit', s.daily_send_limit,
    'total_contacts', s.total_contacts, 'remaining_count', s.remaining_count, 'processed_count', s.processed_count,
    'failed_count', s.failed_count, 'current_batch_number', s.current_batch_number, 'next_batch_send_time', s.next_batch_send_time,
    'waits_for', s.waits_for, 'tracking_initialised', s.tracking_initialised_at is not null,
    'disagreements', coalesce((select pg_catalog.jsonb_agg(a.disagreement) from daybatch.audit as a where a.campaign_id = s.id), '[]'))
  from daybatch.campaign_status as s
  where s.status in ('sending', 'scheduled')
  order by s.created_at desc, s.id
$$;

comment on function daybatch.list_batching_states() is
  'Each active campaign''s batching state and disagreements as JSON. Example: select jsonb_pretty(s) from daybatch.list_batching_states() as s;';
