-- The limit of a batch: the campaign's, or its sender's daily limit where that is smaller, for as many days as the interval
-- has. Pure.
create or replace function daybatch.calculate_batch_limit(p_limit integer, p_interval interval, p_rules jsonb)
returns integer
language sql immutable security definer set search_path = ''
as $$
  select case when p_rules ? 'sender_limit'
    then least(p_limit, (p_rules ->> 'sender_limit')::bigint * greatest(round(extract(epoch from p_interval) / 86400), 1)) else p_limit end::integer
$$;

comment on function daybatch.calculate_batch_limit(integer, interval, jsonb) is
  'The limit of a batch: the campaign''s, or its sender''s where that is smaller. Example: select daybatch.calculate_batch_limit(500, interval ''24 hours'', ''{"sender_limit": 200}'');';
