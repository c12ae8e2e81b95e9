-- A contact wants no more mail: marked on the contact and suppressed by address, so that a second contact with the
-- same address is not mailed either. Takes effect at the next claim of every campaign.
-- Locks: the contact. Repeatable: true when it is new. Errors: MB018 unknown contact.
create or replace function daybatch.unsubscribe_contact(p_contact_id uuid, p_source text default 'manual')
returns boolean
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_is_new boolean := daybatch.mark_unsubscribed(p_contact_id, p_source);
begin
  if v_is_new then
    perform daybatch.record_event(null, 'unsubscribed', jsonb_build_object('contact_id', p_contact_id, 'source', coalesce(p_source, 'manual')));
  end if;
  return v_is_new;
end;
$$;

comment on function daybatch.unsubscribe_contact(uuid, text) is
  'Unsubscribes a contact from everything, by contact and by address. Example: select daybatch.unsubscribe_contact(id) from public.contacts where lower(email) = ''ada@example.org'';';
