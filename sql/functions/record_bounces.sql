-- Records bounces and complaints about accepted mails: a line in daybatch.bounces, the suppression of the address where it
-- is at fault or its owner complained, and a pause of the campaign whose rate is above its limit. Arrays, deliveries and
-- batches do not change: the mail was accepted. All reports of a call or none.
-- p_reports: an array of what classify_bounce and find_bounced_delivery read (tokens, email, message_id, word,
-- feedback_type, recipients), and event_at. From a mail (dsn, arf) only a token of ours counts: anybody can write one. A
-- provider's webhook was verified by the service; without a delivery of ours its address still counts.
-- p_signed_at: when the provider signed; older than a day (Amazon SNS: 75 minutes; it tries for an hour) is a replay.
-- Answers one row per report: recorded, known (it was there already), ignored (nothing that counts), unknown (none of ours).
-- Called by the service (webhooks, mailbox reader). Locks: the campaigns by id, then suppressions by key. Repeatable: the
-- same bounce counts once. Errors: MB017 an unknown source or no array, MB035 too old or from the future.
create or replace function daybatch.record_bounces(p_source text, p_reports jsonb, p_signed_at timestamptz default null)
returns table (place integer, result text, kind text, campaign_id uuid, delivery_id bigint, suppressed boolean)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz;
  v_is_signed boolean := p_source not in ('dsn', 'arf');
  v_found jsonb;
  v_bounce record;
  v_bounce_id bigint;
begin
  if p_source is null or p_source not in ('dsn', 'arf', 'ses', 'sendgrid', 'mailgun', 'postmark')
    or jsonb_typeof(p_reports) is distinct from 'array' or jsonb_array_length(p_reports) > 10000
  then
    raise exception using errcode = 'MB017', message = 'record_bounces needs a source and an array of at most 10000 reports',
      hint = 'Sources: dsn, arf, ses, sendgrid, mailgun, postmark.';
  end if;
  v_now := daybatch.current_moment();
  if p_signed_at < v_now - (case p_source when 'ses' then interval '75 minutes' else interval '24 hours' end) or p_signed_at > v_now + interval '15 minutes' then
    raise exception using errcode = 'MB035', message = format('a webhook of %s was signed at another time: nothing was recorded', p_source),
      hint = 'It is a replay, or the clock of the database server is wrong.';
  end if;
  select coalesce(jsonb_agg(jsonb_build_object('place', r.place, 'kind', k.kind, 'fault', k.is_address_fault, 'status_code', k.status_code,
    'reason', k.reason, 'campaign_id', d.campaign_id, 'delivery_id', d.delivery_id, 'address_key', encode(a.key, 'hex'),
    'event_at', r.report ->> 'event_at')), '[]')
  into v_found
  from jsonb_array_elements(p_reports) with ordinality as r (report, place)
  cross join lateral daybatch.classify_bounce(r.report) as k
  left join daybatch.deliveries as d on d.delivery_id = case when k.kind is not null then daybatch.find_bounced_delivery(r.report, v_is_signed) end
  left join lateral (
    select coalesce(d.address_key, case when v_is_signed and daybatch.is_valid_address(trim(r.report ->> 'email')) then daybatch.calculate_address_key(trim(r.report ->> 'email')) end) as key
  ) as a on true;

  perform 1 from public.campaigns as c
  where c.id in (select (f.value ->> 'campaign_id')::uuid from jsonb_array_elements(v_found) as f (value)) order by c.id for no key update;
  for v_bounce in
    select f.*, decode(f.address_key, 'hex') as key
    from jsonb_to_recordset(v_found) as f (place integer, kind text, fault boolean, status_code text, reason text, campaign_id uuid,
      delivery_id bigint, address_key text, event_at timestamptz)
    order by f.address_key, f.place
  loop
    place := v_bounce.place; kind := v_bounce.kind; campaign_id := v_bounce.campaign_id; delivery_id := v_bounce.delivery_id; suppressed := false;
    if v_bounce.kind is null or v_bounce.key is null then
      result := case when v_bounce.kind is null then 'ignored' else 'unknown' end;
      return next;
      continue;
    end if;
    insert into daybatch.bounces as b (campaign_id, delivery_id, address_key, kind, source, status_code, reason, event_at, recorded_at, has_suppressed)
    select v_bounce.campaign_id, v_bounce.delivery_id, v_bounce.key, v_bounce.kind, p_source, v_bounce.status_code, v_bounce.reason, v_bounce.event_at, v_now,
      v_bounce.kind = 'complaint' or (v_bounce.kind = 'hard' and (v_bounce.fault or exists (
        select from daybatch.bounces as o where o.address_key = v_bounce.key and o.kind = 'hard' and o.delivery_id is distinct from v_bounce.delivery_id)))
    on conflict do nothing
    returning b.bounce_id, b.has_suppressed into v_bounce_id, suppressed;
    result := case when v_bounce_id is null then 'known' else 'recorded' end;
    suppressed := coalesce(suppressed, false);
    if suppressed then
      -- a complaint outlasts a bounce: it is not lifted lightly
      perform daybatch.write_suppression(v_bounce.key, null, case v_bounce.kind when 'complaint' then 'complained' else 'bounced' end, p_source);
    end if;
    if result = 'recorded' then
      perform daybatch.record_event(v_bounce.campaign_id, case v_bounce.kind when 'complaint' then 'complained' else 'bounced' end,
        jsonb_strip_nulls(jsonb_build_object('delivery_id', v_bounce.delivery_id, 'kind', v_bounce.kind, 'status_code', v_bounce.status_code,
          'source', p_source, 'suppressed', suppressed,
          'contact_id', (select d.contact_id from daybatch.deliveries as d where d.delivery_id = v_bounce.delivery_id))));
    end if;
    return next;
  end loop;
  perform daybatch.judge_bounces(c.id)
  from (select distinct (f.value ->> 'campaign_id')::uuid as id from jsonb_array_elements(v_found) as f (value)) as c
  where c.id is not null order by c.id;
end;
$$;

comment on function daybatch.record_bounces(text, jsonb, timestamptz) is
  'Records bounces and complaints, suppresses addresses, pauses a campaign above its limits. Example: select * from daybatch.record_bounces(''postmark'', ''[{"email": "ada@example.org", "word": "permanent"}]'');';
