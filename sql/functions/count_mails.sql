-- Gives the mails of a claim their places under the counted limits: from now on they count, from their hand-over on for
-- one interval. Called by claim_deliveries, which holds the limits' locks. Not repeatable.
create or replace function daybatch.count_mails(p_batch daybatch.batches, p_claim_token uuid, p_delivery_ids bigint[])
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
begin
  insert into daybatch.counted_mails (rule, name, delivery_id, claim_token)
  select r.rule, r.name, i.delivery_id, p_claim_token
  from unnest(p_delivery_ids) as i (delivery_id)
  cross join lateral (
    select 'rolling' as rule, p_batch.campaign_id::text as name where p_batch.sending_rules ? 'rolling_interval'
    union all
    select 'sender', l.sender
    from daybatch.campaign_messages as m
    join daybatch.sender_limits as l on l.sender = daybatch.get_sender_key(m.sender)
    where m.campaign_id = p_batch.campaign_id and m.message_version = p_batch.message_version
    union all
    select 'domain', l.domain
    from daybatch.deliveries as d
    join public.contacts as p on p.id = d.contact_id
    join daybatch.domain_limits as l on l.domain = lower(split_part(p.email, '@', 2)) and l.daily_limit is not null
    where d.delivery_id = i.delivery_id
  ) as r;
  if found and p_batch.is_counted is not true then
    update daybatch.batches as b set is_counted = true where b.campaign_id = p_batch.campaign_id and b.batch_number = p_batch.batch_number;
  end if;
end;
$$;

comment on function daybatch.count_mails(daybatch.batches, uuid, bigint[]) is
  'Gives the mails of a claim their places under the counted limits (part of claim_deliveries). Example: select daybatch.count_mails(b, gen_random_uuid(), ''{}'') from daybatch.batches as b limit 0;';
