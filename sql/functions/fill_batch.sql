-- Selects the contacts of a batch that open_batch has just inserted: from the head of remaining, in order, until the
-- limit is filled by eligible ones or nobody is left. Skipped ones get their row with the reason and no slot; a
-- contact that was deferred before moves its row to this batch. Whom the limit of a recipient domain leaves out is passed
-- over: deferred without a slot, and back in remaining, in its order, at the close; at most 50,000 are passed over.
-- The arrays are only read, until close_batch. In chunks: a run of ineligible contacts costs a few passes, not one each.
-- Locks: the campaign's, held by the caller. Errors: MB021 arrays and ledger disagree.
create or replace function daybatch.fill_batch(p_campaign_id uuid, p_batch_number integer)
returns table (delivery_count integer, skipped_count integer)
language plpgsql volatile security definer set search_path = '' set jit = off set work_mem = '64MB'
as $$
#variable_conflict use_column
declare
  v_now timestamptz := daybatch.current_moment();
  v_key bytea; v_lists uuid[];
  v_has_copies boolean; v_policy text;
  v_has_domains boolean := exists (select from daybatch.domain_limits); v_domains jsonb := '{}';
  v_limit integer; v_available integer; v_chunk integer;
  v_offset integer := 0; v_filled integer := 0; v_passed integer := 0;
  v_counts record;
