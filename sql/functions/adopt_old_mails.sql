-- Puts what an older method did to a campaign into the ledger: the mails that daybatch.legacy_mailed tells of, and
-- arrays the older version had filled. They become rows of a closed root batch, counted at the last old mail.
-- Answers one row of nulls when there is nothing old. Called by initialize_contact_tracking only.
-- Locks: the campaign's, held by the caller. Not repeatable: tracking is initialised once.
create or replace function daybatch.adopt_old_mails(p_campaign_id uuid, p_audience uuid[])
returns table (root_number integer, audience uuid[], remaining uuid[], processed uuid[], failed uuid[],
  first_mailed_at timestamptz, next_due_at timestamptz)
language plpgsql volatile security definer set search_path = '' set jit = off set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
  v_now timestamptz := daybatch.current_moment();
  v_old record;
  v_campaign record;
  v_key bytea;
begin
  if not exists (select from daybatch.old_mails as m where m.campaign_id = p_campaign_id)
  then
    return query select null::integer, null::uuid[], null::uuid[], null::uuid[], null::uuid[], null::timestamptz, null::timestamptz;
    return;
  end if;

  select coalesce(c.batch_interval, interval '24 hours') as batch_interval, coalesce(c.daily_send_limit, 5) as send_limit,
    c.first_batch_sent_at, c.next_batch_send_time, h.last_at, coalesce(h.root_number, 0) as root_number
  into v_campaign
  from public.campaigns as c
  cross join lateral (
    select max((e.entry ->> 'batch_number')::integer) as root_number,
      max((e.entry ->> 'timestamp')::timestamptz) filter (where e.entry ->> 'timestamp' ~ '^\d{4}-\d\d-\d\d[T ]\d\d:\d\d') as last_at
    from jsonb_path_query(c.batch_history, '$[*] ? (@.type() == "object")') as e (entry)
  ) as h
  where c.id = p_campaign_id;

  -- the next batch keeps its interval from the last mail that may have gone out, by whatever tells of it
  select min(m.mailed_at) as first_at, max(m.mailed_at) as tried_at, max(m.mailed_at) filter (where m.state <> 'failed') as last_at
  into v_old
  from daybatch.legacy_mailed as m where m.campaign_id = p_campaign_id;
  v_old.last_at := least(v_now, coalesce(greatest(v_old.last_at, v_campaign.last_at), v_old.tried_at, v_campaign.first_batch_sent_at,
    v_campaign.next_batch_send_time - v_campaign.batch_interval, v_now));
  insert into daybatch.batches (campaign_id, batch_number, send_limit, batch_interval, source, due_at, opened_at, counted_at,
    spaced_from, cut_off_at, closed_at, sent_count, failed_count, skipped_count, in_doubt_count, returned_count, remaining_count)
  values (p_campaign_id, v_campaign.root_number, v_campaign.send_limit, v_campaign.batch_interval, 'old_method', v_old.last_at, v_old.last_at, v_old.last_at,
    v_old.last_at, v_old.last_at, v_now, 0, 0, 0, 0, 0, 0);

  select s.value into v_key from daybatch.secrets as s where s.name = 'address_key';
  insert into daybatch.deliveries (campaign_id, contact_id, batch_number, send_limit, status, address_key, settled_at, evidence, reason)
  select p_campaign_id, o.contact_id, v_campaign.root_number, v_campaign.send_limit, o.status,
    -- two old mails to one address happened: only the first row holds the key
    case when p.email is not null and row_number() over (partition by lower(p.email) order by o.status = 'failed', o.mailed_at, o.contact_id) = 1
      then sha256(v_key || convert_to(lower(p.email), 'UTF8')) end,
    coalesce(o.mailed_at, v_old.last_at), o.evidence, case when o.status <> 'sent' then 'old_method' end
  from daybatch.old_mails as o
  left join public.contacts as p on p.id = o.contact_id
  where o.campaign_id = p_campaign_id
  order by o.mailed_at, o.contact_id;
  update daybatch.batches as b set sent_count = n.sent, failed_count = n.failed + n.in_doubt, in_doubt_count = n.in_doubt
  from (
    select count(*) filter (where d.status = 'sent') as sent, count(*) filter (where d.status = 'failed') as failed,
      count(*) filter (where d.status = 'in_doubt') as in_doubt
    from daybatch.deliveries as d where d.campaign_id = p_campaign_id
  ) as n
  where b.campaign_id = p_campaign_id;
  perform daybatch.count_failures(p_campaign_id);

  return query
    select v_campaign.root_number,
      p_audience || coalesce(array_agg(d.contact_id order by d.delivery_id) filter (where a.contact_id is null), '{}'),
      (select coalesce(array_agg(a.contact_id order by a.rank), '{}') from unnest(p_audience) with ordinality as a (contact_id, rank)
        where not exists (select from daybatch.deliveries as d where d.campaign_id = p_campaign_id and d.contact_id = a.contact_id)),
      coalesce(array_agg(d.contact_id order by d.delivery_id) filter (where d.status = 'sent'), '{}'),
      coalesce(array_agg(d.contact_id order by d.delivery_id) filter (where d.status <> 'sent'), '{}'),
      v_old.first_at, v_old.last_at + v_campaign.batch_interval
    from daybatch.deliveries as d
    left join unnest(p_audience) as a (contact_id) on a.contact_id = d.contact_id
    where d.campaign_id = p_campaign_id;
end;
$$;

comment on function daybatch.adopt_old_mails(uuid, uuid[]) is
  'Takes the mails of an older method into the ledger of a campaign (part of initialize_contact_tracking). Example: select root_number from daybatch.adopt_old_mails(''00000000-0000-0000-0000-000000000000'', ''{}'');';
