-- Every suppression, with the address where a contact has it (else only the keyed hash is known). address_key fits this
-- installation only, email any. Hashes every contact once: about 2 us each.
-- Called by the API (as a stream) and by psql's \copy. Reads only.
create or replace function daybatch.export_suppressions()
returns table (email text, address_key text, reason text, list_id uuid, source text, created_at timestamptz)
language sql stable security definer set search_path = '' set jit = off
as $$
  select k.email, encode(s.address_key, 'hex'), s.reason, s.list_id, s.source, s.created_at
  from daybatch.suppressions as s
  left join (
    select sha256(e.value || convert_to(lower(c.email), 'UTF8')) as address_key, min(lower(c.email)) as email
    from daybatch.secrets as e cross join public.contacts as c
    where e.name = 'address_key' and c.email is not null
    group by 1
  ) as k on k.address_key = s.address_key
  order by s.suppression_id
$$;

comment on function daybatch.export_suppressions() is
  'Every suppression, with the address where a contact has it. Example: select * from daybatch.export_suppressions() limit 10;';
