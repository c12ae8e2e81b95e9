-- Suppresses many addresses at once, e.g. what another program knows. p_rows: an array of objects with email, or
-- address_key (hex, from an export of this installation); reason (default manual), list_id (default: everywhere),
-- created_at. Good rows are kept when others are not: those come back with their place (from 1) and why.
-- Called by the API and by hand. Locks: the suppressions, by key. Repeatable: what is there already is counted as existing.
-- Errors: MB017 no array, or more than 10000 rows.
create or replace function daybatch.import_suppressions(p_rows jsonb, p_source text default 'import')
returns jsonb
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_now timestamptz := daybatch.current_moment();
  v_rows jsonb;
  v_added integer;
  v_rejected jsonb;
begin
  if jsonb_typeof(p_rows) is distinct from 'array' or jsonb_array_length(p_rows) > 10000 then
    raise exception using errcode = 'MB017', message = 'import_suppressions needs an array of at most 10000 rows',
      hint = 'Example: select daybatch.import_suppressions(''[{"email": "ada@example.org", "reason": "complained"}]'');';
  end if;
  select jsonb_agg(jsonb_build_object('place', j.place, 'rejection', j.rejection, 'address_key', case when j.rejection is null then
      coalesce(j.key, encode(daybatch.calculate_address_key(j.email), 'hex')) end,
    'reason', coalesce(j.reason, 'manual'), 'list_id', case when j.rejection is null then j.list_id end, 'created_at', case when j.rejection is null then j.created_at end))
  into v_rows
  from (
    select r.place, g.*,
      case
        when g.key is null and g.email is null then 'neither email nor address_key'
        when g.key is not null and g.key !~ '^[0-9a-f]{64}$' then 'address_key is not 64 hexadecimal digits'
        when g.key is null and not daybatch.is_valid_address(g.email) then 'not an address that can be mailed'
        when g.reason not in ('unsubscribed', 'bounced', 'complained', 'erased', 'manual') then 'unknown reason: one of unsubscribed, bounced, complained, erased, manual'
        when g.list_id !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' or (g.list_id is not null and not exists (
          select from public.contact_lists as l where l.id::text = lower(g.list_id))) then 'unknown list'
        when g.created_at !~ '^[12][0-9]{3}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)?)?$'
          or not coalesce(jsonb_path_exists(to_jsonb(left(g.created_at, 10)), '$.datetime()', '{}', true), false) and g.created_at is not null then 'created_at is not a time'
      end as rejection
    from jsonb_array_elements(p_rows) with ordinality as r (row_value, place)
    cross join lateral (
      select nullif(trim(r.row_value ->> 'email'), '') as email, nullif(lower(trim(r.row_value ->> 'address_key')), '') as key,
        nullif(trim(r.row_value ->> 'reason'), '') as reason, nullif(trim(r.row_value ->> 'list_id'), '') as list_id,
        nullif(trim(r.row_value ->> 'created_at'), '') as created_at
    ) as g
  ) as j;
  with added as (
    insert into daybatch.suppressions as s (address_key, list_id, reason, source, created_at)
    select distinct on (g.address_key, g.list_id)
      decode(g.address_key, 'hex'), g.list_id, g.reason, left(coalesce(p_source, 'import'), 100), least(coalesce(g.created_at, v_now), v_now)
    from jsonb_to_recordset(coalesce(v_rows, '[]')) as g (place integer, rejection text, address_key text, reason text, list_id uuid, created_at timestamptz)
    where g.rejection is null
    order by g.address_key, g.list_id, g.reason in ('bounced', 'manual'), g.place
    -- as write_suppression: what its owner asked for outlasts our own decision
    on conflict (address_key, coalesce(list_id, '00000000-0000-0000-0000-000000000000')) do update set reason = excluded.reason, source = excluded.source
    where s.reason in ('bounced', 'manual')
      and (excluded.reason not in ('bounced', 'manual') or s.source = 'smtp' and excluded.source <> 'smtp')
    returning s.xmax = 0 as is_new
  )
  select count(*) filter (where a.is_new) into v_added from added as a;
  select coalesce(jsonb_agg(jsonb_build_object('place', g.value -> 'place', 'rejection', g.value -> 'rejection') order by (g.value ->> 'place')::integer), '[]')
  into v_rejected from jsonb_array_elements(coalesce(v_rows, '[]')) as g (value) where g.value ->> 'rejection' is not null;
  return jsonb_build_object('added', v_added, 'existing', jsonb_array_length(p_rows) - v_added - jsonb_array_length(v_rejected), 'rejected', v_rejected);
end;
$$;

comment on function daybatch.import_suppressions(jsonb, text) is
  'Suppresses many addresses at once; bad rows come back with why. Example: select daybatch.import_suppressions(''[{"email": "ada@example.org", "reason": "complained"}]'');';
