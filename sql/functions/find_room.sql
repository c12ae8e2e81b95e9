-- How many mails a counted limit has room for now, and when the next place comes free (a claim that is given back frees
-- one at any moment: look again in ten seconds). A mail counts from its claim on until one interval after its hand-over.
-- The caller holds the lock that all claims under this limit take. Reads the mails that count.
create or replace function daybatch.find_room(p_rule text, p_name text, p_limit integer, p_now timestamptz)
returns table (room integer, frees_at timestamptz)
language sql volatile security definer set search_path = '' set jit = off
as $$
  with counted as materialized (
    select m.counts_until from daybatch.counted_mails as m
    where m.rule = p_rule and m.name = p_name and (m.counts_until is null or m.counts_until > p_now)
  )
  select p_limit - n.used, case when n.used >= p_limit then coalesce(least(
    case when n.claimed > 0 then p_now + interval '10 seconds' end,
    (select c.counts_until from counted as c where c.counts_until is not null order by c.counts_until offset greatest(n.used - p_limit, 0) limit 1)),
    p_now + interval '10 seconds') end
  from (select count(*)::integer as used, count(*) filter (where c.counts_until is null) as claimed from counted as c) as n
$$;

comment on function daybatch.find_room(text, text, integer, timestamptz) is
  'How many mails a counted limit has room for, and when a place comes free (part of claim_deliveries). Example: select * from daybatch.find_room(''sender'', ''default'', 500, daybatch.current_moment());';
