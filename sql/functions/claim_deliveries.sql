-- Leases deliveries of a campaign's open batch to a worker: retries that are due first, then the next slots. Looks
-- again at the contact: gone, unsubscribed, suppressed or without a valid address, or with a new address that
-- somebody else of the campaign has, it is skipped (its slot stays used). Under the policy resend it keeps what the
-- mail is made of, so that a second copy has the same bytes.
-- The sending rules that the batch was opened with say how many, and how many first attempts (limit_claim).
-- A claim goes through one SMTP server of those that the caller can use (p_smtp_servers; null: default alone); one with
-- limits grants what it has room for, and send_in_ms says how long a mail waits before its data.
-- Called by the delivery loop with its number of free connections. No row: nothing to claim now (list_work says when).
-- Locks: campaign, batch, sender limit, SMTP server (with limits), domain limits, deliveries. Not repeatable: each call leases others.
-- Errors: MB001 unknown campaign, MB017 a limit below 1 or no worker id.
create or replace function daybatch.claim_deliveries(p_campaign_id uuid, p_worker_id text, p_limit integer default 10, p_smtp_servers text[] default null)
returns table (delivery_id bigint, claim_token uuid, lease_ms integer, batch_number integer, slot integer, contact_id uuid,
  attempt_number integer, email text, fields jsonb, message_version integer, message_key text, message_date timestamptz, unsubscribe_token text,
  smtp_server text, send_in_ms integer)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_campaign record;
  v_batch daybatch.batches;
  v_now timestamptz; v_limit integer := p_limit;
  v_ids bigint[]; v_claimed bigint[]; v_retries bigint[];
  v_token uuid := gen_random_uuid();
  v_unsubscribe_tokens text[]; v_tokens jsonb;
  v_lease interval; v_is_shared boolean;
  v_message_key bytea; v_address_key bytea;
  v_server record; v_waits integer[];
  v_slots integer; v_wanted integer; v_found integer; v_last_slot integer;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  if p_limit is null or p_limit < 1 or p_worker_id is null then
    raise exception using errcode = 'MB017', message = 'claim_deliveries needs a worker id and a limit of at least 1',
      hint = 'Example: select * from daybatch.claim_deliveries(campaign_id, ''psql'', 10);';
  end if;
  select b.* into v_batch from daybatch.batches as b where b.campaign_id = p_campaign_id and b.closed_at is null for no key update;
  v_now := daybatch.current_moment();
  if v_batch.campaign_id is null or v_campaign.status <> 'sending' or v_now >= v_batch.cut_off_at
    or v_now < v_batch.refused_until or v_now < v_batch.held_until or not daybatch.is_awake()
  then
    return;
  end if;
  select s.lease, s.has_shared_limits into v_lease, v_is_shared from daybatch.settings as s;
  if v_batch.sending_rules is not null or v_is_shared or v_batch.refused_since is not null then
    select a.mail_count, a.slot_count into v_limit, v_slots from daybatch.limit_claim(v_batch, v_limit, v_now) as a;
  end if;
  select f.name, f.is_limited into v_server from daybatch.find_smtp_server(p_campaign_id, v_batch.smtp_server, p_smtp_servers, v_now) as f;
  v_limit := case when v_server.is_limited then daybatch.grant_mails(v_server.name, v_limit, v_now) else v_limit end;
  if v_server.name is null or v_limit < 1 then
    return;
  elsif v_server.name <> coalesce(v_batch.smtp_server, 'default') then
    update daybatch.batches as b set smtp_server = v_server.name where b.campaign_id = p_campaign_id and b.batch_number = v_batch.batch_number;
  end if;

  loop
    v_ids := array(
      select d.delivery_id from daybatch.deliveries as d
      where d.campaign_id = p_campaign_id and d.batch_number = v_batch.batch_number and d.retry_at <= v_now
        -- a contact whose mail always looks like a refusing server must not be every probe
        and (v_batch.refused_since is null or v_batch.next_slot > v_batch.slot_count)
        -- a mail in doubt is repeated, under the policy resend, only by the server that had it
        and (v_campaign.in_doubt_policy <> 'resend' or not exists (select from daybatch.delivery_attempts as a where a.campaign_id = p_campaign_id
          and a.delivery_id = d.delivery_id and a.outcome = 'in_doubt' and coalesce(a.smtp_server, 'default') <> v_server.name))
      order by d.retry_at limit v_limit);
    v_retries := v_ids; v_wanted := least(v_limit - cardinality(v_ids), v_slots);
    if v_wanted > 0 and v_batch.next_slot <= v_batch.slot_count then
      select v_ids || coalesce(array_agg(s.delivery_id), '{}'), max(s.slot), count(*)
      into v_ids, v_last_slot, v_found
      from (
        select d.delivery_id, d.slot from daybatch.deliveries as d
        where d.campaign_id = p_campaign_id and d.batch_number = v_batch.batch_number
          and d.slot >= v_batch.next_slot and d.status = 'queued'
        order by d.slot limit v_wanted) as s;
      v_batch.next_slot := case when v_found < v_wanted then v_batch.slot_count + 1 else v_last_slot + 1 end;
      v_slots := v_slots - v_found;
      update daybatch.batches as b set next_slot = v_batch.next_slot,
        next_slot_at = greatest(b.next_slot_at, v_now - interval '1 minute') + v_found * b.slot_gap
      where b.campaign_id = p_campaign_id and b.batch_number = v_batch.batch_number;
    end if;
    exit when cardinality(v_ids) = 0;
    v_ids := case when v_is_shared then daybatch.pass_over_domains(v_batch, v_ids, v_now) else v_ids end;
    v_claimed := daybatch.skip_ineligible(p_campaign_id, v_campaign.lists, v_ids);
    exit when cardinality(v_claimed) > 0;
  end loop;
  if coalesce(cardinality(v_claimed), 0) = 0 then
    return;
  end if;

  perform daybatch.add_outcomes(p_campaign_id, p_deferred => -(select count(*)::integer from unnest(v_retries) as r (id) where r.id = any (v_claimed))) where cardinality(v_retries) > 0;
  select s.value into v_message_key from daybatch.secrets as s where s.name = 'message_key';
  select s.value into v_address_key from daybatch.secrets as s where s.name = 'address_key';
  insert into daybatch.claims (claim_token, campaign_id, batch_number, worker_id, claimed_at, expires_at, delivery_ids, smtp_server)
  values (v_token, p_campaign_id, v_batch.batch_number, p_worker_id, v_now, v_now + v_lease, v_claimed, nullif(v_server.name, 'default'));
  perform daybatch.count_mails(v_batch, v_token, v_claimed) where v_is_shared or v_batch.sending_rules ? 'rolling_interval';
  v_waits := case when v_server.is_limited then daybatch.book_mails(v_server.name, cardinality(v_claimed), v_now) end;
  v_unsubscribe_tokens := daybatch.make_tokens('unsubscribe', array(select int8send(c.id) from unnest(v_claimed) with ordinality as c (id, place) order by c.place));
  -- an object: joining an array by its values is a loop in a loop for a planner that does not know its length
  v_tokens := jsonb_object(v_claimed::text[], v_unsubscribe_tokens);
  perform daybatch.keep_resend_copies(p_campaign_id, v_batch.message_version, v_claimed, v_unsubscribe_tokens, v_now) where v_campaign.in_doubt_policy = 'resend';
  return query
    with claimed as (
      update daybatch.deliveries as d set status = 'claimed', claim_token = v_token, retry_at = null
      where d.delivery_id = any (v_claimed)
      returning d.delivery_id, d.slot, d.contact_id, d.attempt_count, d.address_key
    )
    select d.delivery_id, v_token, (extract(epoch from v_lease) * 1000)::integer, v_batch.batch_number, d.slot, d.contact_id,
      d.attempt_count + 1, coalesce(r.email, p.email), coalesce(r.fields, coalesce(p.attributes, '{}') || (to_jsonb(p) - 'attributes')),
      coalesce(r.message_version, v_batch.message_version),
      left(encode(sha256(v_message_key || uuid_send(p_campaign_id) || uuid_send(d.contact_id)), 'hex'), 40),
      coalesce(r.message_date, v_now), coalesce(r.unsubscribe_token, v_tokens ->> d.delivery_id::text), v_server.name, v_waits[row_number() over (order by d.slot)]
    from claimed as d
    join public.contacts as p on p.id = d.contact_id
    left join daybatch.resend_copies as r on r.campaign_id = p_campaign_id and r.delivery_id = d.delivery_id
    -- an address that changed since skip_ineligible looked, a moment ago: not sent to; the lease ends, and it is looked at again
    where sha256(v_address_key || convert_to(lower(coalesce(r.email, p.email)), 'UTF8')) = d.address_key
    order by d.slot;
end;
$$;

comment on function daybatch.claim_deliveries(uuid, text, integer, text[]) is
  'Leases up to p_limit deliveries of the open batch to a worker, ready to be sent. Example: select k.delivery_id, k.slot from public.campaigns as c, daybatch.claim_deliveries(c.id, ''psql'', 1) as k where c.name = ''Spring offer'';';
