-- Takes claims of one campaign back: what is claimed goes to queued (nothing was sent) and the cursor of the batch
-- is set back to it; what is sending becomes in doubt when p_expired (the worker is gone), else stays with its claim.
-- Under the policy resend a mail in doubt is tried again, with the same bytes; the doubt stands in its attempts.
-- Called by release_claims, release_expired_claims and close_batch. Locks: campaign (again), batch, deliveries, claims.
-- Repeatable. Returns how many deliveries were given back or became doubtful.
create or replace function daybatch.return_claims(p_campaign_id uuid, p_claim_tokens uuid[], p_expired boolean)
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_campaign record;
  v_batch daybatch.batches;
  v_settings daybatch.settings;
  v_now timestamptz;
  v_tokens uuid[];
  v_first_slot integer;
  v_returned integer;
  v_doubtful integer := 0;
  v_lost record;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  select b.* into v_batch from daybatch.batches as b where b.campaign_id = p_campaign_id and b.closed_at is null for no key update;
  select s.* into v_settings from daybatch.settings as s;
  v_now := daybatch.current_moment();
  v_tokens := array(
    select k.claim_token from daybatch.claims as k
    where k.campaign_id = p_campaign_id and k.claim_token = any (p_claim_tokens) and (not p_expired or k.expires_at <= v_now)
    order by k.claim_token for no key update);

  with returned as (
    update daybatch.deliveries as d set status = 'queued', claim_token = null
    from daybatch.claims as k
    where k.claim_token = any (v_tokens) and d.delivery_id = any (k.delivery_ids)
      and d.claim_token = k.claim_token and d.status = 'claimed'
    returning d.delivery_id, d.slot
  ),
  forgotten as (
    -- nothing was sent: the next claim makes its mail anew
    delete from daybatch.resend_copies as c using returned as r
    where c.campaign_id = p_campaign_id and c.delivery_id = r.delivery_id
      and not exists (
        select from daybatch.delivery_attempts as a
        where a.campaign_id = p_campaign_id and a.delivery_id = r.delivery_id and a.outcome = 'in_doubt')
  )
  select count(*), min(r.slot) into v_returned, v_first_slot from returned as r;
  if v_returned > 0 then
    update daybatch.batches as b set next_slot = least(b.next_slot, v_first_slot)
    where b.campaign_id = p_campaign_id and b.batch_number = v_batch.batch_number;
  end if;
  if v_batch.is_counted then
    -- nothing was handed over: it does not count
    delete from daybatch.counted_mails as m where m.claim_token = any (v_tokens) and m.counts_until is null;
  end if;

  if p_expired then
    with lost as (
      select d.delivery_id, d.batch_number, d.slot, d.attempt_count, d.deferral_count, d.claim_token, k.worker_id, k.smtp_server, d.sending_at,
        v_campaign.in_doubt_policy = 'resend' and d.deferral_count + 1 < v_settings.deferral_limit as is_tried_again
      from daybatch.claims as k
      join daybatch.deliveries as d on d.delivery_id = any (k.delivery_ids) and d.claim_token = k.claim_token and d.status = 'sending'
      where k.claim_token = any (v_tokens)
    ),
    doubtful as (
      update daybatch.deliveries as d set
        status = case when l.is_tried_again then 'deferred' else 'in_doubt' end,
        settled_at = case when not l.is_tried_again then v_now end,
        retry_at = case when l.is_tried_again then v_now end,
        deferral_count = d.deferral_count + l.is_tried_again::integer,
        deferred_since = case when l.is_tried_again then coalesce(d.deferred_since, v_now) else d.deferred_since end,
        attempt_count = d.attempt_count + 1,
        reason = case when not l.is_tried_again then 'worker_lost' end
      from lost as l where d.delivery_id = l.delivery_id
      returning l.is_tried_again
    ),
    attempts as (
      insert into daybatch.delivery_attempts (campaign_id, delivery_id, batch_number, slot, attempt_number, claim_token, worker_id,
        smtp_server, sending_at, ended_at, stage, rule, outcome)
      select p_campaign_id, l.delivery_id, l.batch_number, l.slot, l.attempt_count + 1, l.claim_token, l.worker_id, l.smtp_server, l.sending_at, v_now,
        'lease', 'worker_lost', 'in_doubt'
      from lost as l
      returning 1
    )
    select count(*)::integer as doubtful, (count(*) filter (where d.is_tried_again))::integer as tried_again, (select count(*) from attempts) as written into v_lost from doubtful as d;
    v_doubtful := v_lost.doubtful;
    perform daybatch.add_outcomes(p_campaign_id, p_in_doubt => v_doubtful - v_lost.tried_again, p_deferred => v_lost.tried_again) where v_doubtful > 0;
    delete from daybatch.claims as k where k.claim_token = any (v_tokens);
  else
    with still_open as (
      select k.claim_token, array(
        select d.delivery_id from daybatch.deliveries as d
        where d.delivery_id = any (k.delivery_ids) and d.claim_token = k.claim_token and d.status = 'sending') as ids
      from daybatch.claims as k where k.claim_token = any (v_tokens)
    ),
    gone as (
      delete from daybatch.claims as k using still_open as s where k.claim_token = s.claim_token and cardinality(s.ids) = 0
    )
    update daybatch.claims as k set delivery_ids = s.ids
    from still_open as s where k.claim_token = s.claim_token and cardinality(s.ids) > 0;
  end if;
  if v_returned + v_doubtful > 0 then
    perform pg_notify('daybatch', jsonb_build_object('event', 'work', 'campaign_id', p_campaign_id)::text);
  end if;
  return v_returned + v_doubtful;
end;
$$;

comment on function daybatch.return_claims(uuid, uuid[], boolean) is
  'Takes a campaign''s claims back: claimed to queued, sending to in doubt when the worker is gone (part of release_claims). Example: select daybatch.return_claims(id, ''{}'', true) from public.campaigns limit 0;';
