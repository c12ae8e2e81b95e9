-- One campaign as the API shows it: its line of campaign_status, with the message. Reads only. Errors: MB001 unknown.
create or replace function daybatch.get_campaign(p_campaign_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = '' set timezone = 'UTC'
as $$
declare
  v_campaign jsonb;
begin
  select to_jsonb(s) || jsonb_build_object('subject', c.subject, 'sender', c.sender, 'reply_to', c.reply_to,
    'html_body', c.html_body, 'text_body', c.text_body, 'batch_history', c.batch_history)
  into v_campaign
  from daybatch.campaign_status as s join public.campaigns as c on c.id = s.id
  where s.id = p_campaign_id;
  if v_campaign is null then
    raise exception using errcode = 'MB001', message = format('campaign %s does not exist', coalesce(p_campaign_id::text, 'null')),
      hint = 'Look the id up: select id, name, status from public.campaigns;';
  end if;
  return v_campaign;
end;
$$;

comment on function daybatch.get_campaign(uuid) is
  'One campaign with its live counts as JSON; MB001 when unknown. Example: select jsonb_pretty(daybatch.get_campaign(id)) from public.campaigns limit 1;';
