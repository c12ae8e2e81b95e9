-- Puts contacts on a list: an array of contact objects ({"email", "first_name", "last_name", "attributes"}) or of ids.
-- Every row is judged by itself: the bad ones are answered with number and reason, the rest is added.
-- Called by POST /api/lists/{id}/contacts. Repeatable: who is on the list already is not added again.
-- Errors: MB005 unknown list, MB017 no array.
create or replace function daybatch.add_list_contacts(p_list_id uuid, p_contacts jsonb)
returns jsonb
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_row record;
  v_contact uuid;
  v_added integer := 0;
  v_existing integer := 0;
  v_rejected jsonb := jsonb '[]';
begin
  perform daybatch.check_list(p_list_id);
  if jsonb_typeof(p_contacts) is distinct from 'array' then
    raise exception using errcode = 'MB017', message = 'contacts are given as a JSON array', hint = 'Example: [{"email": "ada@example.org"}]';
  end if;
  for v_row in select e.contact, e.line from jsonb_array_elements(p_contacts) with ordinality as e (contact, line) loop
    begin
      v_contact := case jsonb_typeof(v_row.contact)
        when 'string' then (daybatch.get_contact((v_row.contact #>> '{}')::uuid) ->> 'id')::uuid
        else (daybatch.create_contact(v_row.contact) ->> 'id')::uuid end;
      insert into public.contact_list_members (list_id, contact_id) values (p_list_id, v_contact) on conflict do nothing;
      if found then
        v_added := v_added + 1;
      else
        v_existing := v_existing + 1;
      end if;
    exception when sqlstate 'MB015' or sqlstate 'MB017' or sqlstate 'MB018' or invalid_text_representation or check_violation then
      v_rejected := v_rejected || jsonb_build_object('line_number', v_row.line, 'email', left(v_row.contact ->> 'email', 254), 'reason', sqlerrm);
    end;
  end loop;
  return jsonb_build_object('added', v_added, 'existing', v_existing, 'rejected', v_rejected);
end;
$$;

comment on function daybatch.add_list_contacts(uuid, jsonb) is
  'Puts contacts on a list and answers how many were added, there already, rejected. Example: select daybatch.add_list_contacts(id, ''[{"email": "ada@example.org"}]'') from public.contact_lists limit 1;';
