-- The largest number of mails handed over in any stretch of p_interval, of one campaign, from the times of hand-over.
-- Reads the campaign's attempts once.
create or replace function daybatch.count_largest_interval(p_campaign_id uuid, p_interval interval)
returns integer
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_largest integer;
begin
  -- the frame's offset must be a constant: hence the dynamic text
  execute format('select max(w.mails) from (
      select count(*) over (order by a.sending_at range between interval %L preceding and current row) as mails
      from daybatch.delivery_attempts as a
      where a.campaign_id = $1 and a.outcome in (''sent'', ''in_doubt'', ''accepted_twice'') and a.sending_at is not null) as w',
    -- a mail exactly one interval later is in the next stretch
    (p_interval - interval '1 microsecond')::text)
  into v_largest using p_campaign_id;
  return coalesce(v_largest, 0);
end;
$$;

comment on function daybatch.count_largest_interval(uuid, interval) is
  'Largest number of mails a campaign handed over in any stretch of an interval. Example: select daybatch.count_largest_interval(id, interval ''24 hours'') from public.campaigns;';
