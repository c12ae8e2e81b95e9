-- Retention: deletes the tries (with the servers' words) of campaigns whose last batch closed longer than p_older_than
-- ago and that send no more, at most p_limit a call; call it until it answers 0. The deliveries stay: they are the
-- never-twice key. Tries in doubt stay, so that a late reply still finds its doubt, and so does the newest one: its id is
-- the installation's high-water mark. After it the proofs tell of the tries that are left.
-- Locks: the deleted rows. Repeatable. Errors: MB017 below a day, or a limit below 1.
create or replace function daybatch.purge_deliveries(p_older_than interval default interval '8760 hours', p_limit integer default 10000)
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_before timestamptz := daybatch.current_moment() - p_older_than;
  v_purged integer;
begin
  if p_older_than is null or p_older_than < interval '24 hours' then
    raise exception using errcode = 'MB017', message = 'purge_deliveries keeps at least the last 24 hours', hint = 'Example: select daybatch.purge_deliveries(interval ''8760 hours'');';
  elsif coalesce(p_limit, 0) < 1 then
    raise exception using errcode = 'MB017', message = 'purge_deliveries needs a limit of at least 1', hint = 'Example: select daybatch.purge_deliveries(interval ''8760 hours'', 10000);';
  end if;
  -- by campaign, then by its index: a campaign purged before costs one look, one that still sends none
  delete from daybatch.delivery_attempts as a
  where a.attempt_id = any (array(
    select o.attempt_id
    from (
      select b.campaign_id from daybatch.batches as b
      where not exists (select from public.campaigns as c where c.id = b.campaign_id and c.status::text in ('sending', 'scheduled', 'paused'))
      group by b.campaign_id having max(coalesce(b.closed_at, 'infinity')) < v_before
    ) as e
    cross join lateral (
      select t.attempt_id from daybatch.delivery_attempts as t
      where t.campaign_id = e.campaign_id and t.ended_at < v_before and t.outcome <> 'in_doubt'
        and t.attempt_id < (select max(m.attempt_id) from daybatch.delivery_attempts as m)
      limit p_limit
    ) as o
    limit p_limit));
  get diagnostics v_purged = row_count;
  return v_purged;
end;
$$;

comment on function daybatch.purge_deliveries(interval, integer) is
  'Deletes old tries in bounded steps; never-twice keys and totals stay. Example: select daybatch.purge_deliveries(interval ''8760 hours'', 1000);';
