-- Resumes a paused campaign: an open batch goes on until its cut-off, the next one is due at its old time or now,
-- whichever is later; never two at once. Locks: campaign. Repeatable: a sending campaign stays as it is.
-- Errors: MB001, MB002 not paused, MB009 asleep.
create or replace function daybatch.resume_campaign(p_campaign_id uuid)
returns text
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_campaign record;
  v_due timestamptz;
  v_is_scheduled boolean;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  perform daybatch.check_awake();
  if v_campaign.status = 'sending' then
    return 'sending';
  elsif v_campaign.status <> 'paused' then
    raise exception using errcode = 'MB002',
      message = format('campaign %s (%s) is %s: it cannot be resumed', p_campaign_id, v_campaign.name, v_campaign.status),
      hint = case v_campaign.status when 'draft' then 'Start it: select daybatch.start_campaign(id);' else 'Only paused campaigns can be resumed.' end;
  end if;
  -- the breaker counts anew
  delete from daybatch.refusal_counts as n where n.campaign_id = p_campaign_id;
  v_due := daybatch.calculate_due_time(greatest(v_campaign.next_batch_send_time, daybatch.current_moment()), daybatch.get_sending_rules(p_campaign_id));
  v_is_scheduled := coalesce(v_campaign.scheduled_at > daybatch.current_moment(), false) and not exists (
    select from daybatch.batches as b where b.campaign_id = p_campaign_id and b.source <> 'old_method');
  perform daybatch.mark_engine_writes(true);
  update public.campaigns as c set
    -- paused before its time came: it is still scheduled
    status = case v_is_scheduled when true then 'scheduled' when false then 'sending' else c.status end,
    pause_reason = null, paused_at = null,
    next_batch_send_time = case when c.tracking_initialised_at is not null and not v_is_scheduled then v_due end
  where c.id = p_campaign_id
  returning c.status::text as status, c.scheduled_at into v_campaign;
  perform daybatch.mark_engine_writes(false);
  perform daybatch.enqueue_batch(p_campaign_id, c.current_batch_number, case when v_campaign.status = 'scheduled'
    then daybatch.calculate_due_time(v_campaign.scheduled_at, daybatch.get_sending_rules(c.id)) else v_due end)
  from public.campaigns as c where c.id = p_campaign_id;
  perform pg_notify('daybatch', jsonb_build_object('event', 'status', 'campaign_id', p_campaign_id, 'status', v_campaign.status)::text);
  return v_campaign.status;
end;
$$;

comment on function daybatch.resume_campaign(uuid) is
  'Resumes a paused campaign; its next batch is due at its old time or now, whichever is later. Example: select daybatch.resume_campaign(id) from public.campaigns where name = ''Spring offer'';';
