-- After a crash: claims past their lease. claimed goes back to queued, sending becomes in doubt.
-- Called by every sweep and by idle workers. Bounded: at most p_limit claims a call. A campaign that fails (or that
-- was deleted) never stops the others. Locks: per campaign, in the order of their ids. Repeatable.
create or replace function daybatch.release_expired_claims(p_limit integer default 1000)
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_expired record;
  v_released integer := 0;
begin
  delete from daybatch.claims as k
  where k.expires_at <= daybatch.current_moment() and not exists (select from public.campaigns as c where c.id = k.campaign_id);
  for v_expired in
    select e.campaign_id, array_agg(e.claim_token) as tokens
    from (
      select k.campaign_id, k.claim_token from daybatch.claims as k
      where k.expires_at <= daybatch.current_moment() order by k.expires_at limit p_limit) as e
    group by e.campaign_id order by e.campaign_id
  loop
    begin
      v_released := v_released + daybatch.return_claims(v_expired.campaign_id, v_expired.tokens, true);
    exception when others then
      raise warning 'daybatch: claims of campaign % stay as they are: % (%)', v_expired.campaign_id, sqlerrm, sqlstate;
    end;
  end loop;
  return v_released;
end;
$$;

comment on function daybatch.release_expired_claims(integer) is
  'Releases claims of workers that died: claimed to queued, sending to in doubt. Example: select daybatch.release_expired_claims();';
