-- Who would be in the audience of these lists, and how many of them cannot be mailed now and why: as fill_batch would judge
-- them, in the same order of reasons. The audience counts each contact once; an address of two contacts is mailed once.
-- Asked when lists are chosen; reads the lists from end to end. Addresses are told apart by a hash of 64 bits, which of a
-- million takes two for one once in thirty million audiences. Reads only. Errors: MB005 unknown list.
create or replace function daybatch.preview_audience(p_list_ids uuid[])
returns table (contacts integer, eligible integer, reasons jsonb)
language plpgsql stable security definer set search_path = '' set jit = off
-- a list of a million is held in memory, and the contacts of a small one are looked up by key: all contacts are not read
set work_mem = '64MB' set random_page_cost = 1.1
as $$
#variable_conflict use_column
declare
  -- what makes an address of plain letters, between two dots, not plain; the rest, when short, is valid. The whole check takes
  -- twenty times as long, and one pattern for all that is looked for here three times
  c_odd constant text := '[^A-Za-z0-9_.@+-]|[.@-][.@-]';
  v_key bytea;
  v_unknown uuid;
  v_has_suppressions boolean := exists (select from daybatch.suppressions);
  v_contacts uuid[];
begin
  select l.id into v_unknown from unnest(p_list_ids) as l (id) where not exists (select from public.contact_lists as k where k.id = l.id) limit 1;
  if v_unknown is not null then
    raise exception using errcode = 'MB005', message = format('list %s does not exist', v_unknown), hint = 'Look the id up: select id, name from public.contact_lists;';
  end if;
  select s.value into v_key from daybatch.secrets as s where s.name = 'address_key';
  -- in their order: neighbours stand on the same page of the index of contacts. As a parameter the planner knows how many they
  -- are. Sorted, not read in their order: that visits a page of the table for each
  v_contacts := array(
    select distinct m.contact_id
    from (select k.contact_id from daybatch.list_members as k where k.list_id = any (p_list_ids) offset 0) as m
    order by m.contact_id);
  return query
    with judged as (
      select p.email,
        case
          when p.unsubscribed_at is not null then 'unsubscribed'
          when (octet_length(p.email) <= 64 and p.email like '%@%.%' and p.email not like '%@%@%' and p.email not like '%@%+%' and p.email not like '%@%\_%'
            and p.email not like '%._' and ('.' || p.email || '.') collate "C" !~ c_odd) is not true and not daybatch.is_valid_address(p.email) then 'invalid_address'
          when v_has_suppressions and exists (select from daybatch.suppressions as s where s.address_key = sha256(v_key || convert_to(lower(p.email), 'UTF8'))
            and (s.list_id is null or s.list_id = any (p_list_ids))) then 'suppressed'
        end as reason
      from (select unnest(v_contacts) as contact_id offset 0) as m
      cross join lateral (select c.unsubscribed_at, c.email::text as email from public.contacts as c where c.id = m.contact_id) as p
      -- judged once, not once for each count
      offset 0
    ), counted as (
      select count(*) filter (where j.reason is null) as good,
        count(distinct hashtextextended(lower(j.email), 0)) filter (where j.reason is null) as addresses,
        cardinality(v_contacts) - count(*) as deleted, count(*) filter (where j.reason = 'unsubscribed') as unsubscribed,
        count(*) filter (where j.reason = 'invalid_address') as invalid_address, count(*) filter (where j.reason = 'suppressed') as suppressed
      from judged as j
    )
    select cardinality(v_contacts), c.addresses::integer, (
      select coalesce(jsonb_object_agg(t.reason, t.contacts), '{}')
      from (values ('deleted', c.deleted), ('unsubscribed', c.unsubscribed), ('invalid_address', c.invalid_address), ('suppressed', c.suppressed),
        ('duplicate_address', c.good - c.addresses)) as t (reason, contacts)
      where t.contacts > 0)
    from counted as c;
end;
$$;

comment on function daybatch.preview_audience(uuid[]) is
  'How many contacts lists name, and why some cannot be mailed. Example: select p.* from daybatch.preview_audience(array(select id from public.contact_lists)) as p;';
