-- Settles the mails in doubt of a campaign, all or those of some contacts, as 'sent' or 'not_sent': one rewrite of the
-- arrays. Contacts that are not in doubt are left alone. Returns how many were settled; who and when stand in the events.
-- Locks: campaign, deliveries. Repeatable. Errors: MB001 unknown campaign, MB017 another word.
create or replace function daybatch.resolve_all_in_doubt(p_campaign_id uuid, p_as text, p_contact_ids uuid[] default null)
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_ids bigint[];
  v_settled integer;
begin
  perform daybatch.lock_campaign(p_campaign_id);
  if p_as is null or p_as not in ('sent', 'not_sent') then
    raise exception using errcode = 'MB017', message = format('a doubt is settled as sent or as not_sent, not as %L', p_as),
      hint = 'Look into the mail server''s log for the Message-ID, then say which.';
  end if;
  v_ids := array(
    select d.delivery_id from daybatch.deliveries as d
    where d.campaign_id = p_campaign_id and d.status = 'in_doubt' and (p_contact_ids is null or d.contact_id = any (p_contact_ids))
    order by d.delivery_id for no key update);
  v_settled := daybatch.settle_deliveries(p_campaign_id, v_ids, case p_as when 'sent' then 'sent' else 'deferred' end, daybatch.current_moment());
  if v_settled > 0 then
    update daybatch.deliveries as d set evidence = 'resolved as ' || p_as || ' by ' || session_user where d.delivery_id = any (v_ids);
    perform daybatch.record_event(p_campaign_id, 'doubt_resolved', jsonb_build_object('as', p_as, 'count', v_settled,
      'delivery_ids', case when v_settled <= 100 then to_jsonb(v_ids) end));
  end if;
  return v_settled;
end;
$$;

comment on function daybatch.resolve_all_in_doubt(uuid, text, uuid[]) is
  'Settles all (or some contacts'') mails in doubt of a campaign as sent or not_sent. Example: select daybatch.resolve_all_in_doubt(id, ''sent'') from public.campaigns where name = ''Spring offer'';';
