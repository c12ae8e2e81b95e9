-- Who would be in the audience of these lists, and how many of them cannot be mailed now and why: as fill_batch would judge
-- them, in the same order of reasons. The audience counts each contact once; an address of two contacts is mailed once.
-- Asked when lists are chosen; reads the lists from end to end. Addresses, and the contacts of a large list, are told apart by a
-- hash of 64 bits, which of a million takes two for one once in thirty million audiences. Reads only. Errors: MB005 unknown list.
-- A list of up to 50,000 is often one import, whose contacts stand side by side: where a few of them say so, the pages between are
-- read, and only who is not there is looked up by key (3.5 us each, the larger part of all). A larger one is joined, by parallel
-- workers too. CPU by turns: 10,000 of 1,000,000 contacts 60 ms, now 21 ms, looked up by key 55 ms; all of them 4.4 s, now 1.8 s
-- and as much in two workers. Tried: ids grouped by hash and not sorted (twice the time); a large list by its pages too (6.6 s); a
-- small one by workers (their start takes as long as they save); a hundred addresses in one pattern at a time (7 ms of 9; all 3 ms).
create or replace function daybatch.preview_audience(p_list_ids uuid[])
returns table (contacts integer, eligible integer, reasons jsonb)
language plpgsql stable security definer set search_path = '' set jit = off
-- a list of a million is held in memory, and the contacts of a small one are looked up by key: all contacts are not read. Planned
-- for the list that it is: a plan for all, which a session makes after five, looks a million up by key. What a worker hands over
-- are 24 bytes: as dear as PostgreSQL takes a row to be, none would be asked
set work_mem = '64MB' set random_page_cost = 1.1 set parallel_tuple_cost = 0 set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
  -- what makes an address of plain letters, between two dots, not plain; the rest, when short, is valid. The whole check takes
  -- twenty times as long, and one pattern for all that is looked for here three times
  c_odd constant text := '[^A-Za-z0-9_.@+-]|[.@-][.@-]';
  -- lines of which each, when short, is an address by is_valid_address: thousands at once take a third of the time
  c_all_plain constant text := '^(?:[!#-''*+/-9=?A-Z^-~-]+(?:\.[!#-''*+/-9=?A-Z^-~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]\n)*$';
  v_key bytea;
  v_unknown uuid;
  v_has_suppressions boolean := exists (select from daybatch.suppressions);
  v_members uuid[]; v_is_large boolean;
  v_first_page bigint; v_end_page bigint; v_from tid; v_to tid;
  v_near uuid[]; v_others uuid[];
  v_are_plain boolean := false;
