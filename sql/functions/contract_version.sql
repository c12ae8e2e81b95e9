-- The number that the service compares at its start with the one it was written for.
create or replace function daybatch.contract_version()
returns integer
language sql immutable set search_path = ''
as $$ select 1 $$;

comment on function daybatch.contract_version() is
  'Version of the functions'' contract with the service; a service refuses another one. Example: select daybatch.contract_version();';
