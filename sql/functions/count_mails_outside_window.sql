-- The proof of a batch with a send window: how many of its mails, whatever came of them, were begun outside of the window
-- of the rules that the batch was opened with. As the zone's rules are today: a time zone that its government changes
-- afterwards is judged by the new rules. Reads the campaign's tries once.
create or replace function daybatch.count_mails_outside_window(p_campaign_id uuid, p_batch_number integer, p_rules jsonb)
returns integer
language sql stable security definer set search_path = '' set jit = off
as $$
  with recursive begun as materialized (
    select distinct a.delivery_id, a.sending_at
    from daybatch.delivery_attempts as a
    where a.campaign_id = p_campaign_id and a.batch_number = p_batch_number and a.sending_at is not null
  ),
  windows (starts_at, ends_at) as (
    select w.starts_at, w.ends_at
    from (select min(b.sending_at) as at from begun as b) as f
    cross join lateral daybatch.find_send_window(f.at, p_rules) as w
    union all
    select n.starts_at, n.ends_at
    from windows as w
    cross join lateral daybatch.find_send_window(w.ends_at, p_rules) as n
    where w.ends_at <= (select max(b.sending_at) from begun as b)
  )
  select count(*)::integer from begun as b
  where not exists (select from windows as w where b.sending_at >= w.starts_at and b.sending_at < w.ends_at)
$$;

comment on function daybatch.count_mails_outside_window(uuid, integer, jsonb) is
  'How many mails of a batch were begun outside of its send window. Example: select daybatch.count_mails_outside_window(campaign_id, batch_number, sending_rules) from daybatch.batches where sending_rules ? ''send_window_from'';';
