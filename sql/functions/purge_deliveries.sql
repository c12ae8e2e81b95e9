-- Retention: deletes the tries (with the servers' words) of campaigns that ended longer than p_older_than ago, at most
-- p_limit a call; call it until it answers 0. The deliveries stay: they are the never-twice key. The newest attempt stays
-- too: its id is the installation's high-water mark. Locks: the deleted rows. Repeatable. Errors: MB017 below a day.
create or replace function daybatch.purge_deliveries(p_older_than interval default interval '8760 hours', p_limit integer default 10000)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_purged integer;
begin
  if p_older_than is null or p_older_than < interval '24 hours' then
    raise exception using errcode = 'MB017', message = 'purge_deliveries keeps at least the last 24 hours', hint = 'Example: select daybatch.purge_deliveries(interval ''8760 hours'');';
  end if;
  delete from daybatch.delivery_attempts as a
  where a.attempt_id in (
    select o.attempt_id
    from daybatch.delivery_attempts as o
    where o.ended_at < daybatch.current_moment() - p_older_than
      and o.outcome <> 'in_doubt'
      and o.attempt_id < (select max(m.attempt_id) from daybatch.delivery_attempts as m)
      and not exists (select from public.campaigns as c where c.id = o.campaign_id and c.status::text in ('sending', 'scheduled', 'paused'))
    order by o.attempt_id limit p_limit);
  get diagnostics v_purged = row_count;
  return v_purged;
end;
$$;

comment on function daybatch.purge_deliveries(interval, integer) is
  'Deletes old tries in bounded steps; never-twice keys and totals stay. Example: select daybatch.purge_deliveries(interval ''8760 hours'', 1000);';
