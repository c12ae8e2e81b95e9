-- The intent, committed before any message data leaves: claimed -> sending. A worker calls it after the server's 354
-- (RFC 5321 4.1.1.4), many mails at once, and sends data only for those with may_send after its commit.
-- Refused as a whole when the campaign is not sending, the batch is past its cut-off, its send window is
-- closed or the engine sleeps; refused
-- singly when the claim expired or another worker has the delivery.
-- First attempts that go on after a standstill of more than an hour (a tenth of a short interval) restart the
-- spacing: the next batch is due one interval from now, so that no day gets more than its limit. last_begun_at is at most a
-- 3600th of that time behind, which makes a standstill longer, never shorter. The retry of a mail
-- that its recipient's server deferred in this batch is no first attempt: greylisting moves no grid.
-- p_claim_tokens and p_delivery_ids are parallel arrays; the answer has a row for each place, in the same order.
-- Locks: campaign, batch, deliveries. Repeatable: what is sending already under the same token is answered
-- may_send = false ("begun before"), never begun twice.
create or replace function daybatch.begin_sending(p_campaign_id uuid, p_claim_tokens uuid[], p_delivery_ids bigint[])
returns table (delivery_id bigint, may_send boolean, refusal text)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_campaign record;
  v_batch daybatch.batches;
  v_now timestamptz;
  v_refusal text;
  v_live uuid[];
  v_places bigint[];
  v_place bigint;
  v_may_send boolean[];
  v_ids bigint[];
  v_first_attempt boolean;
  v_standstill interval;
  v_next_due timestamptz;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  select b.* into v_batch from daybatch.batches as b where b.campaign_id = p_campaign_id and b.closed_at is null for no key update;
  v_now := daybatch.current_moment();
  v_refusal := case
    when v_campaign.status <> 'sending' then 'the campaign is ' || v_campaign.status
    when v_batch.campaign_id is null then 'the batch is closed'
    when v_now >= v_batch.cut_off_at then 'the batch is past its cut-off'
    when v_now >= v_batch.window_ends_at then 'the send window is closed'
    when not daybatch.is_awake() then 'the engine is asleep'
  end;
  if v_refusal is not null then
    return query select w.delivery_id, false, v_refusal from unnest(p_delivery_ids) with ordinality as w (delivery_id, place) order by w.place;
    return;
  end if;

  v_live := array(
    select k.claim_token from daybatch.claims as k where k.claim_token = any (p_claim_tokens) and k.expires_at > v_now
  );
  -- by place, not by delivery: of two claims that name one delivery in one call only the live one may send
  select coalesce(array_agg(f.place), '{}'), coalesce(array_agg(f.delivery_id), '{}'), coalesce(bool_or(f.is_first_attempt), false)
  into v_places, v_ids, v_first_attempt
  from (
    select distinct on (d.delivery_id) w.place, d.delivery_id, d.deferred_since is null as is_first_attempt
    from unnest(p_claim_tokens, p_delivery_ids) with ordinality as w (claim_token, delivery_id, place)
    -- by key, as in settle_reports
    cross join lateral (select f.* from daybatch.deliveries as f where f.delivery_id = w.delivery_id limit 1) as d
    where w.claim_token = any (v_live) and d.claim_token = w.claim_token
      and d.campaign_id = p_campaign_id and d.status = 'claimed'
    order by d.delivery_id, w.place
  ) as f;

  v_standstill := least(interval '1 hour', v_batch.batch_interval / 10);
  -- the rolling limit keeps the distance slot by slot: its waits restart nothing
  if v_first_attempt and not coalesce(v_batch.sending_rules ? 'rolling_interval', false) and v_now - coalesce(v_batch.last_begun_at, v_batch.opened_at)
    -- between two mails of a batch that is spread is no standstill
    > v_standstill + coalesce(v_batch.slot_gap, interval '0')
  then
    v_next_due := daybatch.calculate_due_time(v_now + v_batch.batch_interval, daybatch.get_sending_rules(p_campaign_id));
    update daybatch.batches as b set spaced_from = v_now where b.campaign_id = p_campaign_id and b.batch_number = v_batch.batch_number;
    perform daybatch.mark_engine_writes(true);
    update public.campaigns as c set next_batch_send_time = v_next_due where c.id = p_campaign_id;
    perform daybatch.mark_engine_writes(false);
    perform daybatch.enqueue_batch(p_campaign_id, v_batch.batch_number + 1, v_next_due);
    perform daybatch.record_event(p_campaign_id, 'spacing_restarted', jsonb_build_object('batch_number', v_batch.batch_number,
      'next_batch_send_time', v_next_due));
  end if;

  if cardinality(v_ids) > 0 then
    update daybatch.deliveries as d set status = 'sending', sending_at = v_now where d.delivery_id = any (v_ids);
    perform daybatch.count_hand_overs(v_batch, p_claim_tokens, v_ids, v_now) where v_batch.is_counted;
    -- a 354 was seen: the server takes mail again. Not in every call: the row is wide, and a second is nothing to a standstill of an hour
    if coalesce(v_now - v_batch.last_begun_at not between interval '0' and v_standstill / 3600, true) or v_batch.refusal_count > 0
      or num_nonnulls(v_batch.refused_since, v_batch.refused_until, v_batch.refusal) > 0
    then
      update daybatch.batches as b
      set last_begun_at = v_now, refused_since = null, refused_until = null, refusal = null, refusal_count = 0
      where b.campaign_id = p_campaign_id and b.batch_number = v_batch.batch_number;
    end if;
  end if;
  -- a place of its own for each: looking for it among v_places took 7 us a mail in calls of 500
  v_may_send := array_fill(false, array[coalesce(cardinality(p_delivery_ids), 0)]);
  foreach v_place in array v_places loop
    v_may_send[v_place] := true;
  end loop;
  return query
    select w.delivery_id, v_may_send[w.place],
      case when not v_may_send[w.place] then 'the claim is lost, or the mail was begun before' end
    from unnest(p_delivery_ids) with ordinality as w (delivery_id, place)
    order by w.place;
end;
$$;

comment on function daybatch.begin_sending(uuid, uuid[], bigint[]) is
  'Commits the intent to send before the message data leaves; only deliveries answered may_send = true may go out. Example: select b.* from public.campaigns as c, daybatch.begin_sending(c.id, array[gen_random_uuid()], array[1]) as b where c.name = ''Spring offer'';';
