-- Open batches with something to do, and when: claim (slots or due retries of a sending campaign whose server takes
-- mail, when no sending rule holds them), release (an expired claim) or close (finished, past the cut-off, cancelled). Workers sleep until the first
-- ready_at. Reads the open batches only.
create or replace function daybatch.list_work(p_limit integer default 100)
returns table (campaign_id uuid, batch_number integer, ready_at timestamptz, is_ready boolean, wait_ms integer)
language sql volatile security definer set search_path = '' set jit = off
as $$
  with clock as materialized (select daybatch.current_moment() as now),
  open_batches as (
    select b.campaign_id, b.batch_number, b.cut_off_at, greatest(b.refused_until, b.held_until) as held_until, b.next_slot <= b.slot_count as has_slots, b.next_slot_at,
      c.status::text as status,
      (select min(k.expires_at) from daybatch.claims as k where k.campaign_id = b.campaign_id and k.batch_number = b.batch_number) as claims_end_at,
      -- the one mail that finds out whether the server still refuses
      (select min(k.expires_at) from daybatch.claims as k
        where k.campaign_id = b.campaign_id and k.batch_number = b.batch_number and k.claimed_at >= b.refused_until) as probe_ends_at,
      (select min(d.retry_at) from daybatch.deliveries as d
        where d.campaign_id = b.campaign_id and d.batch_number = b.batch_number and d.retry_at is not null) as retry_at
    from daybatch.batches as b
    left join public.campaigns as c on c.id = b.campaign_id
    where b.closed_at is null
  ),
  work as (
    select o.campaign_id, o.batch_number,
      case
        when o.status is null then 'infinity'::timestamptz
        -- over: close as soon as no claim is left
        when clock.now >= o.cut_off_at or o.status not in ('sending', 'scheduled', 'paused') then coalesce(o.claims_end_at, clock.now)
        when o.status <> 'sending' then
          case when not o.has_slots and o.retry_at is null then coalesce(o.claims_end_at, clock.now) else least(o.cut_off_at, o.claims_end_at) end
        when not o.has_slots and o.retry_at is null then coalesce(o.claims_end_at, clock.now)
        else least(o.cut_off_at, o.claims_end_at, greatest(o.held_until, o.probe_ends_at,
          -- a batch that is spread has a time for its next slot
          case when o.has_slots and o.next_slot_at is null then clock.now when o.has_slots then least(greatest(o.next_slot_at, clock.now), o.retry_at) else o.retry_at end))
      end as ready_at
    from open_batches as o, clock
  )
  select w.campaign_id, w.batch_number, w.ready_at, w.ready_at <= clock.now,
    pg_catalog.ceil(least(greatest(extract(epoch from w.ready_at - clock.now), 0), 86400) * 1000)::integer
  from work as w, clock
  where w.ready_at < 'infinity'
  order by w.ready_at
  limit p_limit
$$;

comment on function daybatch.list_work(integer) is
  'Open batches with something to claim, release or close, and when. Example: select * from daybatch.list_work();';
