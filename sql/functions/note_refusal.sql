-- The server refuses all of us for now (connection lost, throttled, closing): the batch waits, with back-off from 30
-- seconds doubled to 30 minutes (a tenth of a short interval), then one mail finds out. Many failures of one moment
-- count once. Called by report_outcomes under the campaign's lock.
create or replace function daybatch.note_refusal(p_campaign_id uuid, p_batch_number integer, p_refusal text, p_now timestamptz)
returns void
language sql volatile security definer set search_path = '' set jit = off
as $$
  update daybatch.batches as b set
    refused_since = coalesce(b.refused_since, p_now),
    refusal = p_refusal,
    refusal_count = b.refusal_count + 1,
    refused_until = p_now + least(interval '30 seconds' * pg_catalog.power(2, least(b.refusal_count, 10)), interval '30 minutes', b.batch_interval / 10)
  where b.campaign_id = p_campaign_id and b.batch_number = p_batch_number
    and coalesce(b.refused_until, p_now) <= p_now
$$;

comment on function daybatch.note_refusal(uuid, integer, text, timestamptz) is
  'Makes a batch wait because its server refuses (part of report_outcomes). Example: select daybatch.note_refusal(''00000000-0000-0000-0000-000000000000'', 1, ''connect: refused'', daybatch.current_moment());';