begin
  select s.value into v_key from daybatch.secrets as s where s.name = 'address_key';
  select b.send_limit into v_limit from daybatch.batches as b where b.campaign_id = p_campaign_id and b.batch_number = p_batch_number;
  select jsonb_array_length(c.contacts_remaining), array(select l::uuid from jsonb_array_elements_text(to_jsonb(c.contact_list_ids)) as l),
    exists (select from daybatch.resend_copies as r where r.campaign_id = p_campaign_id), c.in_doubt_policy
  into v_available, v_lists, v_has_copies, v_policy
  from public.campaigns as c where c.id = p_campaign_id;
  v_chunk := least(v_limit, 49990) + 10;

  while v_filled < v_limit and v_offset < v_available and v_passed < 50000 loop
    with chunk as materialized (
      select e.contact_id::uuid as contact_id, e.rank
      from public.campaigns as c,
        jsonb_array_elements_text(jsonb_path_query_array(c.contacts_remaining, '$[$from to $to]',
          jsonb_build_object('from', v_offset, 'to', v_offset + v_chunk - 1))) with ordinality as e (contact_id, rank)
      where c.id = p_campaign_id
    ),
    judged as materialized ( -- else each address is looked up twice: for the sort and above it
      select k.contact_id, k.rank, a.address_key, l.domain, least(l.batch_limit, l.daily_limit) - coalesce((v_domains ->> l.domain)::integer, 0) as domain_room,
        case
          when p.id is null then 'deleted'
          when exists (select from daybatch.removed_contacts as r where r.campaign_id = p_campaign_id and r.contact_id = k.contact_id) then 'removed'
          when p.unsubscribed_at is not null then 'unsubscribed'
          when a.address_key is null then 'invalid_address'
          when exists (select from daybatch.suppressions as s
            where s.address_key = a.address_key and (s.list_id is null or s.list_id = any (v_lists))) then 'suppressed'
          when exists (select from daybatch.deliveries as d
            where d.campaign_id = p_campaign_id and d.address_key = a.address_key and d.contact_id <> k.contact_id) then 'duplicate_address'
        end as reason
      from chunk as k
      left join public.contacts as p on p.id = k.contact_id
      left join daybatch.domain_limits as l on v_has_domains and l.domain = lower(split_part(p.email, '@', 2))
      -- a second copy of a mail in doubt goes to the address that the first went to
      left join lateral (
        select coalesce(case when v_has_copies then (select d.address_key from daybatch.deliveries as d
          join daybatch.resend_copies as r on r.campaign_id = d.campaign_id and r.delivery_id = d.delivery_id
          where d.campaign_id = p_campaign_id and d.contact_id = k.contact_id) end, sha256(v_key || convert_to(lower(p.email), 'UTF8'))) as address_key
        -- the plain look of judge_import first
        where coalesce(length(p.email) <= 64 and p.email collate "C" ~ '^[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]$', false)
          or daybatch.is_valid_address(p.email)) as a on true
    ),
    unique_addresses as (
      select j.contact_id, j.rank, j.address_key, j.domain, j.domain_room,
        coalesce(j.reason, case when row_number() over (partition by j.address_key, j.reason order by j.rank) > 1 then 'duplicate_address' end) as reason
      from judged as j
    ),
    passed_over as ( -- beyond the limit of its domain: not skipped, and no slot
      select u.*, u.reason is null and coalesce(row_number() over (partition by u.domain, u.reason order by u.rank) > u.domain_room, false) as is_passed
      from unique_addresses as u where v_has_domains union all select u.*, false from unique_addresses as u where not v_has_domains
    ),
    counted as (
      select u.*, u.reason is null and not u.is_passed as is_eligible,
        count(*) filter (where u.reason is null and not u.is_passed) over (order by u.rank) as eligible_so_far from passed_over as u
    ),
    taken as ( -- up to and with the contact that fills the limit
      select t.*, v_filled + t.eligible_so_far as slot from counted as t
      where t.eligible_so_far - t.is_eligible::integer < v_limit - v_filled
    ),
    written as (
      insert into daybatch.deliveries as d (campaign_id, contact_id, batch_number, slot, send_limit, status, address_key, settled_at, reason)
      select p_campaign_id, t.contact_id, p_batch_number, case when t.is_eligible then t.slot end, v_limit,
        case
          when t.is_eligible then 'queued'
          when t.is_passed then 'deferred'
          -- returned with a copy in doubt that may have been accepted: it stays in doubt, and its address taken
          when exists (
            select from daybatch.deliveries as f
            join daybatch.delivery_attempts as a on a.campaign_id = f.campaign_id and a.delivery_id = f.delivery_id and a.outcome = 'in_doubt'
            where f.campaign_id = p_campaign_id and f.contact_id = t.contact_id
              and (v_policy = 'resend' or exists (select from daybatch.resend_copies as r where r.campaign_id = f.campaign_id and r.delivery_id = f.delivery_id))) then 'in_doubt'
          else 'skipped'
        end,
        case when t.reason is null then t.address_key end,
        case when t.reason is not null then v_now end, t.reason
      from taken as t order by t.rank
      on conflict (campaign_id, contact_id) do update set
        batch_number = excluded.batch_number, slot = excluded.slot, send_limit = excluded.send_limit, status = excluded.status,
        address_key = case when excluded.status = 'in_doubt' then d.address_key else excluded.address_key end,
        settled_at = excluded.settled_at, reason = excluded.reason, claim_token = null, deferred_since = null, sending_at = null
      where d.status = 'deferred' and d.slot is null
      returning 1
    )
    select count(*) as consumed, count(*) filter (where t.is_eligible) as eligible, count(*) filter (where t.is_passed) as passed, (select count(*) from written) as written into v_counts
    from taken as t;
    if v_counts.written <> v_counts.consumed then
      raise exception using errcode = 'MB021',
        message = format('campaign %s: %s contacts stand in contacts_remaining although the ledger has settled them', p_campaign_id, v_counts.consumed - v_counts.written),
        hint = 'Somebody changed the arrays or the ledger by hand: select * from daybatch.audit;';
    end if;
    v_offset := v_offset + v_counts.consumed; v_filled := v_filled + v_counts.eligible; v_passed := v_passed + v_counts.passed;
    v_domains := case when v_has_domains then daybatch.count_domains(p_campaign_id, p_batch_number) else v_domains end;
    v_chunk := least(v_chunk * 4, 50000);
  end loop;

  update daybatch.batches as b set head_length = v_offset, slot_count = v_filled where b.campaign_id = p_campaign_id and b.batch_number = p_batch_number;
  return query select v_filled, v_offset - v_filled - v_passed;
end;
$$;

comment on function daybatch.fill_batch(uuid, integer) is
  'Selects the contacts of a batch just opened (part of open_batch). Example: select * from daybatch.fill_batch(''00000000-0000-0000-0000-000000000000'', 1);';
