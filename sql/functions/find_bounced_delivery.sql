-- The delivery that a report is about; null when it is none of ours. A token of ours (return path, purpose bounce) says
-- it surely. Only for a report that a provider signed also its address counts: the mail with that Message-ID, else the
-- last one to that address, of campaigns that opened a batch in the last 30 days.
-- Called by record_bounces. Reads only.
create or replace function daybatch.find_bounced_delivery(p_report jsonb, p_is_signed boolean)
returns bigint
language plpgsql stable security definer set search_path = '' set jit = off
as $$
declare
  v_id bigint;
  v_address_key bytea;
  v_message_key bytea;
  v_message_id text := substring(p_report ->> 'message_id' from '^\s*<?([0-9A-Fa-f]{40})@');
begin
  if jsonb_typeof(p_report -> 'tokens') = 'array' then
    select d.delivery_id into v_id
    from (
      select daybatch.read_token('bounce', t.token) as payload, t.place
      from jsonb_array_elements_text(p_report -> 'tokens') with ordinality as t (token, place) order by t.place limit 20
    ) as k
    join daybatch.deliveries as d on octet_length(k.payload) = 8 and d.delivery_id = ('x' || encode(k.payload, 'hex'))::bit(64)::bigint
    order by k.place limit 1;
  end if;
  -- a Message-ID that is given and is none of ours: another program's mail by the same provider
  if v_id is not null or not p_is_signed or trim(p_report ->> 'email') is null or (p_report ->> 'message_id' is not null and v_message_id is null) then
    return v_id;
  end if;
  v_address_key := daybatch.calculate_address_key(trim(p_report ->> 'email'));
  select s.value into v_message_key from daybatch.secrets as s where s.name = 'message_key';
  return (
    select d.delivery_id
    from (select distinct b.campaign_id from daybatch.batches as b where b.opened_at > daybatch.current_moment() - interval '720 hours') as c
    join daybatch.deliveries as d on d.campaign_id = c.campaign_id and d.address_key = v_address_key
    where d.sending_at is not null
      and (v_message_id is null
        or lower(v_message_id) = left(encode(sha256(v_message_key || uuid_send(d.campaign_id) || uuid_send(d.contact_id)), 'hex'), 40))
    order by d.sending_at desc, d.delivery_id desc limit 1);
end;
$$;

comment on function daybatch.find_bounced_delivery(jsonb, boolean) is
  'The delivery that a bounce or complaint is about (part of record_bounces). Example: select daybatch.find_bounced_delivery(''{"email": "ada@example.org"}'', true);';
