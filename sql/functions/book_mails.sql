-- Books places in a server's rate for so many mails and returns how long each waits, in ms, the first first; of a server
-- without a rate all go at once. Called by claim_deliveries, which holds the server's row (grant_mails). Not repeatable.
create or replace function daybatch.book_mails(p_name text, p_count integer, p_now timestamptz)
returns integer[]
language sql volatile security definer set search_path = '' set jit = off
as $$
  with rate as (
    select s.name, greatest(s.next_send_at, p_now) as start,
      coalesce(greatest(1.0 / s.per_second, 60.0 / s.per_minute), 0) * interval '1 second' as gap
    from daybatch.smtp_servers as s where s.name = p_name
  ),
  booked as (
    update daybatch.smtp_servers as s set next_send_at = r.start + p_count * r.gap
    from rate as r where s.name = r.name and r.gap > interval '0'
  )
  select array(
    select case when r.gap > interval '0' then pg_catalog.ceil(extract(epoch from r.start + n * r.gap - p_now) * 1000)::integer else 0 end
    from rate as r, pg_catalog.generate_series(0, p_count - 1) as n order by n)
$$;

comment on function daybatch.book_mails(text, integer, timestamptz) is
  'Books places in an SMTP server''s rate (part of claim_deliveries). Example: select daybatch.book_mails(''default'', 0, daybatch.current_moment());';
