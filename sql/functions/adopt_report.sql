-- What an older method had done to each campaign, and what daybatch makes of it: before the take-over as a dry run of the
-- initialisation, afterwards from the ledger (rows with evidence) and the arrays. duplicates: mails beyond the first to
-- an address. sums_agree: everybody stands in one place, and nobody whom the older method mailed is mailed again.
-- Reads only. With an id: that campaign alone.
create or replace function daybatch.adopt_report(p_campaign_id uuid default null)
returns table (campaign_id uuid, name text, status text, is_initialised boolean, audience bigint, already_mailed bigint, failed bigint, ambiguous bigint,
  remaining bigint, duplicates bigint, last_mail_at timestamptz, sums_agree boolean)
language plpgsql stable security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
begin
  perform daybatch.check_row_security();
  if p_campaign_id is not null and not exists (select from public.campaigns as c where c.id = p_campaign_id) then
    raise exception using errcode = 'MB001', message = format('campaign %s does not exist', p_campaign_id),
      hint = 'Look the id up: select id, name, status from public.campaigns;';
  end if;
  return query
  with campaigns as materialized (
    select c.id, c.name::text as name, c.status::text as status, c.tracking_initialised_at, c.total_contacts, n.remaining_count, n.processed_count, n.failed_count,
      case when jsonb_typeof(to_jsonb(c.contact_list_ids)) = 'array' then to_jsonb(c.contact_list_ids) else '[]' end as lists
    from public.campaigns as c
    left join daybatch.contact_counts as n on n.campaign_id = c.id
    where p_campaign_id is null or c.id = p_campaign_id
  ),
  old_mails as materialized (
    select m.campaign_id, m.contact_id, m.status, m.mailed_at, m.mail_count, lower(p.email) as address
    from daybatch.old_mails as m
    left join public.contacts as p on p.id = m.contact_id
    where p_campaign_id is null or m.campaign_id = p_campaign_id
  ),
  adopted as (
    -- the ledger's rows of an older method, wherever they stand now
    select d.campaign_id, count(*) filter (where d.status = 'sent') as sent, count(*) filter (where d.status = 'in_doubt') as in_doubt,
      count(*) filter (where d.status not in ('sent', 'in_doubt')) as failed
    from campaigns as c
    join daybatch.batches as b on b.campaign_id = c.id and b.source = 'old_method'
    join daybatch.deliveries as d on d.campaign_id = c.id and d.evidence is not null
    group by d.campaign_id
  ),
  told as (
    select o.campaign_id, count(*) filter (where o.status = 'sent') as sent, count(*) filter (where o.status = 'failed') as failed,
      count(*) filter (where o.status = 'in_doubt') as in_doubt, max(o.mailed_at) as last_mail_at,
      sum(o.mail_count) - count(distinct coalesce(o.address, o.contact_id::text)) filter (where o.mail_count > 0) as duplicates,
      count(*) filter (where d.contact_id is null or d.status in ('queued', 'claimed', 'sending') and d.evidence is not null and o.status = 'sent') as unknown
    from old_mails as o
    left join daybatch.deliveries as d on d.campaign_id = o.campaign_id and d.contact_id = o.contact_id
    group by o.campaign_id
  ),
  audiences as (
    select a.campaign_id, count(*) as size, count(*) filter (where not a.is_told) as untouched
    from (
      select m.campaign_id, m.contact_id, bool_or(m.is_told) as is_told
      from (
        select c.id as campaign_id, l.contact_id, false as is_told
        from campaigns as c
        cross join lateral jsonb_array_elements_text(c.lists) as i (list_id)
        join daybatch.list_members as l
          on l.list_id = case when i.list_id ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then i.list_id::uuid end
        where c.tracking_initialised_at is null
        union all
        select o.campaign_id, o.contact_id, true from old_mails as o
        join campaigns as c on c.id = o.campaign_id and c.tracking_initialised_at is null
      ) as m
      group by m.campaign_id, m.contact_id
    ) as a
    group by a.campaign_id
  ),
  figures as (
    select c.id, c.name, c.status, c.tracking_initialised_at is not null as is_initialised, t.last_mail_at, coalesce(t.duplicates, 0) as duplicates,
      coalesce(t.unknown, 0) as unknown, c.remaining_count + c.processed_count + c.failed_count as in_arrays,
      case when c.tracking_initialised_at is null then coalesce(a.size, 0) else c.total_contacts end as audience,
      coalesce(case when c.tracking_initialised_at is null then t.sent else e.sent end, 0) as sent,
      coalesce(case when c.tracking_initialised_at is null then t.failed else e.failed end, 0) as failed,
      coalesce(case when c.tracking_initialised_at is null then t.in_doubt else e.in_doubt end, 0) as in_doubt,
      case when c.tracking_initialised_at is null then coalesce(a.untouched, 0) else c.remaining_count end as remaining
    from campaigns as c
    left join told as t on t.campaign_id = c.id
    left join audiences as a on a.campaign_id = c.id
    left join adopted as e on e.campaign_id = c.id
  )
  select f.id, f.name, f.status, f.is_initialised, f.audience, f.sent, f.failed, f.in_doubt, f.remaining, f.duplicates::bigint, f.last_mail_at,
    coalesce(case when f.is_initialised then f.audience = f.in_arrays and f.unknown = 0 else f.audience = f.sent + f.failed + f.in_doubt + f.remaining end, false)
  from figures as f
  order by f.name, f.id;
end;
$$;

comment on function daybatch.adopt_report(uuid) is
  'What an older method had done to each campaign and what daybatch makes of it, before and after the take-over. Example: select name, audience, already_mailed, failed, ambiguous, remaining, duplicates, sums_agree from daybatch.adopt_report();';
