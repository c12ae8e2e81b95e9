-- Adds outcomes of mails of a campaign's open batch to its counts; what leaves a state is negative. Mails that are queued,
-- claimed or being sent are not counted here: they are the rest, and the leases tell of them (read_batch_counts).
-- Called in the transaction that changed the deliveries, under the campaign's lock. Changes nothing where no row is (a
-- batch that was open before there were counts). Not repeatable.
create or replace function daybatch.add_outcomes(p_campaign_id uuid, p_sent integer default 0, p_failed integer default 0, p_in_doubt integer default 0,
  p_skipped integer default 0, p_deferred integer default 0)
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
begin
  update daybatch.batch_counts as n set sent_count = n.sent_count + p_sent, failed_count = n.failed_count + p_failed,
    in_doubt_count = n.in_doubt_count + p_in_doubt, skipped_count = n.skipped_count + p_skipped, deferred_count = n.deferred_count + p_deferred
  where n.campaign_id = p_campaign_id;
end;
$$;

comment on function daybatch.add_outcomes(uuid, integer, integer, integer, integer, integer) is
  'Adds outcomes to the counts of the open batch (part of report_outcomes). Example: select daybatch.add_outcomes(id, p_sent => 1) from public.campaigns limit 0;';
