-- Returns those of p_delivery_ids that the daily limits of their recipient domains leave room for. The others are passed
-- over: tried again when their domain has a place, if that is before the cut-off, else back to remaining, in their order
-- and without a slot. Called by claim_deliveries, which holds campaign and batch.
-- Locks: the limits of these domains, in their order; deliveries.
create or replace function daybatch.pass_over_domains(p_batch daybatch.batches, p_delivery_ids bigint[], p_now timestamptz)
returns bigint[]
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_domain record;
  v_room record;
  v_passed bigint[] := array[]::bigint[];
begin
  for v_domain in
    select l.domain, l.daily_limit, g.ids
    from daybatch.domain_limits as l
    join (
      select lower(split_part(p.email, '@', 2)) as domain, array_agg(i.delivery_id order by i.place) as ids
      from unnest(p_delivery_ids) with ordinality as i (delivery_id, place)
      join daybatch.deliveries as d on d.delivery_id = i.delivery_id
      join public.contacts as p on p.id = d.contact_id
      group by 1
    ) as g on g.domain = l.domain
    where l.daily_limit is not null
    order by l.domain for no key update of l
  loop
    select r.* into v_room from daybatch.find_room('domain', v_domain.domain, v_domain.daily_limit, p_now) as r;
    if v_room.room < cardinality(v_domain.ids) then
      -- full but for what this claim takes: look again soon
      v_room.frees_at := coalesce(v_room.frees_at, p_now + interval '10 seconds');
      perform daybatch.add_outcomes(p_batch.campaign_id, p_deferred => (
        select count(*)::integer from daybatch.deliveries as d
        where d.delivery_id = any (v_domain.ids[greatest(v_room.room, 0) + 1 :]) and d.status <> 'deferred'));
      update daybatch.deliveries as d set status = 'deferred',
        slot = case when v_room.frees_at < p_batch.cut_off_at then d.slot end,
        retry_at = case when v_room.frees_at < p_batch.cut_off_at then v_room.frees_at end
      where d.delivery_id = any (v_domain.ids[greatest(v_room.room, 0) + 1 :]);
      v_passed := v_passed || v_domain.ids[greatest(v_room.room, 0) + 1 :];
    end if;
  end loop;
  if cardinality(v_passed) = 0 then
    return p_delivery_ids;
  end if;
  return array(select i.delivery_id from unnest(p_delivery_ids) with ordinality as i (delivery_id, place)
    where not i.delivery_id = any (v_passed) order by i.place);
end;
$$;

comment on function daybatch.pass_over_domains(daybatch.batches, bigint[], timestamptz) is
  'The deliveries that the daily limits of their domains leave room for (part of claim_deliveries). Example: select daybatch.pass_over_domains(b, ''{}'', daybatch.current_moment()) from daybatch.batches as b limit 0;';
