-- Takes back the suppression of an address: everywhere, or (p_list_id) that of one list. One that the person asked for
-- (unsubscribed, complained, erased) needs p_confirmed: somebody has their consent. A contact that unsubscribed stays
-- unsubscribed. The history keeps that it was done, by whom and why it had been there, never the address.
-- Called by DBAs and the API. Locks: the suppression. Repeatable: true when there was one.
-- Errors: MB015 no address, MB036 needs confirmation.
create or replace function daybatch.lift_suppression(p_email text, p_list_id uuid default null, p_confirmed boolean default false)
returns boolean
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_suppression daybatch.suppressions;
begin
  if coalesce(trim(p_email), '') = '' then
    raise exception using errcode = 'MB015', message = 'lift_suppression needs an address', hint = 'Example: select daybatch.lift_suppression(''ada@example.org'');';
  end if;
  select s.* into v_suppression from daybatch.suppressions as s
  where s.address_key = daybatch.calculate_address_key(trim(p_email)) and s.list_id is not distinct from p_list_id for update;
  if not found then
    return false;
  elsif v_suppression.reason in ('unsubscribed', 'complained', 'erased') and not coalesce(p_confirmed, false) then
    raise exception using errcode = 'MB036', message = format('this address is suppressed because it %s: only its owner may take that back',
        case v_suppression.reason when 'erased' then 'was erased' else v_suppression.reason end),
      hint = 'With their consent: select daybatch.lift_suppression(''...'', p_confirmed => true);';
  end if;
  delete from daybatch.suppressions as s where s.suppression_id = v_suppression.suppression_id;
  perform daybatch.record_event(null, 'suppression_lifted', jsonb_strip_nulls(jsonb_build_object('suppression_id', v_suppression.suppression_id,
    'list_id', v_suppression.list_id, 'reason', v_suppression.reason, 'source', v_suppression.source, 'created_at', v_suppression.created_at)));
  return true;
end;
$$;

comment on function daybatch.lift_suppression(text, uuid, boolean) is
  'Takes back a suppression; one that the person asked for needs p_confirmed. Example: select daybatch.lift_suppression(''ada@example.org'');';
