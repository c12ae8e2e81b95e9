-- Suppresses the addresses that a file says must not be mailed, by their reasons; a known contact that unsubscribed is
-- marked. Nobody of them goes on a list. Called by merge_import under the import's lock. Answers how many rows said so.
-- Repeatable: what is suppressed already stays as it is.
create or replace function daybatch.suppress_import(p_import_id uuid)
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_now timestamptz := daybatch.current_moment();
  v_count integer;
begin
  select count(*) into v_count from daybatch.import_rows as r where r.import_id = p_import_id and r.rejection is null and r.status is not null;
  if v_count > 0 then
    insert into daybatch.suppressions (address_key, reason, source, created_at)
    select sha256(s.value || convert_to(lower(r.email), 'UTF8')) as address_key, r.status, 'import', v_now
    from daybatch.import_rows as r cross join daybatch.secrets as s
    where r.import_id = p_import_id and r.rejection is null and r.status is not null and s.name = 'address_key'
    order by 1
    on conflict do nothing;
    update public.contacts as c set unsubscribed_at = v_now
    from daybatch.import_rows as r
    where r.import_id = p_import_id and r.rejection is null and r.status = 'unsubscribed'
      and lower(c.email) = lower(r.email) and c.unsubscribed_at is null;
  end if;
  return v_count;
end;
$$;

comment on function daybatch.suppress_import(uuid) is
  'Suppresses what a file says must not be mailed (part of merge_import). Example: select daybatch.suppress_import(import_id) from daybatch.imports limit 0;';
