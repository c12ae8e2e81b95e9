-- Campaigns with their live counts, newest first, a page at a time; the page goes on after (created_at, id). p_name: only
-- those whose name contains it, in any case. Reads only.
create or replace function daybatch.list_campaigns(p_status text default null, p_after_created_at timestamptz default null, p_after_id uuid default null, p_limit integer default 50,
  p_name text default null)
returns setof jsonb
-- one plan for all pages, from a session's first call on, so each look for a page has its bound as a condition of the index
language plpgsql stable security definer set search_path = '' set jit = off set timezone = 'UTC' set plan_cache_mode = force_generic_plan
as $$
declare
  v_limit integer := least(greatest(p_limit, 1), 200);
  v_page uuid[];
begin
  if p_after_id is null then
    v_page := array(
      select c.id from public.campaigns as c
      where (p_status is null or c.status::text = p_status) and (p_name is null or position(lower(p_name) in lower(c.name)) > 0)
      order by c.created_at desc, c.id desc limit v_limit);
  else
    v_page := array(
      select c.id from public.campaigns as c
      where (c.created_at, c.id) < (p_after_created_at, p_after_id)
        and (p_status is null or c.status::text = p_status) and (p_name is null or position(lower(p_name) in lower(c.name)) > 0)
      order by c.created_at desc, c.id desc limit v_limit);
  end if;
  return query
    select to_jsonb(s) from unnest(v_page) with ordinality as page (id, place) join daybatch.campaign_status as s on s.id = page.id order by page.place;
end;
$$;

comment on function daybatch.list_campaigns(text, timestamptz, uuid, integer, text) is
  'A page of campaigns with live counts, newest first. Example: select c ->> ''name'' from daybatch.list_campaigns(''sending'', p_name => ''spring'') as c;';
