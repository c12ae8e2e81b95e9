-- Why a batch cannot be closed now, in words; null when it can. The cheap look first, then the ledger itself.
create or replace function daybatch.explain_open_batch(p_campaign_id uuid, p_batch_number integer)
returns text
language plpgsql stable security definer set search_path = '' set jit = off
as $$
declare
  v_batch daybatch.batches;
  v_open record;
begin
  select b.* into v_batch from daybatch.batches as b where b.campaign_id = p_campaign_id and b.batch_number = p_batch_number;
  if not daybatch.is_batch_finished(p_campaign_id, p_batch_number) then
    select n.sending_count as sending, n.queued_count + n.claimed_count as waiting, (
      select count(*) from daybatch.deliveries as d
      where d.campaign_id = p_campaign_id and d.batch_number = p_batch_number and d.retry_at is not null) as deferred
    into v_open
    from daybatch.read_batch_counts(p_campaign_id) as n;
    return concat_ws(', ',
      case when v_open.sending > 0 then v_open.sending || ' being sent' end,
      case when v_open.waiting > 0 then v_open.waiting || ' to be sent' end,
      case when v_open.deferred > 0 then v_open.deferred || ' deferred' end,
      case when v_batch.refused_until is not null then 'the server refuses until ' || to_char(v_batch.refused_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') end);
  end if;
  if exists (
    select from daybatch.deliveries as d
    where d.campaign_id = p_campaign_id and d.batch_number = p_batch_number
      and (d.status in ('queued', 'claimed', 'sending') or d.retry_at is not null))
  then
    return 'deliveries are open that no claim holds';
  end if;
  return null;
end;
$$;

comment on function daybatch.explain_open_batch(uuid, integer) is
  'Why a batch cannot be closed now; null when it can. Example: select campaign_id, daybatch.explain_open_batch(campaign_id, batch_number) from daybatch.batch_history where closed_at is null;';