begin
  select l.id into v_unknown from unnest(p_list_ids) as l (id) where not exists (select from public.contact_lists as k where k.id = l.id) limit 1;
  if v_unknown is not null then
    raise exception using errcode = 'MB005', message = format('list %s does not exist', v_unknown), hint = 'Look the id up: select id, name from public.contact_lists;';
  end if;
  select s.value into v_key from daybatch.secrets as s where s.name = 'address_key';
  v_members := array(select k.contact_id from daybatch.list_members as k where k.list_id = any (p_list_ids) limit 50001);
  v_is_large := cardinality(v_members) > 50000;
  if not v_is_large then
    -- the pages between a tenth and nine tenths of a hundred of them, and a quarter more at each side: one that was written anew stands elsewhere
    select floor(q.pages[1] - (q.pages[2] - q.pages[1]) / 4), ceil(q.pages[2] + (q.pages[2] - q.pages[1]) / 4) + 1 into v_first_page, v_end_page
    from (
      select percentile_cont(array[0.1, 0.9]) within group (order by (c.ctid::text::point)[0]) as pages
      from (select v_members[n] as id from generate_series(1, cardinality(v_members), 1 + cardinality(v_members) / 100) as n offset 0) as m
      join public.contacts as c on c.id = m.id) as q;
    -- a page is read in the time of eight looks
    if (v_end_page - v_first_page) * 8 < cardinality(v_members) then
      v_from := format('(%s,0)', greatest(v_first_page, 0));
      v_to := format('(%s,0)', v_end_page);
      -- not in the where clause: the planner would look each of the ids up in its statistics
      select array_agg(c.id), string_agg(c.email, E'\n') || E'\n' collate "C" ~ c_all_plain
        and max(octet_length(c.email)) <= 64 and bool_and(coalesce(c.email not like E'%\n%', false))
      into v_near, v_are_plain
      from (
        select c.id, c.email::text as email, c.id = any (v_members) as is_listed
        from public.contacts as c where c.ctid >= v_from and c.ctid < v_to offset 0) as c
      where c.is_listed;
    end if;
    -- as many: each is there, and none is listed twice
    if cardinality(v_near) is distinct from cardinality(v_members) then
      v_others := array(select unnest(v_members) as id except select unnest(v_near) order by id);
      v_are_plain := v_are_plain and cardinality(v_others) = 0;
    end if;
  end if;
  return query
    with judged as (
      select uuid_hash_extended(p.contact_id, 0) as contact, hashtextextended(lower(p.email), 0) as address,
        case
          when p.is_deleted then 'deleted'
          when p.unsubscribed_at is not null then 'unsubscribed'
          when not v_are_plain
            and (octet_length(p.email) <= 64 and p.email like '%@%.%' and p.email not like '%@%@%' and p.email not like '%@%+%' and p.email not like '%@%\_%'
            and p.email not like '%._' and ('.' || p.email || '.') collate "C" !~ c_odd) is not true and not daybatch.is_valid_address(p.email) then 'invalid_address'
          when v_has_suppressions and exists (select from daybatch.suppressions as s where s.address_key = sha256(v_key || convert_to(lower(p.email), 'UTF8'))
            and (s.list_id is null or s.list_id = any (p_list_ids))) then 'suppressed'
        end as reason
      from (
        select m.contact_id, c.id is null as is_deleted, c.email::text as email, c.unsubscribed_at
        from daybatch.list_members as m left join public.contacts as c on c.id = m.contact_id
        where v_is_large and m.list_id = any (p_list_ids)
        union all
        select c.id, false, c.email, c.unsubscribed_at
        from (
          select c.id, c.email::text as email, c.unsubscribed_at, c.id = any (v_near) as is_listed
          from public.contacts as c where not v_is_large and c.ctid >= v_from and c.ctid < v_to offset 0) as c
        where c.is_listed
        union all
        -- in their order: neighbours stand on the same page of the index of contacts
        select m.id, c.id is null, c.email::text, c.unsubscribed_at
        from (select unnest(v_others) as id offset 0) as m left join public.contacts as c on c.id = m.id
        where not v_is_large
      ) as p
      -- judged once, not once for each count
      offset 0
    ), counted as (
      -- a contact of two large lists comes twice. By expressions: of columns, PostgreSQL 16 and newer sort the whole rows first
      select case when v_is_large then count(distinct j.contact + 0) filter (where j.reason is null) else count(*) filter (where j.reason is null) end as good,
        count(distinct j.address + 0) filter (where j.reason is null) as addresses,
        count(distinct j.contact + 0) filter (where j.reason = 'deleted') as deleted,
        count(distinct j.contact + 0) filter (where j.reason = 'unsubscribed') as unsubscribed,
        count(distinct j.contact + 0) filter (where j.reason = 'invalid_address') as invalid_address,
        count(distinct j.contact + 0) filter (where j.reason = 'suppressed') as suppressed
      from judged as j
    )
    select (c.good + c.deleted + c.unsubscribed + c.invalid_address + c.suppressed)::integer, c.addresses::integer, (
      select coalesce(jsonb_object_agg(t.reason, t.contacts), '{}')
      from (values ('deleted', c.deleted), ('unsubscribed', c.unsubscribed), ('invalid_address', c.invalid_address), ('suppressed', c.suppressed),
        ('duplicate_address', c.good - c.addresses)) as t (reason, contacts)
      where t.contacts > 0)
    from counted as c;
end;
$$;

comment on function daybatch.preview_audience(uuid[]) is
  'How many contacts lists name, and why some cannot be mailed. Example: select p.* from daybatch.preview_audience(array(select id from public.contact_lists)) as p;';
