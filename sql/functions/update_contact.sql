-- Changes a contact from a JSON object: email, first_name, last_name, attributes. Attributes are merged; a null takes one
-- away. A new address is used from the next claim on; who was mailed stays mailed. Called by PATCH /api/contacts/{id}.
-- Locks: the contact. Repeatable.
-- Errors: MB015 no valid address, MB017 an unknown field, MB018 unknown contact, MB051 another contact has the address.
create or replace function daybatch.update_contact(p_contact_id uuid, p_changes jsonb)
returns jsonb
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_field text;
begin
  perform 1 from public.contacts as c where c.id = p_contact_id for no key update;
  if not found then
    return daybatch.get_contact(p_contact_id); -- says what is unknown
  elsif jsonb_typeof(p_changes) is distinct from 'object' then
    raise exception using errcode = 'MB017', message = 'changes of a contact are given as a JSON object', hint = 'Example: {"first_name": "Ada"}';
  end if;
  select k.key into v_field from jsonb_object_keys(p_changes) as k (key) where k.key not in ('email', 'first_name', 'last_name', 'attributes') limit 1;
  if found or (p_changes ? 'attributes' and jsonb_typeof(p_changes -> 'attributes') <> 'object') then
    raise exception using errcode = 'MB017', message = format('%s is no field of a contact', coalesce(v_field, 'attributes that are not an object')),
      hint = 'email, first_name, last_name, attributes (an object of your own fields)';
  elsif p_changes ? 'email' and not daybatch.is_valid_address(coalesce(trim(p_changes ->> 'email'), '')) then
    raise exception using errcode = 'MB015', message = format('%L is no e-mail address that can be mailed', left(coalesce(p_changes ->> 'email', ''), 100)),
      hint = 'One plain address is needed: name@domain.example, no quotes, 254 octets at most.';
  elsif exists (select from public.contacts as o where lower(o.email) = lower(trim(p_changes ->> 'email')) and o.id <> p_contact_id) then
    raise exception using errcode = 'MB051', message = 'another contact has this address', hint = 'Each address has one contact: use that one, or erase it first.';
  end if;
  update public.contacts as c
  set email = case when p_changes ? 'email' then trim(p_changes ->> 'email') else c.email end,
    first_name = case when p_changes ? 'first_name' then p_changes ->> 'first_name' else c.first_name end,
    last_name = case when p_changes ? 'last_name' then p_changes ->> 'last_name' else c.last_name end,
    attributes = (coalesce(c.attributes, '{}') || coalesce(p_changes -> 'attributes', '{}')) - array(
      select a.key from jsonb_each(coalesce(p_changes -> 'attributes', '{}')) as a (key, value) where a.value = 'null')
  where c.id = p_contact_id;
  return daybatch.get_contact(p_contact_id);
end;
$$;

comment on function daybatch.update_contact(uuid, jsonb) is
  'Changes a contact; attributes are merged. Example: select daybatch.update_contact(id, ''{"attributes": {"city": "London"}}'') from public.contacts where lower(email) = ''ada@example.org'';';
