-- Makes a contact; the address of one that exists already answers that one, unchanged. Called by POST /api/contacts.
-- Repeatable by address. Errors: MB015 no valid address, MB017 an unknown field.
create or replace function daybatch.create_contact(p_contact jsonb)
returns jsonb
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_id uuid;
  v_field text;
begin
  if jsonb_typeof(p_contact) is distinct from 'object' or not daybatch.is_valid_address(trim(p_contact ->> 'email')) then
    raise exception using errcode = 'MB015', message = format('%L is no e-mail address that can be mailed', left(coalesce(p_contact ->> 'email', ''), 100)),
      hint = 'One plain address is needed: name@domain.example, no quotes, 254 octets at most.';
  end if;
  select k.key into v_field from jsonb_object_keys(p_contact) as k (key) where k.key not in ('email', 'first_name', 'last_name', 'attributes') limit 1;
  if found or jsonb_typeof(p_contact -> 'attributes') not in ('object', 'null') then
    raise exception using errcode = 'MB017', message = format('%s is no field of a contact', coalesce(v_field, 'attributes that are not an object')), hint = 'email, first_name, last_name, attributes (an object of your own fields)';
  end if;
  select c.id into v_id from public.contacts as c where lower(c.email) = lower(trim(p_contact ->> 'email')) order by c.id limit 1;
  if v_id is null then
    insert into public.contacts (email, first_name, last_name, attributes)
    values (trim(p_contact ->> 'email'), p_contact ->> 'first_name', p_contact ->> 'last_name', coalesce(nullif(p_contact -> 'attributes', 'null'), '{}'))
    returning id into v_id;
  end if;
  return daybatch.get_contact(v_id);
end;
$$;

comment on function daybatch.create_contact(jsonb) is
  'Makes a contact (or answers the one with that address). Example: select daybatch.create_contact(''{"email": "ada@example.org", "first_name": "Ada"}'');';
