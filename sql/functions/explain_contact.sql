-- The whole story of one contact in one campaign, in order: in the audience, selected, every try with the server's words,
-- settled, what came back after that, and where it stands now. Before the audience is frozen: whether its lists name the contact. Reads only.
-- Errors: MB001, MB018 neither in the audience nor in the ledger.
create or replace function daybatch.explain_contact(p_campaign_id uuid, p_contact_id uuid)
returns table (happened_at timestamptz, what text, detail text)
language plpgsql stable security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_campaign record;
  v_delivery daybatch.deliveries;
  v_booked text;
begin
  select d.* into v_delivery from daybatch.deliveries as d where d.campaign_id = p_campaign_id and d.contact_id = p_contact_id;
  -- of those settled in a closed batch the ledger tells it (the audit compares): an array of a million is read for tens of milliseconds
  select case when v_delivery.status = 'sent' then 'processed' else 'failed' end into v_booked
  from daybatch.batches as b
  where b.campaign_id = p_campaign_id and b.batch_number = v_delivery.batch_number and b.closed_at is not null
    and v_delivery.status in ('sent', 'failed', 'skipped', 'in_doubt');
  select c.name, c.status::text as status, c.tracking_initialised_at,
    case when v_booked is not null then v_booked
      when c.contacts_remaining ? p_contact_id::text then 'remaining' when c.contacts_processed ? p_contact_id::text then 'processed'
      when c.contacts_failed ? p_contact_id::text then 'failed'
      when c.tracking_initialised_at is null and exists (
        select from jsonb_array_elements_text(to_jsonb(c.contact_list_ids)) as l (id)
        join daybatch.list_members as m on m.list_id = l.id::uuid where m.contact_id = p_contact_id) then 'lists' end as stands_in
  into v_campaign from public.campaigns as c where c.id = p_campaign_id;
  if not found then
    raise exception using errcode = 'MB001', message = format('campaign %s does not exist', coalesce(p_campaign_id::text, 'null')),
      hint = 'Look the id up: select id, name, status from public.campaigns;';
  end if;
  if v_campaign.stands_in is null and v_delivery.delivery_id is null then
    raise exception using errcode = 'MB018', message = format('contact %s is not in the audience of campaign %s (%s)', coalesce(p_contact_id::text, 'null'), p_campaign_id, v_campaign.name),
      hint = 'Add it: select daybatch.add_contacts(campaign_id, array[contact_id]);';
  end if;
  return query
    select s.happened_at, s.what, s.detail from (
      select v_campaign.tracking_initialised_at as happened_at, 1 as rank, 'in the audience' as what, v_campaign.name as detail
      where v_campaign.tracking_initialised_at is not null
      union all
      select m.removed_at, 2, 'removed', 'by ' || m.removed_by from daybatch.removed_contacts as m where m.campaign_id = p_campaign_id and m.contact_id = p_contact_id
      union all
      select b.opened_at, 3, 'selected', format('batch %s%s', b.batch_number, ', slot ' || v_delivery.slot)
      from daybatch.batches as b where b.campaign_id = p_campaign_id and b.batch_number = v_delivery.batch_number and b.source <> 'old_method'
      union all
      select coalesce(a.sending_at, a.ended_at), 4, a.outcome, concat_ws(' ', 'try ' || a.attempt_number || ',', 'batch ' || a.batch_number || ':', a.stage, a.reply_code, a.enhanced_code, a.reply_text, '(' || a.rule || ')')
      from daybatch.delivery_attempts as a where a.campaign_id = p_campaign_id and a.delivery_id = v_delivery.delivery_id
      union all
      select v_delivery.settled_at, 5, v_delivery.status, concat_ws(', ', v_delivery.reason, v_delivery.evidence) where v_delivery.settled_at is not null
      union all
      select b.recorded_at, 6, case b.kind when 'complaint' then 'complained' else 'bounced' end, concat_ws(' ', b.kind, b.status_code, b.reason, '(' || b.source || ')')
      from daybatch.bounces as b where b.delivery_id = v_delivery.delivery_id
      union all
      select null, 7, case v_campaign.stands_in when 'lists' then 'is on its lists' else 'stands in ' || coalesce(v_campaign.stands_in, 'no array') end,
        concat('the campaign is ', v_campaign.status, case when v_campaign.tracking_initialised_at is null then '; its audience is frozen at the first processing' end)
    ) as s
    order by s.happened_at nulls last, s.rank;
end;
$$;

comment on function daybatch.explain_contact(uuid, uuid) is
  'The story of one contact in one campaign, in order. Example: select e.* from daybatch.deliveries as d, daybatch.explain_contact(d.campaign_id, d.contact_id) as e limit 20;';
