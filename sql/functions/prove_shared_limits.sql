-- The proof of the limits of senders and recipient domains over all campaigns, from the times of hand-over, never from the
-- counting: the most mails (accepted, or in doubt) in any 24 hours, against the highest limit that was in force in them or in
-- the day before, when they may have been claimed. p_since: mails handed over before it are not looked at.
-- Only what is certain is judged: mails of batches that were opened under the limit (one made in mid-batch may have found
-- claims under way), and, of a domain, mails to contacts whose address is still the one that was mailed: the ledger keeps no
-- address. So a violation that is shown is one; one among erased or changed addresses may stay unseen. Without
-- limits it costs nothing, with them it reads the tries of their batches once. Called by shared_limits_proof and audit.
create or replace function daybatch.prove_shared_limits(p_since timestamptz default '-infinity')
returns table (rule text, name text, daily_limit integer, in_force_since timestamptz, mails integer, largest_in_24_hours integer, exceeded_at timestamptz, limit_holds boolean)
language sql stable security definer set search_path = '' set jit = off
as $$
  with limits as materialized (
    select l.rule, l.name, l.daily_limit, (
      select max(c.changed_at) from daybatch.limit_changes as c where c.rule = l.rule and c.name = l.name and c.is_new) as in_force_since
    from (
      select 'sender' as rule, s.sender as name, s.daily_limit from daybatch.sender_limits as s
      union all
      select 'domain', d.domain, d.daily_limit from daybatch.domain_limits as d where d.daily_limit is not null
    ) as l
  ),
  in_force as materialized (
    select l.rule, l.name, c.daily_limit, c.changed_at as from_at,
      lead(c.changed_at, 1, 'infinity') over (partition by l.rule, l.name order by c.change_id) as to_at
    from limits as l
    join daybatch.limit_changes as c on c.rule = l.rule and c.name = l.name and c.changed_at >= l.in_force_since
  ),
  opened as materialized (
    -- batches that were opened under a limit
    select l.rule, l.name, b.campaign_id, b.batch_number
    from daybatch.batches as b
    join daybatch.campaign_messages as m on m.campaign_id = b.campaign_id and m.message_version = b.message_version
    join limits as l on l.rule = 'sender' and l.name = daybatch.get_sender_key(m.sender) and b.opened_at > l.in_force_since
    where b.sending_rules ? 'sender_limit'
    union all
    select l.rule, l.name, b.campaign_id, b.batch_number
    from daybatch.batches as b
    join limits as l on l.rule = 'domain' and l.name = any (b.limited_domains) and b.opened_at > l.in_force_since
  ),
  mails as (
    -- a doubt that a late reply settled left two rows and went out once
    select distinct o.rule, o.name, a.delivery_id, coalesce(a.sending_at, a.ended_at) as at
    from opened as o
    join daybatch.delivery_attempts as a on a.campaign_id = o.campaign_id and a.batch_number = o.batch_number
    where a.outcome in ('sent', 'in_doubt', 'accepted_twice') and a.ended_at >= p_since
      and (o.rule = 'sender' or exists (
        select from daybatch.deliveries as d
        join public.contacts as p on p.id = d.contact_id
        where d.delivery_id = a.delivery_id and lower(split_part(p.email, '@', 2)) = o.name
          and d.address_key = sha256((select s.value from daybatch.secrets as s where s.name = 'address_key') || convert_to(lower(p.email), 'UTF8'))))
  ),
  stretches as (
    select k.rule, k.name, k.at, k.step, sum(k.step) over (partition by k.rule, k.name order by k.at, k.step rows unbounded preceding) as mails
    from (
      select m.rule, m.name, s.at, s.step from mails as m
      -- what ends at a moment is gone before the next begins
      cross join lateral (values (m.at, 1), (m.at + interval '24 hours', -1)) as s (at, step)
    ) as k
  ),
  judged as (
    select s.rule, s.name, s.at, s.mails,
      -- looked up only where the lowest limit of all does not settle it
      case when s.mails > w.daily_limit then s.mails > (select max(f.daily_limit) from in_force as f where f.rule = s.rule and f.name = s.name
        and f.from_at <= s.at and f.to_at > s.at - interval '48 hours') else false end as is_exceeded
    from stretches as s
    join (select f.rule, f.name, min(f.daily_limit) as daily_limit from in_force as f group by f.rule, f.name) as w on w.rule = s.rule and w.name = s.name
    where s.step = 1
  )
  select l.rule, l.name, l.daily_limit, l.in_force_since, count(j.at)::integer, coalesce(max(j.mails), 0)::integer,
    min(j.at) filter (where j.is_exceeded), not coalesce(bool_or(j.is_exceeded), false)
  from limits as l
  left join judged as j on j.rule = l.rule and j.name = l.name
  group by l.rule, l.name, l.daily_limit, l.in_force_since
$$;

comment on function daybatch.prove_shared_limits(timestamptz) is
  'The proof of the limits of senders and recipient domains, from the times of hand-over. Example: select rule, name, largest_in_24_hours, limit_holds from daybatch.prove_shared_limits(now() - interval ''72 hours'');';
