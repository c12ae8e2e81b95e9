-- One contact as the API shows it. Reads only. Errors: MB018 unknown.
create or replace function daybatch.get_contact(p_contact_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = '' set jit = off set timezone = 'UTC'
as $$
declare
  v_contact jsonb;
begin
  select jsonb_build_object('id', c.id, 'email', c.email, 'first_name', c.first_name, 'last_name', c.last_name,
    'attributes', coalesce(c.attributes, '{}'), 'unsubscribed_at', c.unsubscribed_at)
  into v_contact
  from public.contacts as c where c.id = p_contact_id;
  if v_contact is null then
    raise exception using errcode = 'MB018', message = format('contact %s does not exist', coalesce(p_contact_id::text, 'null')),
      hint = 'Look the id up: select id from public.contacts where lower(email) = ...;';
  end if;
  return v_contact;
end;
$$;

comment on function daybatch.get_contact(uuid) is
  'One contact as JSON; MB018 when unknown. Example: select daybatch.get_contact(id) from public.contacts limit 1;';
