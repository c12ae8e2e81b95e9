-- From which rates on bounces and complaints pause: first the limits of all campaigns (campaign_id null), then those with
-- limits of their own, a page at a time. Called by the API. Reads only.
create or replace function daybatch.list_bounce_limits(p_after_campaign_id uuid default null, p_limit integer default 50)
returns table (campaign_id uuid, bounce_rate double precision, bounce_minimum integer, complaint_rate double precision, complaint_minimum integer)
language sql stable security definer set search_path = '' set jit = off
as $$
  select l.campaign_id, l.bounce_rate::double precision, l.bounce_minimum, l.complaint_rate::double precision, l.complaint_minimum
  from daybatch.bounce_limits as l
  where p_after_campaign_id is null or l.campaign_id > p_after_campaign_id
  order by l.campaign_id nulls first limit least(greatest(coalesce(p_limit, 50), 1), 200)
$$;

comment on function daybatch.list_bounce_limits(uuid, integer) is
  'From which rates on bounces and complaints pause campaigns. Example: select * from daybatch.list_bounce_limits();';
