-- Suppresses the addresses that a server has just refused for good, as the rule of the answer says: at once where the
-- mailbox does not exist (reply_rules.suppress_after 1), at the second time where the answer is unclear (2); refusals count
-- over all campaigns. retry_failed takes it back.
-- Called by report_outcomes under the campaign's lock, after settle_reports wrote the attempts. Locks: the addresses, in
-- their order. Not repeatable: it is told each settled report once. Returns how many are suppressed by it.
create or replace function daybatch.suppress_refused(p_campaign_id uuid, p_delivery_ids bigint[], p_claim_tokens uuid[], p_now timestamptz)
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_refused record;
  v_count integer;
  v_suppressed integer := 0;
begin
  for v_refused in
    select d.address_key, r.suppress_after
    from unnest(p_delivery_ids, p_claim_tokens) as s (delivery_id, claim_token)
    join daybatch.deliveries as d on d.delivery_id = s.delivery_id and d.address_key is not null
    cross join lateral (
      select t.rule, t.outcome from daybatch.delivery_attempts as t
      where t.campaign_id = p_campaign_id and t.delivery_id = s.delivery_id and t.claim_token = s.claim_token
      order by t.attempt_id desc limit 1
    ) as a
    join daybatch.reply_rules as r on r.rule = a.rule and r.suppress_after is not null
    where a.outcome = 'failed'
    order by d.address_key
  loop
    insert into daybatch.refused_addresses as f (address_key, refusal_count, refused_at)
    values (v_refused.address_key, 1, p_now)
    on conflict (address_key) do update set refusal_count = f.refusal_count + 1, refused_at = excluded.refused_at
    returning f.refusal_count into v_count;
    if v_count >= v_refused.suppress_after and daybatch.write_suppression(v_refused.address_key, null, 'bounced', 'smtp') then
      v_suppressed := v_suppressed + 1;
    end if;
  end loop;
  return v_suppressed;
end;
$$;

comment on function daybatch.suppress_refused(uuid, bigint[], uuid[], timestamptz) is
  'Suppresses addresses that a server refused for good (part of report_outcomes). Example: select daybatch.suppress_refused(null, ''{}'', ''{}'', daybatch.current_moment());';
