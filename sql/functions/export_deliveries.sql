-- The deliveries of a campaign for a file, of all statuses or some, in the order of the contacts' ids, a page at a time
-- (p_after_id goes on), each with the last answer to it; the address is the contact's present one. Called by the API and
-- the export command. Reads only. Errors: MB001 unknown campaign, MB017 unknown status.
create or replace function daybatch.export_deliveries(p_campaign_id uuid, p_statuses text[] default null, p_after_id uuid default null, p_limit integer default 5000)
returns table (contact_id uuid, email text, batch_number integer, status text, reason text, attempt_count integer, settled_at timestamptz,
  stage text, reply_code integer, enhanced_code text, reply_text text)
language plpgsql stable security definer set search_path = '' set jit = off
as $$
begin
  if not exists (select from public.campaigns as c where c.id = p_campaign_id) then
    raise exception using errcode = 'MB001', message = format('campaign %s does not exist', coalesce(p_campaign_id::text, 'null')), hint = 'Look the id up: select id, name from public.campaigns;';
  elsif not coalesce(p_statuses <@ array['queued', 'claimed', 'sending', 'sent', 'failed', 'skipped', 'in_doubt', 'deferred'], true) then
    raise exception using errcode = 'MB017', message = format('%s holds a status that deliveries do not have', p_statuses), hint = 'Of: queued, claimed, sending, sent, failed, skipped, in_doubt, deferred.';
  end if;
  return query
    select d.contact_id, c.email::text, d.batch_number, d.status, d.reason, d.attempt_count::integer, d.settled_at, l.stage, l.reply_code, l.enhanced_code, l.reply_text
    from (
      select e.* from daybatch.deliveries as e
      where e.campaign_id = p_campaign_id and e.contact_id > coalesce(p_after_id, '00000000-0000-0000-0000-000000000000')
        and (p_statuses is null or e.status = any (p_statuses))
      order by e.contact_id limit least(greatest(p_limit, 1), 10000)
    ) as d
    left join public.contacts as c on c.id = d.contact_id
    left join lateral (
      select a.stage, a.reply_code, a.enhanced_code, a.reply_text from daybatch.delivery_attempts as a
      where a.campaign_id = d.campaign_id and a.delivery_id = d.delivery_id order by a.attempt_id desc limit 1
    ) as l on true
    order by d.contact_id;
end;
$$;

comment on function daybatch.export_deliveries(uuid, text[], uuid, integer) is
  'Deliveries of a campaign with the last answers, a page at a time. Example: select e.email, e.status, e.reply_text from public.campaigns as c, daybatch.export_deliveries(c.id, ''{failed}'') as e;';
