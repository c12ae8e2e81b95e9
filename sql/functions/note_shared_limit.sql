-- Trigger function, after a row of sender_limits or domain_limits was written or deleted: tells claims whether to look, and
-- counts what a new limit finds: the mails of the last 24 hours, and those under way. Keeps when each daily limit was in
-- force (limit_changes). Reads the tries of these 24 hours. Locks: the settings, so that two who change limits at once see
-- each other's; batches that wait for the limit.
create or replace function daybatch.note_shared_limit()
returns trigger
language plpgsql security definer set search_path = '' set jit = off
as $$
declare
  v_now timestamptz;
  v_rule text := case tg_table_name when 'sender_limits' then 'sender' else 'domain' end;
  v_name text;
  v_has_any boolean;
  v_old record;
  v_new record;
begin
  perform 1 from daybatch.settings for no key update;
  v_now := daybatch.current_moment();
  v_has_any := exists (select from daybatch.sender_limits) or exists (select from daybatch.domain_limits);
  update daybatch.settings as s set has_shared_limits = v_has_any where s.has_shared_limits is distinct from v_has_any;
  -- who waits for the old limit looks again; not those that are being claimed from, which look at the new one anyway
  update daybatch.batches as b set held_until = null, held_by = null
  from (select h.campaign_id, h.batch_number from daybatch.batches as h
    where h.closed_at is null and h.held_by = 'sender_limit' for no key update skip locked) as w
  where b.campaign_id = w.campaign_id and b.batch_number = w.batch_number;
  select coalesce(j.r ->> 'sender', j.r ->> 'domain') as name, (j.r ->> 'daily_limit')::integer as daily_limit into v_old from (select to_jsonb(old) as r) as j;
  select coalesce(j.r ->> 'sender', j.r ->> 'domain') as name, (j.r ->> 'daily_limit')::integer as daily_limit into v_new from (select to_jsonb(new) as r) as j;
  insert into daybatch.limit_changes (rule, name, daily_limit, is_new, changed_at)
  select v_rule, k.name, k.daily_limit, k.is_new, v_now
  from (values
    (v_old.name, null, false, v_old.daily_limit is not null and (v_new.daily_limit is null or v_new.name <> v_old.name)),
    (v_new.name, v_new.daily_limit, v_old.daily_limit is null or v_new.name is distinct from v_old.name,
      v_new.daily_limit is not null and (v_new.name, v_new.daily_limit) is distinct from (v_old.name, v_old.daily_limit))
  ) as k (name, daily_limit, is_new, is_change)
  where k.is_change;
  if tg_op = 'DELETE' then
    return null;
  end if;
  v_name := v_new.name;
  insert into daybatch.counted_mails (rule, name, delivery_id, claim_token, counts_until)
  select v_rule, v_name, m.delivery_id, m.claim_token, max(m.counts_until)
  from (
    select a.campaign_id, a.batch_number, a.delivery_id, a.claim_token, coalesce(a.sending_at, a.ended_at) + interval '24 hours' as counts_until
    from daybatch.delivery_attempts as a
    where a.ended_at > v_now - interval '24 hours' and a.outcome in ('sent', 'in_doubt', 'accepted_twice')
    union all
    select k.campaign_id, k.batch_number, d.delivery_id, k.claim_token, case when d.status = 'sending' then d.sending_at + interval '24 hours' end
    from daybatch.claims as k
    join daybatch.deliveries as d on d.delivery_id = any (k.delivery_ids) and d.claim_token = k.claim_token and d.status in ('claimed', 'sending')
  ) as m
  join daybatch.batches as b on b.campaign_id = m.campaign_id and b.batch_number = m.batch_number
  left join daybatch.campaign_messages as w on w.campaign_id = b.campaign_id and w.message_version = b.message_version
  where case v_rule when 'sender' then daybatch.get_sender_key(w.sender) = v_name
    else exists (select from daybatch.deliveries as d join public.contacts as p on p.id = d.contact_id
      where d.delivery_id = m.delivery_id and lower(split_part(p.email, '@', 2)) = v_name) end
  group by m.delivery_id, m.claim_token
  on conflict do nothing;
  return null;
end;
$$;

comment on function daybatch.note_shared_limit() is
  'Trigger of sender_limits and domain_limits: counts what a new limit finds. Example: insert into daybatch.domain_limits (domain, batch_limit) values (''example.org'', 100);';
