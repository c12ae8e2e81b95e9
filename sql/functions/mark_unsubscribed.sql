-- Marks a contact as unsubscribed and suppresses its address, without a line in the history: its callers, unsubscribe_contact
-- and unsubscribe_by_token, know of which campaign it is. Locks: the contact. Repeatable: true when it is new.
-- Errors: MB018 unknown contact.
create or replace function daybatch.mark_unsubscribed(p_contact_id uuid, p_source text)
returns boolean
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_contact record;
begin
  select c.email, c.unsubscribed_at into v_contact from public.contacts as c where c.id = p_contact_id for no key update;
  if not found then
    raise exception using errcode = 'MB018', message = format('contact %s does not exist', coalesce(p_contact_id::text, 'null')),
      hint = 'Look the id up: select id from public.contacts where lower(email) = ...;';
  end if;
  if v_contact.unsubscribed_at is null then
    update public.contacts as c set unsubscribed_at = daybatch.current_moment() where c.id = p_contact_id;
  end if;
  if v_contact.email is not null then
    perform daybatch.suppress_address(v_contact.email, 'unsubscribed', null, p_source);
  end if;
  return v_contact.unsubscribed_at is null;
end;
$$;

comment on function daybatch.mark_unsubscribed(uuid, text) is
  'Marks a contact as unsubscribed (part of unsubscribe_contact). Example: select daybatch.mark_unsubscribed(id, ''manual'') from public.contacts where lower(email) = ''ada@example.org'';';
