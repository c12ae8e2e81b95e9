-- A recipient used the unsubscribe link of a mail: unsubscribed from everything, by contact and by the address that the
-- mail went to, also when the contact has another address by now or is gone. Takes effect at the next claim of every
-- campaign. The token needs no login, and can do nothing else. Called by POST /u/{token}, and by whoever reads the
-- mails to the unsubscribe address.
-- Locks: the contact. Repeatable: true when it is new. Errors: MB030 not a token of ours for this.
create or replace function daybatch.unsubscribe_by_token(p_token text, p_source text default 'link')
returns boolean
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_payload bytea := daybatch.read_token('unsubscribe', p_token);
  v_delivery record;
  v_is_new boolean := false;
begin
  select d.campaign_id, d.contact_id, d.address_key into v_delivery
  from daybatch.deliveries as d where d.delivery_id = ('x' || encode(v_payload, 'hex'))::bit(64)::bigint;
  if v_payload is null or not found then
    raise exception using errcode = 'MB030', message = 'this is not an unsubscribe link of ours',
      hint = 'Use the link as it stands in the mail, or answer the mail.';
  end if;
  begin
    v_is_new := daybatch.mark_unsubscribed(v_delivery.contact_id, p_source);
  exception when sqlstate 'MB018' then
    null; -- gone: the address is known by its key
  end;
  if v_delivery.address_key is not null then
    v_is_new := daybatch.write_suppression(v_delivery.address_key, null, 'unsubscribed', coalesce(p_source, 'link')) or v_is_new;
  end if;
  if v_is_new then
    perform daybatch.record_event(v_delivery.campaign_id, 'unsubscribed',
      jsonb_build_object('contact_id', v_delivery.contact_id, 'source', coalesce(p_source, 'link')));
  end if;
  return v_is_new;
end;
$$;

comment on function daybatch.unsubscribe_by_token(text, text) is
  'Unsubscribes whoever got the mail with this token; false when that was so already. Example: select daybatch.unsubscribe_by_token(daybatch.make_token(''unsubscribe'', int8send(d.delivery_id))) from daybatch.deliveries as d limit 0;';
