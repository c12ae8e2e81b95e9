-- A notice as it is told: which campaign (none: it is of a webhook), what, when, and the figures of this moment. Marks it as given; no row when it is
-- not known. Called by the service's job, which tells it; a retry takes it again. Repeatable.
create or replace function daybatch.take_notice(p_notice_id bigint)
returns table (notice_id bigint, campaign_id uuid, name text, status text, cause text, detail jsonb, happened_at timestamptz,
  total_contacts integer, processed_count integer, failed_count integer, remaining_count integer, next_batch_send_time timestamptz)
language sql volatile security definer set search_path = '' set jit = off
as $$
  with taken as (
    update daybatch.notices as n set given_at = coalesce(n.given_at, greatest(daybatch.current_moment(), n.due_at))
    where n.notice_id = p_notice_id
    returning n.notice_id, n.campaign_id, n.cause, n.detail, n.created_at
  )
  select t.notice_id, t.campaign_id, c.name::text, c.status::text, t.cause, t.detail, t.created_at,
    c.total_contacts::integer, k.processed_count, k.failed_count, k.remaining_count, c.next_batch_send_time
  from taken as t
  left join public.campaigns as c on c.id = t.campaign_id
  left join daybatch.contact_counts as k on k.campaign_id = t.campaign_id
$$;

comment on function daybatch.take_notice(bigint) is
  'A notice with the campaign''s figures, to be told now. Example: select cause, detail from daybatch.take_notice(1);';
