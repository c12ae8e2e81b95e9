-- Cancels a campaign for good: what is unsent stays in remaining, what is being sent finishes, then the batch closes.
-- Locks: campaign, batch, deliveries. Repeatable. Errors: MB001, MB002 already completed.
create or replace function daybatch.cancel_campaign(p_campaign_id uuid, p_reason text default null)
returns text
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_campaign record;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  if v_campaign.status = 'completed' then
    raise exception using errcode = 'MB002',
      message = format('campaign %s (%s) is completed: there is nothing to cancel', p_campaign_id, v_campaign.name),
      hint = 'Its mails are out: select * from daybatch.batch_history where campaign_id = ...;';
  end if;
  if v_campaign.status <> 'cancelled' then
    perform daybatch.mark_engine_writes(true);
    update public.campaigns as c set status = 'cancelled', next_batch_send_time = null, pause_reason = p_reason where c.id = p_campaign_id;
    perform daybatch.mark_engine_writes(false);
    perform pg_notify('daybatch', jsonb_build_object('event', 'status', 'campaign_id', p_campaign_id, 'status', 'cancelled')::text);
  end if;
  perform daybatch.close_batch(p_campaign_id);
  return 'cancelled';
end;
$$;

comment on function daybatch.cancel_campaign(uuid, text) is
  'Cancels a campaign; whom it has not mailed stays in contacts_remaining. Example: select daybatch.cancel_campaign(id, ''offer withdrawn'') from public.campaigns where name = ''Spring offer'';';
