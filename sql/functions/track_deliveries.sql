-- Tells an older application's email_tracking what became of these deliveries. Never fails: what the table does not take,
-- or keeps locked for longer than a second, waits in untracked_outcomes for the next sweep, and shows in audit.
-- p_is_first: none of them can have a row there yet. Returns how many were written.
-- Called by the trigger of deliveries and by every sweep. Locks: deliveries are the caller's. Repeatable.
create or replace function daybatch.track_deliveries(p_delivery_ids bigint[], p_is_first boolean default false)
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off set lock_timeout = '1s'
as $$
declare
  v_outcomes jsonb;
  v_outcome jsonb;
  v_written bigint[] := array[]::bigint[];
begin
  select jsonb_agg(jsonb_build_object('delivery_id', d.delivery_id, 'campaign_id', d.campaign_id, 'contact_id', d.contact_id, 'status', d.status,
    'settled_at', d.settled_at, 'reason', d.reason, 'email', p.email) order by d.delivery_id) into v_outcomes
  from daybatch.deliveries as d
  left join public.contacts as p on p.id = d.contact_id
  where d.delivery_id = any (p_delivery_ids) and d.settled_at is not null;
  begin
    perform daybatch.write_tracking(coalesce(v_outcomes, '[]'), p_is_first);
    v_written := p_delivery_ids;
  exception when lock_not_available then
    insert into daybatch.untracked_outcomes (campaign_id, delivery_id, failed_at, problem)
    select (o.entry ->> 'campaign_id')::uuid, (o.entry ->> 'delivery_id')::bigint, daybatch.current_moment(), sqlerrm
    from jsonb_array_elements(v_outcomes) as o (entry)
    on conflict (delivery_id) do update set failed_at = excluded.failed_at, problem = excluded.problem;
  when others then
    -- one that is refused does not keep the others out
    for v_outcome in select o.entry from jsonb_array_elements(v_outcomes) as o (entry) loop
      begin
        perform daybatch.write_tracking(jsonb_build_array(v_outcome), p_is_first);
        v_written := v_written || (v_outcome ->> 'delivery_id')::bigint;
      exception when others then
        insert into daybatch.untracked_outcomes (campaign_id, delivery_id, failed_at, problem)
        values ((v_outcome ->> 'campaign_id')::uuid, (v_outcome ->> 'delivery_id')::bigint, daybatch.current_moment(), sqlerrm)
        on conflict (delivery_id) do update set failed_at = excluded.failed_at, problem = excluded.problem;
      end;
    end loop;
  end;
  delete from daybatch.untracked_outcomes as u where u.delivery_id = any (v_written);
  return cardinality(v_written);
end;
$$;

comment on function daybatch.track_deliveries(bigint[], boolean) is
  'Writes outcomes into public.email_tracking and never fails (part of report_outcomes and of every sweep). Example: select daybatch.track_deliveries(''{}'');';
