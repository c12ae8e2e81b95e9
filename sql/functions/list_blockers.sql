-- Why one campaign sends nothing now: its rows of campaign_blockers, which is the rule. Asked again and again of campaigns
-- that send, whose answer is no row: so one row of facts tells first whether anything of the view could hold, and the view
-- with its eighteen branches is begun only then. What is looked at here is never narrower than a branch of the view; a
-- branch that is added there needs its line here (test/views/campaign_blockers.test.ts compares both in every state).
-- Part of get_campaign. Reads only.
create or replace function daybatch.list_blockers(p_campaign_id uuid)
returns table (blocker text, reason text, since timestamptz, ends_at timestamptz, needs_somebody boolean)
language plpgsql stable security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := daybatch.current_moment();
begin
  if exists (
    select from public.campaigns as c
    join daybatch.batches as o on o.campaign_id = c.id and o.closed_at is null
    where c.id = p_campaign_id and c.status::text = 'sending' and daybatch.is_awake()
      and c.tracking_initialised_at is not null and coalesce(nullif(c.html_body, ''), nullif(c.text_body, '')) is not null
      -- not refused, not held, not spread, no window
      and num_nonnulls(o.sending_rules, c.send_window_from, c.send_window_days) = 0
      and not coalesce(greatest(o.refused_until, o.held_until) > v_now, false)
      and not (o.next_slot <= o.slot_count and coalesce(o.next_slot_at > v_now, false))
      -- nobody waits for a domain's limit or a retry
      and not exists (select from daybatch.deliveries as d where d.campaign_id = o.campaign_id and d.batch_number = o.batch_number and d.retry_at is not null)
      -- its server is usable and has room, and somebody delivers
      and exists (select from daybatch.smtp_servers as s where s.is_enabled and (s.is_fallback or s.name = coalesce(c.smtp_server, 'default')))
      and not exists (
        select from daybatch.smtp_servers as s
        where s.name = coalesce(o.smtp_server, c.smtp_server, 'default') and (s.next_send_at > v_now
          or s.connections <= (select coalesce(sum(cardinality(k.delivery_ids)), 0) from daybatch.claims as k where coalesce(k.smtp_server, 'default') = s.name)))
      and exists (select from daybatch.worker_status as w where w.is_alive and w.problem is null))
  then
    return;
  end if;
  return query
    select b.blocker, b.reason, b.since, b.ends_at, b.needs_somebody from daybatch.campaign_blockers as b where b.campaign_id = p_campaign_id;
end;
$$;

comment on function daybatch.list_blockers(uuid) is
  'Why one campaign sends nothing now, as campaign_blockers says. Example: select b.blocker, b.reason, b.ends_at from public.campaigns as c, daybatch.list_blockers(c.id) as b where c.name = ''Spring offer'';';
