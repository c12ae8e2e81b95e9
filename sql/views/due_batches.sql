-- Which batches are due, the longest waiting first, and what is coming. due_at null: at the next sweep.
create or replace view daybatch.due_batches as
select
  c.id as campaign_id,
  c.name,
  c.current_batch_number as batch_number,
  d.due_at,
  coalesce(d.due_at <= k.now, true) as is_due,
  d.due_at - k.now as due_in,
  least(coalesce(c.daily_send_limit, 5), n.remaining_count, (
    -- the smallest wins: its sender's daily limit for as many days as the interval has
    select s.daily_limit * greatest(round(extract(epoch from coalesce(c.batch_interval, interval '24 hours')) / 86400), 1)
    from daybatch.sender_limits as s where s.sender = daybatch.get_sender_key(c.sender)))::integer as expected_size
from public.campaigns as c
cross join lateral (
  select case when c.status::text = 'scheduled' then case when c.send_time_zone is null
    then greatest(c.scheduled_at, c.next_batch_send_time)
    else daybatch.calculate_due_time(greatest(c.scheduled_at, c.next_batch_send_time), daybatch.get_sending_rules(c.id)) end else c.next_batch_send_time end as due_at) as d
left join daybatch.contact_counts as n on n.campaign_id = c.id
cross join (select daybatch.current_moment() as now) as k
where c.status in ('sending', 'scheduled')
  and not exists (select from daybatch.batches as b where b.campaign_id = c.id and b.closed_at is null);

comment on view daybatch.due_batches is
  'Batches that are due or coming, with the time left. Example: select name, batch_number, due_in from daybatch.due_batches order by due_at limit 10;';
