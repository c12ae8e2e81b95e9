-- A DBA settles one mail in doubt: 'sent' (processed) or 'not_sent' (back to the tail of remaining). Who and when
-- stand in the events. A late acceptance still settles it to sent afterwards: the attempts keep their tokens.
-- Locks: campaign, deliveries. Repeatable: settled the same way already answers 0.
-- Errors: MB001 unknown campaign, MB002 not in doubt, MB017 another word, MB020 the contact has no delivery here.
create or replace function daybatch.resolve_in_doubt(p_campaign_id uuid, p_contact_id uuid, p_as text)
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_status text;
begin
  perform daybatch.lock_campaign(p_campaign_id);
  select d.status into v_status from daybatch.deliveries as d where d.campaign_id = p_campaign_id and d.contact_id = p_contact_id;
  if v_status is null then
    raise exception using errcode = 'MB020', message = format('contact %s has no delivery in campaign %s', coalesce(p_contact_id::text, 'null'), p_campaign_id),
      hint = 'Who is in doubt: select contact_id from daybatch.deliveries where campaign_id = ... and status = ''in_doubt'';';
  elsif v_status <> 'in_doubt' and not (v_status = 'sent' and p_as = 'sent') and not (v_status in ('deferred', 'queued') and p_as = 'not_sent') then
    raise exception using errcode = 'MB002', message = format('contact %s is %s in campaign %s, not in doubt', p_contact_id, v_status, p_campaign_id),
      hint = 'Who is in doubt: select contact_id from daybatch.deliveries where campaign_id = ... and status = ''in_doubt'';';
  end if;
  return daybatch.resolve_all_in_doubt(p_campaign_id, p_as, array[p_contact_id]);
end;
$$;

comment on function daybatch.resolve_in_doubt(uuid, uuid, text) is
  'Settles one mail in doubt as sent or not_sent. Example: select daybatch.resolve_in_doubt(campaign_id, contact_id, ''sent'') from daybatch.deliveries where status = ''in_doubt'' limit 0;';
