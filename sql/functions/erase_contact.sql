-- Removes a contact's personal data: the contact itself (where the application's own keys forbid that, its columns are
-- emptied), its memberships, copies of its mails, rejected import rows, and the addresses in the servers' answers to its
-- mails. What stays is needed never to mail twice: the ledger rows with the keyed hash, and a suppression by that hash.
-- The arrays and totals do not change; a batch that meets the id skips it as deleted. Another contact with the same
-- address is another contact: erase both.
-- Locks: the contact. Repeatable: an erased contact answers false. Errors: none for unknown ids.
create or replace function daybatch.erase_contact(p_contact_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_email text;
  v_ids bigint[];
begin
  select c.email into v_email from public.contacts as c where c.id = p_contact_id for update;
  if not found then
    return false;
  end if;
  if trim(v_email) <> '' then
    perform daybatch.suppress_address(v_email, 'erased', null, 'erase_contact');
    delete from daybatch.import_rows as r where lower(trim(r.email)) = lower(trim(v_email));
  end if;
  -- campaign by campaign: the ledger has no index by contact alone
  v_ids := array(
    select d.delivery_id from daybatch.deliveries as d
    where d.contact_id = p_contact_id and d.campaign_id = any (array(select distinct b.campaign_id from daybatch.batches as b)));
  -- any address, since the contact may have had another one
  update daybatch.delivery_attempts as a set reply_text = daybatch.mask_addresses(a.reply_text)
  from daybatch.deliveries as d
  where d.delivery_id = any (v_ids) and a.campaign_id = d.campaign_id and a.delivery_id = d.delivery_id and a.reply_text like '%@%';
  delete from daybatch.resend_copies as r using daybatch.deliveries as d
  where d.delivery_id = any (v_ids) and r.campaign_id = d.campaign_id and r.delivery_id = d.delivery_id;
  delete from public.contact_list_members as m where m.contact_id = p_contact_id;
  begin
    delete from public.contacts as c where c.id = p_contact_id;
  exception when foreign_key_violation or restrict_violation then
    update public.contacts as c
    set email = format('erased-%s@erased.invalid', p_contact_id), first_name = null, last_name = null, attributes = '{}',
      unsubscribed_at = coalesce(c.unsubscribed_at, daybatch.current_moment())
    where c.id = p_contact_id;
  end;
  perform daybatch.record_event(null, 'contact_erased', jsonb_build_object('contact_id', p_contact_id));
  return true;
end;
$$;

comment on function daybatch.erase_contact(uuid) is
  'Removes a contact''s personal data; the never-twice key and the totals stay. Example: select daybatch.erase_contact(id) from public.contacts where lower(email) = ''ada@example.org'';';
