-- Who did what to a campaign, the last first, a page at a time, before p_before_id; also of a campaign that was deleted.
-- Reads only. Errors: MB001 neither a campaign nor a history.
create or replace function daybatch.list_campaign_history(p_campaign_id uuid, p_before_id bigint default null, p_limit integer default 50)
returns table (event_id bigint, happened_at timestamptz, event text, detail jsonb, done_by text, application_name text)
language plpgsql stable security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
begin
  return query
    select e.event_id, e.happened_at, e.event, e.detail, e.done_by, e.application_name
    from daybatch.events as e
    where e.campaign_id = p_campaign_id and (p_before_id is null or e.event_id < p_before_id)
    order by e.event_id desc limit least(greatest(coalesce(p_limit, 50), 1), 200);
  if not found and not exists (select from public.campaigns as c where c.id = p_campaign_id)
    and not exists (select from daybatch.events as e where e.campaign_id = p_campaign_id)
  then
    raise exception using errcode = 'MB001', message = format('campaign %s does not exist', coalesce(p_campaign_id::text, 'null')),
      hint = 'Look the id up: select id, name, status from public.campaigns;';
  end if;
end;
$$;

comment on function daybatch.list_campaign_history(uuid, bigint, integer) is
  'Who did what to a campaign, the last first. Example: select h.* from public.campaigns as c, daybatch.list_campaign_history(c.id) as h where c.name = ''Spring offer'';';
