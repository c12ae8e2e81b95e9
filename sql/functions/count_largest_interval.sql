-- The largest number of mails handed over in any stretch of p_interval, of one campaign, from the times of hand-over.
-- Each mail counts from its hand-over on for one interval; what ends at a moment is gone before the next begins. Reads the
-- campaign's attempts once. Errors: MB001 unknown campaign, MB017 no positive interval.
create or replace function daybatch.count_largest_interval(p_campaign_id uuid, p_interval interval)
returns integer
language plpgsql stable security definer set search_path = '' set jit = off
as $$
begin
  if p_interval is null or p_interval <= interval '0' then
    raise exception using errcode = 'MB017', message = 'count_largest_interval needs a positive interval', hint = 'Example: select daybatch.count_largest_interval(id, interval ''24 hours'') from public.campaigns;';
  elsif not exists (select from public.campaigns as c where c.id = p_campaign_id) then
    raise exception using errcode = 'MB001', message = format('campaign %s does not exist', coalesce(p_campaign_id::text, 'null')),
      hint = 'Look the id up: select id, name, status from public.campaigns;';
  end if;
  return (
    select coalesce(max(r.mails), 0)
    from (
      select sum(k.step) over (order by k.at, k.step rows unbounded preceding) as mails
      from (
        -- a doubt that a late reply settled left two rows and went out once
        select distinct a.delivery_id, coalesce(a.sending_at, a.ended_at) as sending_at
        from daybatch.delivery_attempts as a
        where a.campaign_id = p_campaign_id and a.outcome in ('sent', 'in_doubt', 'accepted_twice')
      ) as m
      cross join lateral (values (m.sending_at, 1), (m.sending_at + p_interval, -1)) as k (at, step)
    ) as r);
end;
$$;

comment on function daybatch.count_largest_interval(uuid, interval) is
  'Largest number of mails a campaign handed over in any stretch of an interval. Example: select daybatch.count_largest_interval(id, interval ''24 hours'') from public.campaigns;';
