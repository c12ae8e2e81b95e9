-- The ledger of a campaign, one row per contact that was ever selected, with the last try and the server's words; all of
-- them or those of one status, rule or batch, a page at a time, after p_after_contact_id. Ends other than sent (failed, skipped,
-- in_doubt): the last selected first; all others in the order of contact ids. Each status has an index path of its own,
-- since no index may hold it. email is null where the contact is gone. Reads only. Errors: MB001, MB017 no such status.
create or replace function daybatch.list_deliveries(p_campaign_id uuid, p_status text default null, p_after_contact_id uuid default null, p_limit integer default 50,
  p_rule text default null, p_batch_number integer default null)
returns table (contact_id uuid, email text, status text, batch_number integer, slot integer, reason text, evidence text, attempt_count integer, stage text,
  reply_code integer, enhanced_code text, reply_text text, rule text, smtp_server text, sending_at timestamptz, settled_at timestamptz, retry_at timestamptz)
-- a page comes from an index in its order: with the statistics of a batch that was just opened the planner would rather
-- read and sort all of the campaign. One plan for all pages, so every bound is a condition of its index: planned for each call
-- it took 0.4 ms more, and left to itself from the sixth call on a late page of 200,000 read all before it (380 ms for 4)
language plpgsql stable security definer set search_path = '' set jit = off set enable_sort = off set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_limit integer := least(greatest(coalesce(p_limit, 50), 1), 200);
  -- nobody stands before the first contact id, or behind the last delivery id
  v_from uuid := coalesce(p_after_contact_id, '00000000-0000-0000-0000-000000000000');
  v_before bigint := 9223372036854775807;
  v_page bigint[];
begin
  if not exists (select from public.campaigns as c where c.id = p_campaign_id) then
    raise exception using errcode = 'MB001', message = format('campaign %s does not exist', coalesce(p_campaign_id::text, 'null')),
      hint = 'Look the id up: select id, name, status from public.campaigns;';
  elsif p_status not in ('queued', 'claimed', 'sending', 'sent', 'failed', 'skipped', 'in_doubt', 'deferred') then
    raise exception using errcode = 'MB017', message = format('%L is no status of a delivery', p_status),
      hint = 'queued, claimed, sending, sent, failed, skipped, in_doubt, deferred';
  end if;
  if p_status in ('failed', 'skipped', 'in_doubt') then
    if p_after_contact_id is not null then
      v_before := (select d.delivery_id from daybatch.deliveries as d where d.campaign_id = p_campaign_id and d.contact_id = p_after_contact_id);
    end if;
    v_page := array(
      select d.delivery_id from daybatch.deliveries as d
      where d.campaign_id = p_campaign_id and d.reason is not null and d.status = p_status and (p_rule is null or d.reason = p_rule)
        and (p_batch_number is null or d.batch_number = p_batch_number)
        and d.delivery_id < v_before
      order by d.delivery_id desc limit v_limit);
  elsif p_status in ('queued', 'claimed', 'sending', 'deferred') then
    -- in the batch under way, or deferred and without a slot
    v_page := array(
      select d.delivery_id
      from daybatch.batches as b
      join daybatch.deliveries as d on d.campaign_id = b.campaign_id and d.batch_number = b.batch_number and (b.closed_at is null or d.slot is null)
      where b.campaign_id = p_campaign_id and (b.closed_at is null or p_status = 'deferred') and d.status = p_status
        and (p_batch_number is null or b.batch_number = p_batch_number)
        and (p_rule is null or d.reason = p_rule) and d.contact_id >= v_from and d.contact_id is distinct from p_after_contact_id
      order by d.contact_id limit v_limit);
  else
    v_page := array(
      select d.delivery_id from daybatch.deliveries as d
      where d.campaign_id = p_campaign_id and (p_status is null or d.status = p_status) and (p_rule is null or d.reason = p_rule)
        and (p_batch_number is null or d.batch_number = p_batch_number)
        and d.contact_id >= v_from and d.contact_id is distinct from p_after_contact_id
      order by d.contact_id limit v_limit);
  end if;
  return query
    select d.contact_id, c.email::text, d.status, d.batch_number, d.slot, d.reason, d.evidence, d.attempt_count::integer, l.stage, l.reply_code, l.enhanced_code,
      l.reply_text, l.rule, l.smtp_server, d.sending_at, d.settled_at, d.retry_at
    from unnest(v_page) with ordinality as p (delivery_id, place)
    join daybatch.deliveries as d on d.delivery_id = p.delivery_id
    left join public.contacts as c on c.id = d.contact_id
    left join lateral (
      select a.stage, a.reply_code, a.enhanced_code, a.reply_text, a.rule, a.smtp_server from daybatch.delivery_attempts as a
      -- + 0: by its own few tries, never by all of them from the last
      where a.campaign_id = d.campaign_id and a.delivery_id = d.delivery_id order by a.attempt_id + 0 desc limit 1
    ) as l on true
    order by p.place;
end;
$$;

comment on function daybatch.list_deliveries(uuid, text, uuid, integer, text, integer) is
  'What became of each contact of a campaign, with the server''s words. Example: select d.* from public.campaigns as c, daybatch.list_deliveries(c.id, ''failed'') as d where c.name = ''Spring offer'';';
