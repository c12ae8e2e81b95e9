-- Locks one campaign row and returns what the engine needs of it, never the arrays. First statement of every
-- function that changes a campaign, a batch or a delivery: lock order campaign -> batch -> deliveries -> claims.
-- FOR NO KEY UPDATE: the lock of a plain update; FOR SHARE let workers starve a pause.
-- Unknown campaign: MB001. Repeatable within a transaction.
create or replace function daybatch.lock_campaign(p_campaign_id uuid)
returns table (
  id uuid, name text, status text, daily_send_limit integer, lists jsonb, scheduled_at timestamptz,
  next_batch_send_time timestamptz, current_batch_number integer, tracking_initialised_at timestamptz,
  batch_interval interval, in_doubt_policy text)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
begin
  return query
    select c.id, c.name::text, c.status::text, coalesce(c.daily_send_limit, 5)::integer,
      coalesce(to_jsonb(c.contact_list_ids), '[]'), c.scheduled_at, c.next_batch_send_time,
      c.current_batch_number::integer, c.tracking_initialised_at,
      coalesce(c.batch_interval, interval '24 hours'), coalesce(c.in_doubt_policy, 'never')::text
    from public.campaigns as c
    where c.id = p_campaign_id
    for no key update;
  if not found then
    raise exception using errcode = 'MB001',
      message = format('campaign %s does not exist', coalesce(p_campaign_id::text, 'null')),
      hint = 'Look the id up: select id, name, status from public.campaigns;';
  end if;
end;
$$;

comment on function daybatch.lock_campaign(uuid) is
  'Locks a campaign for this transaction and returns its engine fields; MB001 when unknown. Example: select l.name, l.status from public.campaigns as c, daybatch.lock_campaign(c.id) as l where c.name = ''Spring offer'';';
