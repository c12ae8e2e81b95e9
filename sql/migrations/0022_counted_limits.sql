-- Limits over any 24 hours, counted mail by mail: the rolling limit of a campaign, and those of a sender address and of a
-- recipient domain over all campaigns. Nothing is counted, or looked up, while none is set.

do $$
begin
  if exists (select from pg_attribute as a where a.attrelid = 'public.campaigns'::regclass and a.attname = 'limit_policy' and not a.attisdropped and a.atttypid <> 'text'::regtype) then
    raise exception 'public.campaigns has a column limit_policy of another type than text, which daybatch needs. Rename it, then run this again';
  end if;
end;
$$;

alter table public.campaigns add column if not exists limit_policy text;
alter table public.campaigns add constraint limit_policy_is_per_batch_or_rolling check (limit_policy in ('per_batch', 'rolling')) not valid;
comment on column public.campaigns.limit_policy is 'rolling: no stretch of an interval anywhere holds more mails than the limit, slot by slot; null or per_batch: no batch does.';

create table daybatch.sender_limits (
  sender text primary key,
  daily_limit integer not null,
  constraint sender_is_an_address_in_lower_case check (sender = lower(sender) and (sender = 'default' or sender ~ '^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+$')),
  constraint sender_limit_is_at_least_one check (daily_limit >= 1)
);

comment on table daybatch.sender_limits is 'Mails of a sender address in any 24 hours, over all campaigns; default: the campaigns that name no sender.';

create table daybatch.domain_limits (
  domain text primary key,
  batch_limit integer,
  daily_limit integer,
  constraint domain_is_in_lower_case check (domain = lower(domain) and domain ~ '^[^@[:space:][:cntrl:]]+$'),
  constraint a_domain_has_a_limit check (num_nonnulls(batch_limit, daily_limit) > 0),
  constraint domain_limits_are_at_least_one check (batch_limit >= 1 and daily_limit is null or daily_limit >= 1 and batch_limit is null
    or batch_limit >= 1 and daily_limit >= 1)
);

comment on table daybatch.domain_limits is 'Mails to a recipient domain: in one batch of a campaign, and in any 24 hours over all campaigns.';

create table daybatch.counted_mails (
  rule text not null,
  name text not null,
  delivery_id bigint not null,
  claim_token uuid not null,
  -- null: claimed, not begun; it has its place already
  counts_until timestamptz,
  primary key (rule, name, delivery_id, claim_token),
  constraint counted_rule_is_known check (rule in ('rolling', 'sender', 'domain'))
);

create index counted_mails_claim_idx on daybatch.counted_mails (claim_token);
create index counted_mails_end_idx on daybatch.counted_mails (counts_until);

comment on table daybatch.counted_mails is 'Mails that count against a limit over any 24 hours, from their claim until 24 hours after their hand-over; refused ones are gone.';

-- what a claim reads anyway: whether it must look at the tables above
alter table daybatch.settings add column has_shared_limits boolean;
alter table daybatch.settings alter column has_shared_limits set default false;
update daybatch.settings set has_shared_limits = false;
comment on column daybatch.settings.has_shared_limits is 'Whether sender_limits or domain_limits has rows; kept by their triggers.';

alter table daybatch.batches add column is_counted boolean;
comment on column daybatch.batches.is_counted is 'Mails of the batch stand in counted_mails.';
