-- Keeps what the mails of a claim are made of, so that a second copy under the policy resend has the same bytes; what is
-- kept already stays. p_delivery_ids and p_unsubscribe_tokens are parallel arrays. Called by claim_deliveries under the campaign's lock. Repeatable.
create or replace function daybatch.keep_resend_copies(p_campaign_id uuid, p_message_version integer, p_delivery_ids bigint[], p_unsubscribe_tokens text[], p_now timestamptz)
returns void
language sql volatile security definer set search_path = '' set jit = off
as $$
  -- built once and looked up by key, as in claim_deliveries
  with tokens as materialized (select jsonb_object(p_delivery_ids::text[], p_unsubscribe_tokens) as by_id)
  insert into daybatch.resend_copies as r (campaign_id, delivery_id, message_version, email, fields, message_date, unsubscribe_token)
  select p_campaign_id, d.delivery_id, p_message_version, p.email, coalesce(p.attributes, '{}') || (to_jsonb(p) - 'attributes'), p_now, t.by_id ->> d.delivery_id::text
  from daybatch.deliveries as d
  cross join tokens as t
  join public.contacts as p on p.id = d.contact_id
  cross join daybatch.secrets as s
  where d.delivery_id = any (p_delivery_ids) and s.name = 'address_key'
    and sha256(s.value || convert_to(lower(p.email), 'UTF8')) = d.address_key
  on conflict (campaign_id, delivery_id) do nothing
$$;

comment on function daybatch.keep_resend_copies(uuid, integer, bigint[], text[], timestamptz) is
  'Keeps what claimed mails are made of, for a second copy (part of claim_deliveries). Example: select daybatch.keep_resend_copies(null, 1, ''{}'', ''{}'', daybatch.current_moment());';
