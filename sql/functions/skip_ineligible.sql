-- The look at the contact right before its mail: returns those of p_delivery_ids that may be claimed and settles the
-- others as skipped (deleted, unsubscribed, suppressed, invalid_address, duplicate_address), or as in doubt where a
-- first copy under the policy resend may have been accepted. A changed address gets
-- its new never-twice key; if another contact of the campaign has that address, this one is the duplicate.
-- Nearly always nothing changed since the opening: one look at all of them finds that out, and only when it finds
-- something are they taken one by one (measured for 500: 3 us a mail in place of 18).
-- Called by claim_deliveries only, which holds the campaign's lock. Repeatable.
create or replace function daybatch.skip_ineligible(p_campaign_id uuid, p_lists jsonb, p_delivery_ids bigint[])
returns bigint[]
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_now timestamptz := daybatch.current_moment();
  v_key bytea;
  v_lists uuid[] := array(select l::uuid from jsonb_array_elements_text(p_lists) as l);
  v_eligible bigint[] := array[]::bigint[];
  v_delivery record;
  v_reason text;
  v_is_doubtful boolean;
  v_is_unchanged boolean;
  -- nearly no campaign has any: asked once, not of each mail
  v_has_removed boolean := exists (select from daybatch.removed_contacts as m where m.campaign_id = p_campaign_id);
  v_has_copies boolean := exists (select from daybatch.resend_copies as r where r.campaign_id = p_campaign_id);
  v_policy text := (select c.in_doubt_policy from public.campaigns as c where c.id = p_campaign_id);
begin
  select s.value into v_key from daybatch.secrets as s where s.name = 'address_key';
  -- an address of the same key was valid at the opening; only in plain ASCII do its two spellings have the same length
  select array_agg(d.delivery_id order by d.slot),
    bool_and(coalesce(p.unsubscribed_at is null and sha256(v_key || convert_to(lower(p.email), 'UTF8')) = d.address_key
        and octet_length(p.email) = length(p.email), false)
      and not (v_has_removed and exists (select from daybatch.removed_contacts as m where m.campaign_id = p_campaign_id and m.contact_id = d.contact_id))
      and not exists (select from daybatch.suppressions as s where s.address_key = d.address_key)
      and not (v_has_copies and exists (select from daybatch.resend_copies as r where r.campaign_id = p_campaign_id and r.delivery_id = d.delivery_id)))
  into v_eligible, v_is_unchanged
  from daybatch.deliveries as d
  left join public.contacts as p on p.id = d.contact_id
  where d.delivery_id = any (p_delivery_ids);
  if v_is_unchanged then
    return v_eligible;
  end if;

  v_eligible := array[]::bigint[];
  for v_delivery in
    select d.delivery_id, d.status, d.address_key, a.address_key as current_key,
      r.delivery_id is not null as is_resend,
      case
        when p.id is null then 'deleted'
        when exists (select from daybatch.removed_contacts as m where m.campaign_id = p_campaign_id and m.contact_id = d.contact_id) then 'removed'
        when p.unsubscribed_at is not null then 'unsubscribed'
        when a.address_key is null then 'invalid_address'
        when exists (select from daybatch.suppressions as s
          where s.address_key in (a.address_key, d.address_key) and (s.list_id is null or s.list_id = any (v_lists))) then 'suppressed'
      end as reason
    from daybatch.deliveries as d
    left join public.contacts as p on p.id = d.contact_id
    left join daybatch.resend_copies as r on r.campaign_id = p_campaign_id and r.delivery_id = d.delivery_id
    left join lateral (
      select sha256(v_key || convert_to(lower(p.email), 'UTF8')) as address_key where daybatch.is_valid_address(p.email)
    ) as a on true
    where d.delivery_id = any (p_delivery_ids)
    order by d.slot
  loop
    v_reason := v_delivery.reason;
    -- a second copy of a mail in doubt goes where the first went
    if v_reason is null and not v_delivery.is_resend and v_delivery.current_key is distinct from v_delivery.address_key then
      begin
        update daybatch.deliveries as d set address_key = v_delivery.current_key where d.delivery_id = v_delivery.delivery_id;
      exception when unique_violation then
        v_reason := 'duplicate_address';
      end;
    end if;
    if v_reason is null then
      v_eligible := v_eligible || v_delivery.delivery_id;
    else
      -- a first copy in doubt may have been accepted: it stays in doubt, and its address taken, also when an erasure took the copy
      v_is_doubtful := (v_delivery.is_resend or v_policy = 'resend') and exists (
        select from daybatch.delivery_attempts as a
        where a.campaign_id = p_campaign_id and a.delivery_id = v_delivery.delivery_id and a.outcome = 'in_doubt');
      update daybatch.deliveries as d
      set status = case when v_is_doubtful then 'in_doubt' else 'skipped' end, reason = v_reason, settled_at = v_now,
        address_key = case when v_is_doubtful then d.address_key end, retry_at = null
      where d.delivery_id = v_delivery.delivery_id;
      perform daybatch.add_outcomes(p_campaign_id, p_in_doubt => v_is_doubtful::integer, p_skipped => (not v_is_doubtful)::integer,
        p_deferred => -(v_delivery.status = 'deferred')::integer);
    end if;
  end loop;
  return v_eligible;
end;
$$;

comment on function daybatch.skip_ineligible(uuid, jsonb, bigint[]) is
  'Settles as skipped those of the deliveries whose contact may not be mailed now, returns the others (part of claim_deliveries). Example: select daybatch.skip_ineligible(''00000000-0000-0000-0000-000000000000'', ''[]'', ''{}'');';
