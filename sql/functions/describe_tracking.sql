-- How an outcome is written into an older application's email_tracking: one insert or update for jsonb rows
-- (campaign_id, contact_id, status, settled_at, reason, email), made out of the columns that the table has. Words that its
-- status column accepts (an enum, or a check that lists them) come first; a table without status gets mails that were
-- sent only, since each of its rows reads as one. Null when there is no such table.
-- Called by write_tracking. Reads the catalog only.
create or replace function daybatch.describe_tracking(p_insert boolean)
returns text
language plpgsql stable security definer set search_path = '' set jit = off
as $$
declare
  v_table regclass := to_regclass('public.email_tracking');
  v_names text[];
  v_words text := '';
  v_status record;
  v_columns record;
  v_rows text := 'jsonb_to_recordset($1) as r (campaign_id uuid, contact_id uuid, status text, settled_at timestamptz, reason text, email text)';
begin
  select array_agg(a.attname::text) into v_names
  from pg_catalog.pg_attribute as a where a.attrelid = v_table and a.attnum > 0 and not a.attisdropped;
  if v_names @> array['campaign_id', 'contact_id'] is not true then
    return null;
  end if;
  select a.atttypid, coalesce((select string_agg(quote_literal(e.enumlabel), ' ') from pg_catalog.pg_enum as e where e.enumtypid = a.atttypid),
    (select string_agg(pg_get_constraintdef(k.oid), ' ') from pg_catalog.pg_constraint as k
      where k.contype = 'c' and (k.contypid = a.atttypid or k.conrelid = v_table and a.attnum = any (k.conkey)))) as accepted
  into v_status
  from pg_catalog.pg_attribute as a where a.attrelid = v_table and a.attname = 'status' and not a.attisdropped;
  select string_agg(format('when %L then %L', w.status, w.word), ' ' order by w.status) into v_words
  from (
    select distinct on (c.status) c.status, c.word
    from (values ('sent', array['sent', 'delivered', 'success', 'mailed']), ('failed', array['failed', 'error', 'rejected', 'bounced']),
      ('skipped', array['skipped', 'cancelled', 'failed', 'error', 'rejected', 'bounced']), ('in_doubt', array['unknown', 'pending', 'queued', 'sending'])) as s (status, words)
    cross join lateral (select s.status, w.word, w.rank from unnest(s.words) with ordinality as w (word, rank)) as c
    -- without a list of words: failed for a skip, pending for a doubt, which every sender knows
    order by c.status, position(quote_literal(c.word) in coalesce(v_status.accepted, '''sent'' ''failed'' ''pending''')) = 0, c.rank
  ) as w;

  -- without a time that must be there the row of a mail that was not sent could not be written
  select string_agg(format('%I', c.attname), ', ' order by c.attname) as names, string_agg(c.expression, ', ' order by c.attname) as expressions,
    string_agg(format('%I = %s', c.attname, c.expression), ', ' order by c.attname) filter (where c.is_outcome) as changes
  into v_columns
  from (
    select a.attname, e.is_outcome, format(case when a.atttypid = 'timestamp'::regtype then '(%s at time zone ''UTC'')' else '(%s)::%s' end,
      case when a.attnotnull and e.expression like 'case%settled_at end' then 'r.settled_at' else e.expression end, format_type(a.atttypid, a.atttypmod)) as expression
    from pg_catalog.pg_attribute as a
    join (values
      (array['campaign_id'], 'r.campaign_id', false),
      (array['contact_id'], 'r.contact_id', false),
      (array['email', 'email_address', 'recipient', 'recipient_email', 'to_email', 'contact_email'], 'r.email', false),
      (array['created_at', 'timestamp'], 'r.settled_at', false),
      (array['status'], format('case r.status %s end', v_words), true),
      (array['sent_at', 'mailed_at'], 'case r.status when ''sent'' then r.settled_at end', true),
      (array['error', 'error_message', 'failure_reason'], 'r.reason', true),
      (array['updated_at'], 'r.settled_at', true)) as e (names, expression, is_outcome) on a.attname::text = any (e.names)
    where a.attrelid = v_table and a.attgenerated = '' and not a.attisdropped
    union all
    -- a key that the application's own code draws
    select a.attname, false, 'gen_random_uuid()' from pg_catalog.pg_attribute as a
    where a.attrelid = v_table and a.attname = 'id' and a.atttypid = 'uuid'::regtype and not a.atthasdef
  ) as c;

  if p_insert then
    return format('insert into public.email_tracking (%s) select %s from %s%s', v_columns.names, v_columns.expressions, v_rows,
      case when v_status.atttypid is null then ' where r.status = ''sent''' end);
  elsif v_status.atttypid is not null then
    return (
      select format('update public.email_tracking as t set %s from %s join lateral (
          select u.ctid as place from public.email_tracking as u where u.campaign_id = r.campaign_id::%s and u.contact_id = r.contact_id::%s
          order by u.ctid desc limit 1) as o on true
        where t.ctid = o.place returning r.campaign_id, r.contact_id', v_columns.changes, v_rows, c.atttypid::regtype, k.atttypid::regtype)
      from pg_catalog.pg_attribute as c, pg_catalog.pg_attribute as k
      where c.attrelid = v_table and c.attname = 'campaign_id' and k.attrelid = v_table and k.attname = 'contact_id');
  end if;
  return null;
end;
$$;

comment on function daybatch.describe_tracking(boolean) is
  'The statement that writes outcomes into public.email_tracking (part of write_tracking); null without that table. Example: select daybatch.describe_tracking(true);';
