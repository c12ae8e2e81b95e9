-- Never mail an address again: in all campaigns, or (p_list_id) in those that name a list. Takes effect at the next
-- claim of every campaign; what is being sent finishes. The address is not kept, only its keyed hash.
-- Called by DBAs and unsubscribes. Locks: the suppression row. Repeatable: true when it is new. A stronger reason takes the
-- place of a weaker one (write_suppression).
-- Errors: MB005 unknown list, MB015 no address, MB017 unknown reason.
create or replace function daybatch.suppress_address(p_email text, p_reason text default 'manual', p_list_id uuid default null, p_source text default 'manual')
returns boolean
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
begin
  if coalesce(trim(p_email), '') = '' then
    raise exception using errcode = 'MB015', message = 'suppress_address needs an address', hint = 'Example: select daybatch.suppress_address(''ada@example.org'');';
  elsif p_reason is null or p_reason not in ('unsubscribed', 'bounced', 'complained', 'erased', 'manual') then
    raise exception using errcode = 'MB017', message = format('%L is no reason for a suppression', p_reason), hint = 'One of: unsubscribed, bounced, complained, erased, manual.';
  elsif p_list_id is not null then
    perform daybatch.check_list(p_list_id);
  end if;
  return daybatch.write_suppression(daybatch.calculate_address_key(trim(p_email)), p_list_id, p_reason, coalesce(p_source, 'manual'));
end;
$$;

comment on function daybatch.suppress_address(text, text, uuid, text) is
  'Never mail an address again, in any campaign or in those of one list. Example: select daybatch.suppress_address(''ada@example.org'', ''complained'');';
