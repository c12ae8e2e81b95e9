-- The reports of live claims: attempt rows, new states, shrunk claims. Returns what else must happen: a
-- refusing server (words), a pause (reason), and which deliveries were settled. p_are_accepted: what are_acceptances says of them.
-- Called by report_outcomes only, which holds the campaign's lock. Repeatable: a second call finds no live claim.
create or replace function daybatch.settle_reports(p_campaign_id uuid, p_reports jsonb, p_now timestamptz, p_are_accepted boolean)
returns table (settled_count integer, settled_ids bigint[], settled_tokens uuid[], refusal text, pause_reason text)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_policy text;
  v_batch daybatch.batches;
  v_settled record;
begin
  select coalesce(c.in_doubt_policy, 'never') into v_policy from public.campaigns as c where c.id = p_campaign_id;
  select b.* into v_batch from daybatch.batches as b where b.campaign_id = p_campaign_id and b.closed_at is null;

  if p_are_accepted then
    select a.*, null::text as refusal, null::text as pause_reason into v_settled
    from daybatch.settle_accepted(p_campaign_id, p_reports, p_now) as a;
  else
    select a.* into v_settled from daybatch.settle_replies(p_campaign_id, p_reports, p_now) as a;
  end if;

  if v_settled.settled_count > 0 then
    if v_settled.settled_tokens[1] <> any (v_settled.settled_tokens) then
      -- in the order of extend_claims
      perform 1 from daybatch.claims as k where k.claim_token = any (v_settled.settled_tokens) order by k.claim_token for no key update;
    end if;
    with shrunk as (
      select k.claim_token, array(select unnest(k.delivery_ids) except select unnest(v_settled.settled_ids)) as open_ids
      from daybatch.claims as k where k.claim_token = any (v_settled.settled_tokens)
    ),
    gone as (
      delete from daybatch.claims as k using shrunk as s
      where k.claim_token = s.claim_token and cardinality(s.open_ids) = 0
    )
    update daybatch.claims as k set delivery_ids = s.open_ids
    from shrunk as s
    where k.claim_token = s.claim_token and cardinality(s.open_ids) > 0;
    perform daybatch.uncount_refused(v_batch, v_settled.settled_tokens, p_now) where v_batch.is_counted;
    if v_policy = 'resend' then
      -- once in doubt, the copy stays until the end: a later try must have the same bytes
      delete from daybatch.resend_copies as r
      where r.campaign_id = p_campaign_id and r.delivery_id = any (v_settled.settled_ids)
        and not exists (
          select from daybatch.delivery_attempts as a
          join daybatch.deliveries as d on d.delivery_id = a.delivery_id and d.settled_at is null
          where a.campaign_id = p_campaign_id and a.delivery_id = r.delivery_id and a.outcome = 'in_doubt');
    end if;
  end if;
  return query select v_settled.settled_count, v_settled.settled_ids, v_settled.settled_tokens, v_settled.refusal, v_settled.pause_reason;
end;
$$;

comment on function daybatch.settle_reports(uuid, jsonb, timestamptz, boolean) is
  'Settles reports of live claims (part of report_outcomes). Example: select settled_count from daybatch.settle_reports(''00000000-0000-0000-0000-000000000000'', ''[]'', daybatch.current_moment(), true);';
