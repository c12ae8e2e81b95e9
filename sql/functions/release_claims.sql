-- A live worker gives back what it claimed and has not begun (it stops, or its begin was refused); what is sending
-- stays with it. Claims of a deleted campaign go. Locks: per campaign, in the order of their ids: campaign, batch,
-- deliveries, claims. Repeatable.
create or replace function daybatch.release_claims(p_claim_tokens uuid[])
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_campaign_id uuid;
  v_released integer := 0;
begin
  delete from daybatch.claims as k
  where k.claim_token = any (p_claim_tokens) and not exists (select from public.campaigns as c where c.id = k.campaign_id);
  for v_campaign_id in
    select distinct k.campaign_id from daybatch.claims as k where k.claim_token = any (p_claim_tokens) order by 1
  loop
    v_released := v_released + daybatch.return_claims(v_campaign_id, p_claim_tokens, false);
  end loop;
  return v_released;
end;
$$;

comment on function daybatch.release_claims(uuid[]) is
  'Gives back what a worker claimed and has not begun; returns how many. Example: select daybatch.release_claims(array[gen_random_uuid()]);';
