-- The limits over all campaigns: how much of each is used in the last 24 hours (claimed mails count), and when the next
-- place comes free.
create or replace view daybatch.shared_limits as
select l.rule, l.name, l.daily_limit, u.used, greatest(l.daily_limit - u.used, 0) as room, u.frees_at
from (
  select 'sender' as rule, s.sender as name, s.daily_limit from daybatch.sender_limits as s
  union all
  select 'domain', d.domain, d.daily_limit from daybatch.domain_limits as d where d.daily_limit is not null
) as l
cross join (select daybatch.current_moment() as now) as clock
cross join lateral (
  select count(*)::integer as used, min(m.counts_until) as frees_at from daybatch.counted_mails as m
  where m.rule = l.rule and m.name = l.name and (m.counts_until is null or m.counts_until > clock.now)
) as u;

comment on view daybatch.shared_limits is
  'Limits per sender and per recipient domain over all campaigns, and how much of each is used. Example: select rule, name, daily_limit, used, frees_at from daybatch.shared_limits;';
