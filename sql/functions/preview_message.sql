-- What a mail to a contact would be made of now, with the message as it stands, not as a batch froze it: for a look at
-- it, and for a test mail to p_test_address. Changes nothing: no delivery, no place in a batch, no history.
-- Without a contact: the first of the audience. problem: why the campaign could not be sent as it is, or null.
-- Errors: MB001, MB003 nobody in the audience, MB010 no message, MB015 a test address that cannot be mailed,
-- MB018 unknown contact, MB031 too large, MB034 a test address that is suppressed.
create or replace function daybatch.preview_message(p_campaign_id uuid, p_contact_id uuid default null, p_test_address text default null)
returns table (contact_id uuid, email text, fields jsonb, subject text, sender text, reply_to text, html_body text, text_body text, problem text)
language plpgsql stable security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_campaign record;
  v_contact_id uuid := p_contact_id;
  v_problem record;
begin
  select c.id, c.name, coalesce(to_jsonb(c.contact_list_ids), '[]') as lists into v_campaign from public.campaigns as c where c.id = p_campaign_id;
  if not found then
    raise exception using errcode = 'MB001', message = format('campaign %s does not exist', coalesce(p_campaign_id::text, 'null')),
      hint = 'Look the id up: select id, name, status from public.campaigns;';
  elsif p_test_address is not null and not daybatch.is_valid_address(p_test_address) then
    raise exception using errcode = 'MB015', message = 'the test address is no e-mail address that can be mailed', hint = 'Example: ada@example.org';
  elsif p_test_address is not null and exists (select from daybatch.suppressions as s where s.address_key = daybatch.calculate_address_key(p_test_address) and s.list_id is null) then
    raise exception using errcode = 'MB034', message = 'the test address is suppressed: it gets no mail', hint = 'Send the test to another address.';
  end if;
  select * into v_problem from daybatch.check_message(p_campaign_id) limit 1;
  if v_problem.error_code in ('MB010', 'MB031') then
    raise exception using errcode = v_problem.error_code, message = format('campaign %s (%s): %s', p_campaign_id, v_campaign.name, v_problem.reason), hint = v_problem.hint;
  end if;
  if v_contact_id is null then
    select m.contact_id into v_contact_id
    from jsonb_array_elements_text(v_campaign.lists) with ordinality as l (list_id, rank)
    join daybatch.list_members as m on m.list_id = l.list_id::uuid
    join public.contacts as p on p.id = m.contact_id
    order by l.rank, m.position, m.contact_id limit 1;
    if not found then
      raise exception using errcode = 'MB003', message = format('campaign %s (%s) has nobody in its audience', p_campaign_id, v_campaign.name),
        hint = 'Name a contact, or put contacts on the campaign''s lists.';
    end if;
  end if;
  return query
    select p.id, coalesce(p_test_address, p.email), coalesce(p.attributes, '{}') || (to_jsonb(p) - 'attributes'),
      coalesce(nullif(c.subject, ''), c.name)::text, nullif(c.sender, '')::text, nullif(c.reply_to, '')::text,
      nullif(c.html_body, '')::text, nullif(c.text_body, '')::text, v_problem.reason
    from public.campaigns as c
    join public.contacts as p on p.id = v_contact_id
    where c.id = p_campaign_id;
  if not found then
    raise exception using errcode = 'MB018', message = format('contact %s does not exist', v_contact_id), hint = 'Look the id up: select id from public.contacts where lower(email) = ...;';
  end if;
end;
$$;

comment on function daybatch.preview_message(uuid, uuid, text) is
  'What a contact''s mail would be made of now; changes nothing. Example: select p.email, p.subject, p.problem from public.campaigns as c, daybatch.preview_message(c.id) as p where c.name = ''Spring offer'';';
