-- Trigger function of daybatch.deliveries, after every insert and update, made only beside an older application's
-- email_tracking (sql/triggers.sql): each outcome is told to that table, so that the application's own screens stay true.
-- What was adopted from there is not written back.
create or replace function daybatch.track_outcomes()
returns trigger
language plpgsql security definer set search_path = '' set jit = off
as $$
declare
  v_first bigint[];
  v_others bigint[];
begin
  if tg_op = 'INSERT' then
    select array_agg(n.delivery_id) into v_first from after as n where n.settled_at is not null and n.evidence is null;
  else
    -- another outcome, or a try, may have left a row
    select array_agg(n.delivery_id) filter (where k.is_first), array_agg(n.delivery_id) filter (where not k.is_first) into v_first, v_others
    from after as n
    join before as o on o.delivery_id = n.delivery_id and o.status is distinct from n.status
    cross join lateral (
      select o.settled_at is null and n.evidence is null and n.attempt_count <= (n.status <> 'skipped')::integer as is_first) as k
    where n.settled_at is not null;
  end if;
  if v_first is not null then
    perform daybatch.track_deliveries(v_first, true);
  end if;
  if v_others is not null then
    perform daybatch.track_deliveries(v_others);
  end if;
  return null;
end;
$$;

comment on function daybatch.track_outcomes() is
  'Trigger of daybatch.deliveries beside an older application: tells public.email_tracking each outcome. Example: select tgname from pg_trigger where tgname like ''daybatch_020_track%'';';
