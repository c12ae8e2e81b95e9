-- A completed campaign got contacts back: it goes on sending, due not before its last batch plus one interval. Any other
-- campaign stays as it is. Called by settle_deliveries and add_contacts under the campaign's lock. Repeatable.
create or replace function daybatch.reopen_campaign(p_campaign_id uuid, p_now timestamptz)
returns boolean
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_number integer;
  v_due_at timestamptz;
begin
  perform daybatch.mark_engine_writes(true);
  update public.campaigns as c set
    status = 'sending',
    current_batch_number = l.batch_number + 1,
    next_batch_send_time = daybatch.calculate_due_time(greatest(l.spaced_from + l.batch_interval, p_now), daybatch.get_sending_rules(c.id))
  from (
    select b.batch_number, b.spaced_from, b.batch_interval
    from daybatch.batches as b where b.campaign_id = p_campaign_id order by b.batch_number desc limit 1
  ) as l
  where c.id = p_campaign_id and c.status::text = 'completed'
  returning c.current_batch_number, c.next_batch_send_time into v_number, v_due_at;
  perform daybatch.mark_engine_writes(false);
  if v_number is null then
    return false;
  end if;
  perform daybatch.enqueue_batch(p_campaign_id, v_number, v_due_at);
  return true;
end;
$$;

comment on function daybatch.reopen_campaign(uuid, timestamptz) is
  'Lets a completed campaign that got contacts back go on (part of add_contacts and resolve_in_doubt). Example: select daybatch.reopen_campaign(id, daybatch.current_moment()) from public.campaigns limit 0;';
