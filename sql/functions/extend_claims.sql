-- The heartbeat of a worker: its live claims last one lease more. A token that is not answered is lost: its mails
-- must not be begun. A clock that was set back never shortens a lease. Locks: claims, in the order of their tokens.
-- Repeatable.
create or replace function daybatch.extend_claims(p_claim_tokens uuid[])
returns table (claim_token uuid, lease_ms integer)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz;
  v_lease interval;
begin
  perform 1 from daybatch.claims as k where k.claim_token = any (p_claim_tokens) order by k.claim_token for no key update;
  v_now := daybatch.current_moment();
  select s.lease into v_lease from daybatch.settings as s;
  return query
    update daybatch.claims as k set expires_at = greatest(k.expires_at, v_now + v_lease)
    where k.claim_token = any (p_claim_tokens) and k.expires_at > v_now
    returning k.claim_token, (extract(epoch from v_lease) * 1000)::integer;
end;
$$;

comment on function daybatch.extend_claims(uuid[]) is
  'Heartbeat: prolongs live claims by a lease and returns them; a missing token is lost. Example: select * from daybatch.extend_claims(array[gen_random_uuid()]);';
