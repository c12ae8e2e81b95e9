-- One campaign, one step on: initialise, release what a dead worker left, close what is finished, open what is due.
-- Whatever is missing for sending (nobody in the audience, no message, an unknown field) pauses the campaign with
-- its reason. Says in one row what was done, or why nothing was.
-- action: opened, closed, completed, waiting, sending, paused, asleep or the campaign's other status. A completion has a
-- reason unless this step closed the last batch.
-- Called by process_campaigns. Locks: campaign first. Repeatable.
create or replace function daybatch.process_campaign(p_campaign_id uuid, p_source text default 'manual')
returns table (campaign_id uuid, name text, action text, batch_number integer, delivery_count integer, next_batch_send_time timestamptz, reason text, error_code text)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_campaign record;
  v_closed record;
  v_opened_number integer;
  v_opened_count integer;
  v_action text;
  v_reason text;
  v_code text;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  if not daybatch.is_awake() then
    return query select p_campaign_id, v_campaign.name, 'asleep', null::integer, null::integer, v_campaign.next_batch_send_time,
      'the engine sleeps beside an older application until daybatch.take_over(true)', 'MB009';
    return;
  end if;
  if exists (select from daybatch.claims as k where k.campaign_id = p_campaign_id and k.expires_at <= daybatch.current_moment()) then
    perform daybatch.return_claims(p_campaign_id, array(select k.claim_token from daybatch.claims as k where k.campaign_id = p_campaign_id), true);
  end if;
  select * into v_closed from daybatch.close_batch(p_campaign_id);
  v_action := case when v_closed.closed then case when v_closed.completed then 'completed' else 'closed' end when v_closed.batch_number is not null then 'sending' end;
  v_reason := v_closed.reason;

  if v_closed.batch_number is null or v_closed.closed then
    select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
    if v_campaign.status = 'scheduled' and v_campaign.scheduled_at
      > daybatch.current_moment() + (case when p_source = 'cron' then least(interval '5 minutes', v_campaign.batch_interval / 10) else interval '0' end)
    then
      v_action := coalesce(v_action, 'waiting');
      v_reason := 'scheduled for ' || to_char(v_campaign.scheduled_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
    elsif v_campaign.status in ('sending', 'scheduled') then
      if v_campaign.tracking_initialised_at is null then
        begin
          perform daybatch.initialize_contact_tracking(p_campaign_id);
        exception when sqlstate 'MB003' or sqlstate 'MB008' then
          v_code := sqlstate;
          v_reason := sqlerrm;
        end;
      end if;
      if v_code is null and daybatch.complete_if_empty(p_campaign_id) then
        v_action := 'completed';
        v_reason := 'nobody was left';
      elsif v_code is null and not exists (select from daybatch.batches as b where b.campaign_id = p_campaign_id and b.source <> 'old_method') then
        -- before the first batch, whoever initialised the tracking
        select m.error_code, m.reason into v_code, v_reason from daybatch.check_message(p_campaign_id) as m limit 1;
      end if;
      if v_code is null and v_action is distinct from 'completed' then
        perform daybatch.move_due_time(p_campaign_id);
        begin
          select o.batch_number, o.delivery_count into v_opened_number, v_opened_count from daybatch.open_batch(p_campaign_id, p_source) as o;
          v_action := 'opened';
          v_reason := null;
        exception
          when sqlstate 'MB006' then
            v_action := coalesce(v_action, 'waiting');
            v_reason := sqlerrm;
          when sqlstate 'MB010' or sqlstate 'MB011' or sqlstate 'MB031' or sqlstate 'MB033' then
            v_code := sqlstate;
            v_reason := sqlerrm;
        end;
      end if;
    else
      if v_action is null then
        v_reason := case v_campaign.status when 'completed' then 'completed before' end;
      end if;
      v_action := coalesce(v_action, v_campaign.status);
    end if;
    if v_code is not null then
      perform daybatch.pause_campaign(p_campaign_id, v_reason);
      v_action := 'paused';
    end if;
  end if;
  return query
    select c.id, c.name::text, v_action, coalesce(v_opened_number, v_closed.batch_number, c.current_batch_number)::integer,
      v_opened_count, c.next_batch_send_time, coalesce(v_reason, case when c.status::text = 'paused' then c.pause_reason::text end), v_code
    from public.campaigns as c where c.id = p_campaign_id;
end;
$$;

comment on function daybatch.process_campaign(uuid, text) is
  'Moves one campaign one step on and says what was done (part of process_campaigns). Example: select p.action, p.reason from public.campaigns as c, daybatch.process_campaign(c.id) as p where c.name = ''Spring offer'';';
