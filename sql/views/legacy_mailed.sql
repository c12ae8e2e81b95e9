-- Adapter: whom an older method mailed, out of public.email_tracking. The engine's only reader of that table; a DBA may
-- replace the view (create or replace view, same columns), and a deploy leaves a replaced one alone.
-- Every row counts as mailed unless it clearly failed; pending and the like are in doubt: nobody is mailed twice.
do $adapter$
declare
  v_time text;
  v_state text := '''mailed''';
  v_columns text[];
begin
  if to_regclass('public.email_tracking') is null then
    perform daybatch.replace_adapter('legacy_mailed',
      'select null::uuid as campaign_id, null::uuid as contact_id, null::timestamptz as mailed_at, null::text as state where false');
    return;
  end if;
  select array_agg(a.attname::text) into v_columns
  from pg_catalog.pg_attribute as a where a.attrelid = 'public.email_tracking'::regclass and a.attnum > 0 and not a.attisdropped;
  if not v_columns @> array['campaign_id', 'contact_id'] then
    if to_regclass('daybatch.legacy_mailed') is not null then
      return;
    end if;
    raise exception 'public.email_tracking has no columns campaign_id and contact_id: daybatch cannot tell whom the older method mailed'
      using hint = 'Make the view first: create schema if not exists daybatch; create view daybatch.legacy_mailed (campaign_id, contact_id, mailed_at, state) as ...; state is mailed, failed or in_doubt.';
  end if;
  select coalesce('coalesce(' || string_agg(format('t.%I::timestamptz', c.name), ', ' order by c.rank) || ')', 'null::timestamptz') into v_time
  from unnest(array['sent_at', 'mailed_at', 'delivered_at', 'timestamp', 'created_at']) with ordinality as c (name, rank)
  where c.name = any (v_columns);
  if 'status' = any (v_columns) then
    v_state := $state$case
      when lower(t.status::text) in ('failed', 'error', 'rejected', 'invalid', 'cancelled', 'canceled', 'skipped') then 'failed'
      when lower(t.status::text) in ('pending', 'queued', 'sending', 'processing', 'scheduled', 'unknown') then 'in_doubt'
      else 'mailed' end$state$;
  end if;
  -- timestamp without time zone is taken as UTC, like everywhere
  perform set_config('timezone', 'UTC', true);
  perform daybatch.replace_adapter('legacy_mailed', format(
    'select t.campaign_id::uuid as campaign_id, t.contact_id::uuid as contact_id, %s as mailed_at, %s as state
     from public.email_tracking as t where t.campaign_id is not null and t.contact_id is not null',
    replace(v_time, '::timestamptz', case when (
      select bool_or(a.atttypid = 'timestamp'::regtype) from pg_catalog.pg_attribute as a
      where a.attrelid = 'public.email_tracking'::regclass and a.attname = any (array['sent_at', 'mailed_at', 'delivered_at', 'timestamp', 'created_at']))
      then '::timestamp at time zone ''UTC''' else '::timestamptz' end), v_state));
end;
$adapter$;

comment on view daybatch.legacy_mailed is
  'Whom an older method mailed (campaign_id uuid, contact_id uuid, mailed_at timestamptz, state mailed/failed/in_doubt); replaceable by a DBA. Example: select state, count(*) from daybatch.legacy_mailed group by state;';
