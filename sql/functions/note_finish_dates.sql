-- Looks whether the forecast finish of sending campaigns has moved, by more than an hour or a tenth of a short interval,
-- and tells operators; it is compared with what was told last (at first: seen first), so that small moves add up. A campaign is looked at once per batch, and when its limit, status or due time changed: mark_finish_date
-- marks it then, and no other is read (10,000 that wait: 38 ms a sweep when each was). The finish
-- date is of the forecast: contacts that will be skipped or deferred move it, too. Called by every sweep; while the engine
-- sleeps marks wait. Locks: marks that another sweep holds are left to it. Repeatable.
create or replace function daybatch.note_finish_dates()
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_campaign record;
  v_finish_at timestamptz;
  v_has_moved boolean;
  v_noted integer := 0;
begin
  if not daybatch.is_awake() then
    return 0;
  end if;
  for v_campaign in
    -- one statement, one snapshot: the change of a mark that is taken is seen
    with taken as (
      delete from daybatch.finish_marks as m
      where m.mark_id = any (array(select o.mark_id from daybatch.finish_marks as o for update skip locked))
      returning m.campaign_id
    )
    select c.id, f.finish_at, concat_ws(' ', c.current_batch_number, c.daily_send_limit, c.batch_interval, c.next_batch_send_time, c.total_contacts) as state,
      least(interval '1 hour', coalesce(c.batch_interval, interval '24 hours') / 10) as tolerance
    from (select distinct t.campaign_id from taken as t) as k
    join public.campaigns as c on c.id = k.campaign_id
    left join daybatch.finish_dates as f on f.campaign_id = c.id
    where c.status::text = 'sending' and c.tracking_initialised_at is not null
      and f.looked_at_state is distinct from concat_ws(' ', c.current_batch_number, c.daily_send_limit, c.batch_interval, c.next_batch_send_time, c.total_contacts)
    order by c.id
  loop
    select f.finish_at into v_finish_at from daybatch.forecast_finish(v_campaign.id) as f;
    v_has_moved := coalesce(v_finish_at - v_campaign.finish_at not between -v_campaign.tolerance and v_campaign.tolerance, false);
    if v_has_moved then
      perform daybatch.record_notice(v_campaign.id, 'finish_moved', jsonb_build_object('from', v_campaign.finish_at, 'to', v_finish_at));
      v_noted := v_noted + 1;
    end if;
    insert into daybatch.finish_dates (campaign_id, looked_at_state, finish_at) values (v_campaign.id, v_campaign.state, v_finish_at)
    on conflict (campaign_id) do update set looked_at_state = excluded.looked_at_state,
      finish_at = case when v_has_moved or v_campaign.finish_at is null then excluded.finish_at else v_campaign.finish_at end;
  end loop;
  return v_noted;
end;
$$;

comment on function daybatch.note_finish_dates() is
  'Tells operators of forecast finish dates that moved (part of every sweep). Example: select daybatch.note_finish_dates();';
