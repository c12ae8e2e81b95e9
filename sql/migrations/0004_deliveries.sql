-- The ledger: one row per selected contact of a campaign, for ever, and one row per try.
-- No foreign key leads to the application's tables: it would block the application's deletes and cost five times
-- the opening of a batch. A contact that is gone is skipped.

create table daybatch.deliveries (
  delivery_id bigint generated always as identity,
  campaign_id uuid not null,
  contact_id uuid not null,
  batch_number integer not null,
  slot integer,
  send_limit integer not null,
  status text not null,
  attempt_count smallint not null default 0,
  deferral_count smallint not null default 0,
  claim_token uuid,
  address_key bytea,
  deferred_since timestamptz,
  retry_at timestamptz,
  sending_at timestamptz,
  settled_at timestamptz,
  reason text,
  evidence text,
  constraint a_contact_is_delivered_once_per_campaign primary key (campaign_id, contact_id),
  constraint delivery_id_names_one_delivery unique (delivery_id),
  constraint a_slot_is_used_once unique (campaign_id, batch_number, slot),
  constraint an_address_is_delivered_once_per_campaign unique (campaign_id, address_key),
  constraint limit_is_the_limit_of_the_batch foreign key (campaign_id, batch_number, send_limit)
    references daybatch.batches (campaign_id, batch_number, send_limit),
  constraint slot_is_within_the_limit check (slot between 1 and send_limit),
  constraint status_is_known check (status in ('queued', 'claimed', 'sending', 'sent', 'failed', 'skipped', 'in_doubt', 'deferred')),
  constraint open_deliveries_have_a_slot check (slot is not null or status not in ('queued', 'claimed', 'sending')),
  constraint claimed_deliveries_name_their_claim check (claim_token is not null or status not in ('claimed', 'sending')),
  constraint sending_deliveries_know_since_when check (sending_at is not null or status <> 'sending'),
  constraint an_outcome_has_a_time check ((settled_at is not null) = (status in ('sent', 'failed', 'skipped', 'in_doubt'))),
  constraint only_deferred_deliveries_are_retried check (retry_at is null or (status = 'deferred' and slot is not null)),
  constraint a_skip_says_why check (status <> 'skipped' or reason is not null),
  constraint skipped_deliveries_hold_no_address check (status <> 'skipped' or address_key is null)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

create index deliveries_retry_idx on daybatch.deliveries (campaign_id, batch_number, retry_at) where retry_at is not null;

comment on table daybatch.deliveries is 'One contact in one campaign, once selected: one row, for ever.';

create table daybatch.delivery_attempts (
  attempt_id bigint generated always as identity primary key,
  campaign_id uuid not null,
  delivery_id bigint not null,
  batch_number integer not null,
  slot integer,
  attempt_number smallint not null,
  claim_token uuid not null,
  worker_id text,
  sending_at timestamptz,
  ended_at timestamptz not null,
  stage text not null,
  reply_code integer,
  enhanced_code text,
  reply_text text,
  rule text,
  outcome text not null,
  constraint stage_is_known check (stage in ('render', 'connect', 'ehlo', 'starttls', 'auth', 'mail', 'rcpt', 'data', 'message', 'lease')),
  constraint outcome_is_known check (outcome in ('sent', 'failed', 'in_doubt', 'deferred', 'accepted_twice')),
  constraint reply_code_is_a_reply_code check (reply_code between 200 and 599),
  constraint only_the_message_stage_can_be_sent check (outcome not in ('sent', 'accepted_twice') or (stage = 'message' and reply_code between 200 and 299))
);

create index delivery_attempts_delivery_idx on daybatch.delivery_attempts (campaign_id, delivery_id);

comment on table daybatch.delivery_attempts is 'One try of one delivery: append-only, with stage, reply and time. Its last id is the installation''s high-water mark.';

create table daybatch.claims (
  claim_token uuid primary key default gen_random_uuid(),
  campaign_id uuid not null,
  batch_number integer not null,
  worker_id text not null,
  claimed_at timestamptz not null,
  expires_at timestamptz not null,
  delivery_ids bigint[] not null,
  constraint a_claim_holds_something check (cardinality(delivery_ids) > 0),
  constraint a_claim_ends_after_it_began check (expires_at > claimed_at)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

create index claims_batch_idx on daybatch.claims (campaign_id, batch_number);

comment on table daybatch.claims is 'A worker''s lease on deliveries; gone as soon as all of them are reported.';

create table daybatch.resend_copies (
  campaign_id uuid not null,
  delivery_id bigint not null,
  message_version integer not null,
  email text not null,
  fields jsonb not null,
  message_date timestamptz not null,
  primary key (campaign_id, delivery_id)
);

comment on table daybatch.resend_copies is 'What a mail under the policy resend was made of, so that a second copy has the same bytes; deleted at its outcome.';
