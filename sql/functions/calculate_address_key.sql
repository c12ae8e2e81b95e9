-- The never-twice key of an address: sha256 over the installation's secret and the canonical (lower-case) address.
-- Hot paths write the same expression in line; this is for single addresses. Reads the secret, changes nothing.
create or replace function daybatch.calculate_address_key(p_email text)
returns bytea
language sql stable security definer set search_path = '' set jit = off
as $$
  select pg_catalog.sha256(s.value || pg_catalog.convert_to(pg_catalog.lower(p_email), 'UTF8'))
  from daybatch.secrets as s
  where s.name = 'address_key'
$$;

comment on function daybatch.calculate_address_key(text) is
  'Keyed hash of an address, as in deliveries and suppressions. Example: select encode(daybatch.calculate_address_key(''ada@example.org''), ''hex'');';
