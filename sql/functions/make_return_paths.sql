-- The tokens of deliveries for their return paths (bounce+<token>@<domain>), in the order of the ids: what comes back
-- there is about that delivery. Called by the delivery loop after each claim, where a return-path domain is configured.
-- Reads only. Errors: none.
create or replace function daybatch.make_return_paths(p_delivery_ids bigint[])
returns text[]
language sql stable security definer set search_path = '' set jit = off
as $$
  select daybatch.make_tokens('bounce', array(
    select pg_catalog.int8send(d.id) from pg_catalog.unnest(p_delivery_ids) with ordinality as d (id, place) order by d.place))
$$;

comment on function daybatch.make_return_paths(bigint[]) is
  'The tokens of deliveries for their return paths, in their order. Example: select daybatch.make_return_paths(array[1, 2]);';
