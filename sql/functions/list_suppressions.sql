-- Suppressions by id, or with p_email those of one address: key (hex of the keyed hash), list, reason, source, time. No
-- address is kept, so none is shown. Called by the API. Reads only. Errors: MB017 a limit out of 1 to 200.
create or replace function daybatch.list_suppressions(p_after_id bigint default 0, p_limit integer default 50, p_email text default null)
returns setof jsonb
language plpgsql stable security definer set search_path = '' set jit = off
as $$
begin
  if coalesce(p_limit, 0) not between 1 and 200 then
    raise exception using errcode = 'MB017', message = 'list_suppressions needs a limit from 1 to 200', hint = 'Example: select * from daybatch.list_suppressions(0, 50);';
  end if;
  return query
    select jsonb_build_object('id', s.suppression_id, 'address_key', encode(s.address_key, 'hex'), 'list_id', s.list_id, 'reason', s.reason,
      'source', s.source, 'created_at', s.created_at)
    from daybatch.suppressions as s
    where s.suppression_id > coalesce(p_after_id, 0) and (p_email is null or s.address_key = daybatch.calculate_address_key(trim(p_email)))
    order by s.suppression_id limit p_limit;
end;
$$;

comment on function daybatch.list_suppressions(bigint, integer, text) is
  'Suppressions in the order of their ids, or those of one address. Example: select * from daybatch.list_suppressions(p_email => ''ada@example.org'');';
