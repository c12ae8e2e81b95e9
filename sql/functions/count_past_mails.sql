-- A batch that opens as the first with the rolling limit: the mails that its campaign handed over in the interval before
-- count, too. Called by begin_sending_rules under the campaign's lock. Reads the campaign's tries once. Repeatable.
create or replace function daybatch.count_past_mails(p_campaign_id uuid, p_interval interval, p_now timestamptz)
returns void
language sql volatile security definer set search_path = '' set jit = off
as $$
  insert into daybatch.counted_mails (rule, name, delivery_id, claim_token, counts_until)
  select 'rolling', p_campaign_id::text, a.delivery_id, a.claim_token, max(coalesce(a.sending_at, a.ended_at)) + p_interval
  from daybatch.delivery_attempts as a
  where a.campaign_id = p_campaign_id and a.outcome in ('sent', 'in_doubt', 'accepted_twice')
    and coalesce(a.sending_at, a.ended_at) > p_now - p_interval
  group by a.delivery_id, a.claim_token
  on conflict do nothing
$$;

comment on function daybatch.count_past_mails(uuid, interval, timestamptz) is
  'Counts what a campaign handed over in the interval before its first rolling batch (part of open_batch). Example: select daybatch.count_past_mails(id, interval ''24 hours'', daybatch.current_moment()) from public.campaigns limit 0;';
