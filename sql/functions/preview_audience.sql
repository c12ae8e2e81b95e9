-- Who would be in the audience of these lists, and how many of them cannot be mailed now and why: as fill_batch would judge
-- them, in the same order of reasons. The audience counts each contact once; an address of two contacts is mailed once.
-- Asked when lists are chosen; reads the lists from end to end. Reads only. Errors: MB005 unknown list.
create or replace function daybatch.preview_audience(p_list_ids uuid[])
returns table (contacts integer, eligible integer, reasons jsonb)
language plpgsql stable security definer set search_path = ''
-- a list of a million is held in memory, and the contacts of a small one are looked up by key: all contacts are not read
set work_mem = '64MB' set random_page_cost = 1.1
as $$
#variable_conflict use_column
declare
  c_plain constant text := '^[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)?\.)+[A-Za-z][A-Za-z]+$';
  v_key bytea;
  v_unknown uuid;
begin
  select l.id into v_unknown from unnest(p_list_ids) as l (id) where not exists (select from public.contact_lists as k where k.id = l.id) limit 1;
  if v_unknown is not null then
    raise exception using errcode = 'MB005', message = format('list %s does not exist', v_unknown), hint = 'Look the id up: select id, name from public.contact_lists;';
  end if;
  select s.value into v_key from daybatch.secrets as s where s.name = 'address_key';
  return query
    with judged as (
      select m.contact_id, lower(p.email) as address,
        case
          when p.id is null then 'deleted'
          when p.unsubscribed_at is not null then 'unsubscribed'
          -- nearly all are of this plain form and short, which is valid; the whole check takes eight times as long
          when not (octet_length(p.email) <= 64 and p.email collate "C" ~ c_plain) and not daybatch.is_valid_address(p.email) then 'invalid_address'
          when exists (select from daybatch.suppressions)
            and exists (select from daybatch.suppressions as s where s.address_key = sha256(v_key || convert_to(lower(p.email), 'UTF8'))
              and (s.list_id is null or s.list_id = any (p_list_ids))) then 'suppressed'
        end as reason
      from (select distinct k.contact_id from daybatch.list_members as k where k.list_id = any (p_list_ids)) as m
      left join public.contacts as p on p.id = m.contact_id
    ), counted as (
      select a.reason, sum(a.contacts)::bigint as contacts, count(*) as addresses
      from (select j.reason, j.address, count(*) as contacts from judged as j group by j.reason, j.address) as a group by a.reason
    ), told as (
      select c.reason, c.contacts from counted as c where c.reason is not null
      union all
      select 'duplicate_address', c.contacts - c.addresses from counted as c where c.reason is null and c.contacts > c.addresses
    )
    select coalesce((select sum(c.contacts) from counted as c), 0)::integer,
      coalesce((select c.addresses from counted as c where c.reason is null), 0)::integer,
      coalesce((select jsonb_object_agg(t.reason, t.contacts) from told as t), '{}');
end;
$$;

comment on function daybatch.preview_audience(uuid[]) is
  'How many contacts lists name, and why some cannot be mailed. Example: select p.* from daybatch.preview_audience(array(select id from public.contact_lists)) as p;';
