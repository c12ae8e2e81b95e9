-- The catalog after npm run migrate on an empty PostgreSQL 18. Written by npm run snapshot, never applied.

-- roles

create role daybatch_app nologin;

create role daybatch_operator nologin;

create role daybatch_owner nologin;

create role daybatch_reader nologin;

create role daybatch_service nologin;


-- schema

create schema daybatch;
alter schema daybatch owner to daybatch_owner;
grant usage on schema daybatch to daybatch_app;
grant usage on schema daybatch to daybatch_operator;
grant usage on schema daybatch to daybatch_reader;
grant usage on schema daybatch to daybatch_service;


-- tables

create table daybatch.adapters (
  view_name text not null,
  definition_md5 text not null,
  query_md5 text,
  constraint adapters_pkey PRIMARY KEY (view_name)
);
alter table daybatch.adapters owner to daybatch_owner;
grant select on daybatch.adapters to daybatch_operator;
comment on table daybatch.adapters is 'Fingerprints of the adapter views as the last deploy made them; a view that differs was replaced by a DBA and is left alone.';
comment on column daybatch.adapters.query_md5 is 'Fingerprint of the query that the view was made of; a deploy with the same one leaves the view alone.';

create table daybatch.api_keys (
  key_id text not null,
  name text not null,
  scope text not null,
  key_hash bytea not null,
  created_at timestamp with time zone not null,
  created_by text not null default SESSION_USER,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  constraint a_key_expires_after_it_was_made CHECK ((expires_at > created_at)),
  constraint api_keys_pkey PRIMARY KEY (key_id),
  constraint key_hash_is_a_sha256 CHECK ((octet_length(key_hash) = 32)),
  constraint key_id_is_eight_hex_digits CHECK ((key_id ~ '^[0-9a-f]{8}$'::text)),
  constraint name_is_one_short_line CHECK ((((length(name) >= 1) AND (length(name) <= 100)) AND (name !~ '[[:cntrl:]]'::text))),
  constraint scope_is_read_write_or_admin CHECK ((scope = ANY (ARRAY['read'::text, 'write'::text, 'admin'::text])))
);
alter table daybatch.api_keys owner to daybatch_owner;
comment on table daybatch.api_keys is 'Keys of the API: what they may do, until when, and the SHA-256 of each, never the key.';

create table daybatch.applied_views (
  view_name text not null,
  source_md5 text not null,
  definition_md5 text not null,
  constraint applied_views_pkey PRIMARY KEY (view_name)
);
alter table daybatch.applied_views owner to daybatch_owner;
grant select on daybatch.applied_views to daybatch_operator;
comment on table daybatch.applied_views is 'Fingerprints of each view''s file and of what PostgreSQL made of it; a deploy leaves a view alone when both still fit.';

create table daybatch.attachments (
  attachment_id bigint not null generated always as identity,
  campaign_id uuid not null,
  file_name text not null,
  media_type text not null,
  content_id text,
  content bytea not null storage external,
  added_at timestamp with time zone not null,
  removed_at timestamp with time zone,
  constraint a_file_holds_1_byte_to_10_mib CHECK (((octet_length(content) >= 1) AND (octet_length(content) <= 10485760))),
  constraint attachments_pkey PRIMARY KEY (attachment_id),
  constraint content_id_is_a_word CHECK ((content_id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'::text)),
  constraint file_name_is_one_plain_name CHECK (((file_name ~ '^[^[:cntrl:]/\\]{1,200}$'::text) AND (file_name <> ALL (ARRAY['.'::text, '..'::text])) AND ((file_name COLLATE "C") !~ '[\u0080-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]'::text))),
  constraint media_type_is_that_of_one_file CHECK (((media_type ~ '^[a-z0-9][a-z0-9!#$&^_.+-]{0,99}/[a-z0-9][a-z0-9!#$&^_.+-]{0,99}$'::text) AND (media_type !~ '^(multipart|message)/'::text)))
);
alter table daybatch.attachments owner to daybatch_owner;
CREATE UNIQUE INDEX attachments_have_one_content_id_each ON daybatch.attachments USING btree (campaign_id, content_id) WHERE (removed_at IS NULL);
CREATE UNIQUE INDEX attachments_have_one_name_each ON daybatch.attachments USING btree (campaign_id, file_name) WHERE (removed_at IS NULL);
grant select on daybatch.attachments to daybatch_operator;
comment on table daybatch.attachments is 'Files of campaigns'' messages: attached, or shown in the html by their content_id. A row never changes but for its removal, so a version of a message names its files by id.';

create table daybatch.batch_counts (
  campaign_id uuid not null,
  batch_number integer not null,
  sent_count integer not null,
  failed_count integer not null,
  in_doubt_count integer not null,
  skipped_count integer not null,
  deferred_count integer not null,
  constraint batch_counts_pkey PRIMARY KEY (campaign_id),
  constraint no_count_is_negative CHECK ((LEAST(sent_count, failed_count, in_doubt_count, skipped_count, deferred_count) >= 0))
) with (fillfactor=10, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=1000);
alter table daybatch.batch_counts owner to daybatch_owner;
grant select on daybatch.batch_counts to daybatch_operator;
comment on table daybatch.batch_counts is 'Mails of each open batch by what became of them so far, written with every outcome; gone when the batch closes. A batch that was open before this table was made has no row: it is counted.';

create table daybatch.batch_failures (
  campaign_id uuid not null,
  batch_number integer not null,
  status text not null,
  reason text not null,
  contacts integer not null,
  last_at timestamp with time zone not null,
  last_delivery_id bigint not null,
  constraint a_batch_fails_once_for_each_reason PRIMARY KEY (campaign_id, batch_number, status, reason),
  constraint a_failure_has_contacts CHECK ((contacts > 0)),
  constraint a_failure_was_not_sent CHECK ((status = ANY (ARRAY['failed'::text, 'skipped'::text, 'in_doubt'::text]))),
  constraint failures_belong_to_a_batch FOREIGN KEY (campaign_id, batch_number) REFERENCES daybatch.batches(campaign_id, batch_number)
);
alter table daybatch.batch_failures owner to daybatch_owner;
grant select on daybatch.batch_failures to daybatch_operator;
comment on table daybatch.batch_failures is 'Contacts of each closed batch that were not sent, by status and reason, written when it closes and when one of them is settled later. A batch without rows (open, or closed before this table was made) is counted by whoever asks.';

create table daybatch.batches (
  campaign_id uuid not null,
  batch_number integer not null,
  send_limit integer not null,
  batch_interval interval not null,
  source text not null,
  due_at timestamp with time zone not null,
  opened_at timestamp with time zone not null,
  counted_at timestamp with time zone not null,
  spaced_from timestamp with time zone not null,
  cut_off_at timestamp with time zone not null,
  previous_batch_number integer,
  previous_spaced_from timestamp with time zone,
  previous_interval interval,
  message_version integer,
  head_length integer not null default 0,
  slot_count integer not null default 0,
  next_slot integer not null default 1,
  last_begun_at timestamp with time zone,
  refused_since timestamp with time zone,
  refused_until timestamp with time zone,
  refusal text,
  refusal_count integer not null default 0,
  closed_at timestamp with time zone,
  sent_count integer,
  failed_count integer,
  skipped_count integer,
  in_doubt_count integer,
  returned_count integer,
  remaining_count integer,
  cut_off_reason text,
  smtp_server text,
  sending_rules jsonb,
  window_ends_at timestamp with time zone,
  held_until timestamp with time zone,
  held_by text,
  slot_gap interval,
  next_slot_at timestamp with time zone,
  is_counted boolean,
  limited_domains text[],
  constraint a_delivery_copies_its_batch_limit UNIQUE (campaign_id, batch_number, send_limit),
  constraint a_hold_is_told_whole_or_not_at_all CHECK ((num_nulls(held_until, held_by) = ANY (ARRAY[0, 2]))),
  constraint a_spread_batch_has_a_gap CHECK ((slot_gap > '00:00:00'::interval)),
  constraint a_spread_batch_has_a_next_slot CHECK ((num_nulls(slot_gap, next_slot_at) = ANY (ARRAY[0, 2]))),
  constraint batch_is_not_too_early CHECK (((counted_at - previous_spaced_from) >= previous_interval)),
  constraint batch_number_is_not_negative CHECK ((batch_number >= 0)),
  constraint batches_pkey PRIMARY KEY (campaign_id, batch_number),
  constraint counted_at_is_near_the_opening CHECK (((source = 'old_method'::text) OR ((counted_at >= due_at) AND (counted_at <= (opened_at + LEAST('00:05:00'::interval, (batch_interval / (10)::double precision))))))),
  constraint counts_are_frozen_at_the_close CHECK ((((closed_at IS NULL) = (num_nulls(sent_count, failed_count, skipped_count, in_doubt_count, returned_count, remaining_count) = 6)) AND (num_nulls(sent_count, failed_count, skipped_count, in_doubt_count, returned_count, remaining_count) = ANY (ARRAY[0, 6])))),
  constraint cut_off_is_inside_the_interval CHECK (((cut_off_at < (counted_at + batch_interval)) OR (source = 'old_method'::text))),
  constraint interval_is_given_in_hours CHECK (((EXTRACT(year FROM batch_interval) = (0)::numeric) AND (EXTRACT(month FROM batch_interval) = (0)::numeric) AND (EXTRACT(day FROM batch_interval) = (0)::numeric) AND (batch_interval >= '00:00:01'::interval))),
  constraint limit_is_at_least_one CHECK ((send_limit >= 1)),
  constraint next_slot_is_a_slot_or_one_past CHECK (((next_slot >= 1) AND (next_slot <= (slot_count + 1)))),
  constraint only_the_first_has_no_predecessor CHECK (((batch_number <= 1) OR (previous_batch_number IS NOT NULL) OR (source = 'old_method'::text))),
  constraint predecessor_is_as_the_chain_says FOREIGN KEY (campaign_id, previous_batch_number, previous_spaced_from, previous_interval) REFERENCES daybatch.batches(campaign_id, batch_number, spaced_from, batch_interval),
  constraint predecessor_is_named_whole_or_not_at_all CHECK ((num_nulls(previous_batch_number, previous_spaced_from, previous_interval) = ANY (ARRAY[0, 3]))),
  constraint predecessor_is_the_batch_before CHECK ((previous_batch_number = (batch_number - 1))),
  constraint refusal_is_told_whole_or_not_at_all CHECK ((num_nulls(refused_since, refused_until, refusal) = ANY (ARRAY[0, 3]))),
  constraint sent_never_exceeds_the_limit CHECK (((sent_count <= send_limit) OR (source = 'old_method'::text))),
  constraint slots_stay_within_the_limit CHECK (((slot_count >= 0) AND (slot_count <= send_limit))),
  constraint spacing_never_starts_before_counting CHECK ((spaced_from >= counted_at)),
  constraint the_next_batch_copies_spacing UNIQUE (campaign_id, batch_number, spaced_from, batch_interval)
);
alter table daybatch.batches owner to daybatch_owner;
CREATE UNIQUE INDEX batches_only_one_open_per_campaign ON daybatch.batches USING btree (campaign_id) WHERE (closed_at IS NULL);
CREATE INDEX batches_opened_at_idx ON daybatch.batches USING btree (opened_at);
grant select on daybatch.batches to daybatch_operator;
comment on table daybatch.batches is 'One row per batch of a campaign; the root of an adopted campaign''s chain (source old_method, number 0 or the last of the old history) stands for the mails of an older method.';
comment on column daybatch.batches.counted_at is 'The moment the batch counts from: due_at when opened within the window, else opened_at.';
comment on column daybatch.batches.spaced_from is 'The moment the next interval counts from: counted_at, or the restart after a standstill.';
comment on column daybatch.batches.cut_off_at is 'No first attempt from here on: what is unsent goes back to remaining.';
comment on column daybatch.batches.cut_off_reason is 'Why the batch was cut off before its time: what it has not sent goes to the next one.';
comment on column daybatch.batches.smtp_server is 'The SMTP server that the batch goes through now; null: default.';
comment on column daybatch.batches.sending_rules is 'The sending rules that the batch was opened with; null: none.';
comment on column daybatch.batches.window_ends_at is 'When the send window ends that the batch is in.';
comment on column daybatch.batches.held_until is 'Nothing is claimed before, because of the rule held_by.';
comment on column daybatch.batches.slot_gap is 'Time between two first attempts of a batch that is spread.';
comment on column daybatch.batches.next_slot_at is 'When the next first attempt of a spread batch may be claimed.';
comment on column daybatch.batches.is_counted is 'Mails of the batch stand in counted_mails.';
comment on column daybatch.batches.limited_domains is 'Recipient domains that had a daily limit when the batch was opened; null: none had.';

create table daybatch.bounce_limits (
  campaign_id uuid,
  bounce_rate numeric not null,
  bounce_minimum integer not null,
  complaint_rate numeric not null,
  complaint_minimum integer not null,
  constraint minimums_are_at_least_one CHECK (((bounce_minimum >= 1) AND (complaint_minimum >= 1))),
  constraint rates_are_shares CHECK (((bounce_rate > (0)::numeric) AND (bounce_rate <= (1)::numeric) AND (complaint_rate > (0)::numeric) AND (complaint_rate <= (1)::numeric)))
);
alter table daybatch.bounce_limits owner to daybatch_owner;
CREATE UNIQUE INDEX bounce_limits_one_per_campaign ON daybatch.bounce_limits USING btree (COALESCE(campaign_id, '00000000-0000-0000-0000-000000000000'::uuid));
grant select on daybatch.bounce_limits to daybatch_operator;
comment on table daybatch.bounce_limits is 'From which share of accepted mails on bounces and complaints pause a campaign, and from how many on a share counts. The row without a campaign holds for all others.';

create table daybatch.bounces (
  bounce_id bigint not null generated always as identity,
  campaign_id uuid,
  delivery_id bigint,
  address_key bytea not null,
  kind text not null,
  source text not null,
  status_code text,
  reason text,
  event_at timestamp with time zone,
  recorded_at timestamp with time zone not null,
  has_suppressed boolean not null,
  constraint bounces_pkey PRIMARY KEY (bounce_id),
  constraint delivery_is_named_with_its_campaign CHECK (((campaign_id IS NULL) = (delivery_id IS NULL))),
  constraint kind_is_known CHECK ((kind = ANY (ARRAY['hard'::text, 'soft'::text, 'blocked'::text, 'complaint'::text]))),
  constraint reason_is_short CHECK ((length(reason) <= 500)),
  constraint source_is_known CHECK ((source = ANY (ARRAY['dsn'::text, 'arf'::text, 'ses'::text, 'sendgrid'::text, 'mailgun'::text, 'postmark'::text])))
);
alter table daybatch.bounces owner to daybatch_owner;
CREATE INDEX bounces_address_idx ON daybatch.bounces USING btree (address_key);
CREATE INDEX bounces_campaign_idx ON daybatch.bounces USING btree (campaign_id, kind, recorded_at);
CREATE UNIQUE INDEX bounces_once_per_delivery_and_kind ON daybatch.bounces USING btree (delivery_id, kind) WHERE (delivery_id IS NOT NULL);
CREATE UNIQUE INDEX bounces_once_per_unknown_address_and_kind ON daybatch.bounces USING btree (address_key, kind) WHERE (delivery_id IS NULL);
grant select on daybatch.bounces to daybatch_operator;
comment on table daybatch.bounces is 'Bounces and complaints that came after a mail was accepted; delivery_id is null where a provider told of an address and no mail of ours is known. No address is kept, only its keyed hash.';
comment on column daybatch.bounces.kind is 'hard: the address is wrong, or refused for good; soft: for now; blocked: we or the message are refused, not the address; complaint: the recipient called it spam.';

create table daybatch.campaign_messages (
  campaign_id uuid not null,
  message_version integer not null,
  subject text not null,
  sender text,
  reply_to text,
  html_body text,
  text_body text,
  created_at timestamp with time zone not null,
  attachment_ids bigint[],
  constraint campaign_messages_pkey PRIMARY KEY (campaign_id, message_version),
  constraint message_has_a_body CHECK ((COALESCE(html_body, text_body) IS NOT NULL))
);
alter table daybatch.campaign_messages owner to daybatch_owner;
grant select on daybatch.campaign_messages to daybatch_operator;
comment on table daybatch.campaign_messages is 'The message as each batch froze it: an edit of a running campaign applies from the next batch.';
comment on column daybatch.campaign_messages.attachment_ids is 'The files as this version froze them; null: none.';

create table daybatch.claims (
  claim_token uuid not null default gen_random_uuid(),
  campaign_id uuid not null,
  batch_number integer not null,
  worker_id text not null,
  claimed_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  delivery_ids bigint[] not null,
  smtp_server text,
  constraint a_claim_ends_after_it_began CHECK ((expires_at > claimed_at)),
  constraint a_claim_holds_something CHECK ((cardinality(delivery_ids) > 0)),
  constraint claims_pkey PRIMARY KEY (claim_token)
) with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=500);
alter table daybatch.claims owner to daybatch_owner;
CREATE INDEX claims_batch_idx ON daybatch.claims USING btree (campaign_id, batch_number);
grant select on daybatch.claims to daybatch_operator;
comment on table daybatch.claims is 'A worker''s lease on deliveries; gone as soon as all of them are reported.';

create table daybatch.contact_counts (
  campaign_id uuid not null,
  remaining_count integer not null,
  processed_count integer not null,
  failed_count integer not null,
  constraint contact_counts_pkey PRIMARY KEY (campaign_id)
);
alter table daybatch.contact_counts owner to daybatch_owner;
grant select on daybatch.contact_counts to daybatch_operator;
comment on table daybatch.contact_counts is 'Lengths of the three arrays of a campaign, written with every rewrite of them: reading a length out of a large array costs its whole size.';

create table daybatch.counted_mails (
  rule text not null,
  name text not null,
  delivery_id bigint not null,
  claim_token uuid not null,
  counts_until timestamp with time zone,
  constraint counted_mails_pkey PRIMARY KEY (rule, name, delivery_id, claim_token),
  constraint counted_rule_is_known CHECK ((rule = ANY (ARRAY['rolling'::text, 'sender'::text, 'domain'::text])))
);
alter table daybatch.counted_mails owner to daybatch_owner;
CREATE INDEX counted_mails_claim_idx ON daybatch.counted_mails USING btree (claim_token);
CREATE INDEX counted_mails_end_idx ON daybatch.counted_mails USING btree (counts_until);
grant select on daybatch.counted_mails to daybatch_operator;
comment on table daybatch.counted_mails is 'Mails that count against a limit over any 24 hours, from their claim until 24 hours after their hand-over; refused ones are gone.';

create table daybatch.deliveries (
  delivery_id bigint not null generated always as identity,
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
  deferred_since timestamp with time zone,
  retry_at timestamp with time zone,
  sending_at timestamp with time zone,
  settled_at timestamp with time zone,
  reason text,
  evidence text,
  constraint a_contact_is_delivered_once_per_campaign PRIMARY KEY (campaign_id, contact_id),
  constraint a_skip_says_why CHECK (((status <> 'skipped'::text) OR (reason IS NOT NULL))),
  constraint a_slot_is_used_once UNIQUE (campaign_id, batch_number, slot),
  constraint an_address_is_delivered_once_per_campaign UNIQUE (campaign_id, address_key),
  constraint an_outcome_has_a_time CHECK (((settled_at IS NOT NULL) = (status = ANY (ARRAY['sent'::text, 'failed'::text, 'skipped'::text, 'in_doubt'::text])))),
  constraint claimed_deliveries_name_their_claim CHECK (((claim_token IS NOT NULL) OR (status <> ALL (ARRAY['claimed'::text, 'sending'::text])))),
  constraint delivery_id_names_one_delivery UNIQUE (delivery_id),
  constraint limit_is_the_limit_of_the_batch FOREIGN KEY (campaign_id, batch_number, send_limit) REFERENCES daybatch.batches(campaign_id, batch_number, send_limit),
  constraint only_deferred_deliveries_are_retried CHECK (((retry_at IS NULL) OR ((status = 'deferred'::text) AND (slot IS NOT NULL)))),
  constraint open_deliveries_have_a_slot CHECK (((slot IS NOT NULL) OR (status <> ALL (ARRAY['queued'::text, 'claimed'::text, 'sending'::text])))),
  constraint sending_deliveries_know_since_when CHECK (((sending_at IS NOT NULL) OR (status <> 'sending'::text))),
  constraint skipped_deliveries_hold_no_address CHECK (((status <> 'skipped'::text) OR (address_key IS NULL))),
  constraint slot_is_within_the_limit CHECK (((slot >= 1) AND (slot <= send_limit))),
  constraint status_is_known CHECK ((status = ANY (ARRAY['queued'::text, 'claimed'::text, 'sending'::text, 'sent'::text, 'failed'::text, 'skipped'::text, 'in_doubt'::text, 'deferred'::text])))
) with (autovacuum_vacuum_scale_factor=0.02, autovacuum_analyze_scale_factor=0.05, fillfactor=40);
alter table daybatch.deliveries owner to daybatch_owner;
CREATE INDEX deliveries_failures_of_batch_idx ON daybatch.deliveries USING btree (campaign_id, batch_number) WHERE (reason IS NOT NULL);
CREATE INDEX deliveries_old_method_idx ON daybatch.deliveries USING btree (campaign_id, delivery_id) WHERE (reason = 'old_method'::text);
CREATE INDEX deliveries_reason_idx ON daybatch.deliveries USING btree (campaign_id, delivery_id) WHERE (reason IS NOT NULL);
CREATE INDEX deliveries_retry_idx ON daybatch.deliveries USING btree (campaign_id, batch_number, retry_at) WHERE (retry_at IS NOT NULL);
grant select on daybatch.deliveries to daybatch_operator;
comment on table daybatch.deliveries is 'One contact in one campaign, once selected: one row, for ever.';

create table daybatch.delivery_attempts (
  attempt_id bigint not null generated always as identity,
  campaign_id uuid not null,
  delivery_id bigint not null,
  batch_number integer not null,
  slot integer,
  attempt_number smallint not null,
  claim_token uuid not null,
  worker_id text,
  sending_at timestamp with time zone,
  ended_at timestamp with time zone not null,
  stage text not null,
  reply_code integer,
  enhanced_code text,
  reply_text text,
  rule text,
  outcome text not null,
  smtp_server text,
  constraint delivery_attempts_pkey PRIMARY KEY (attempt_id),
  constraint only_the_message_stage_can_be_sent CHECK (((outcome <> ALL (ARRAY['sent'::text, 'accepted_twice'::text])) OR ((stage = 'message'::text) AND ((reply_code >= 200) AND (reply_code <= 299))))),
  constraint outcome_is_known CHECK ((outcome = ANY (ARRAY['sent'::text, 'failed'::text, 'in_doubt'::text, 'deferred'::text, 'accepted_twice'::text]))),
  constraint reply_code_is_a_reply_code CHECK (((reply_code >= 200) AND (reply_code <= 599))),
  constraint stage_is_known CHECK ((stage = ANY (ARRAY['render'::text, 'connect'::text, 'ehlo'::text, 'starttls'::text, 'auth'::text, 'mail'::text, 'rcpt'::text, 'data'::text, 'message'::text, 'lease'::text])))
);
alter table daybatch.delivery_attempts owner to daybatch_owner;
CREATE INDEX delivery_attempts_accepted_twice_idx ON daybatch.delivery_attempts USING btree (campaign_id, delivery_id) WHERE (outcome = 'accepted_twice'::text);
CREATE INDEX delivery_attempts_delivery_idx ON daybatch.delivery_attempts USING btree (campaign_id, delivery_id);
CREATE INDEX delivery_attempts_in_doubt_idx ON daybatch.delivery_attempts USING btree (campaign_id, delivery_id) WHERE (outcome = 'in_doubt'::text);
CREATE INDEX delivery_attempts_not_accepted_idx ON daybatch.delivery_attempts USING btree (campaign_id, delivery_id) INCLUDE (outcome, stage, rule, reply_code, enhanced_code, ended_at, attempt_id) WHERE (outcome <> 'sent'::text);
grant select on daybatch.delivery_attempts to daybatch_operator;
comment on table daybatch.delivery_attempts is 'One try of one delivery: append-only, with stage, reply and time. Its last id is the installation''s high-water mark.';
comment on column daybatch.delivery_attempts.smtp_server is 'The SMTP server of this try; null: default.';

create table daybatch.domain_limits (
  domain text not null,
  batch_limit integer,
  daily_limit integer,
  constraint a_domain_has_a_limit CHECK ((num_nonnulls(batch_limit, daily_limit) > 0)),
  constraint domain_is_in_lower_case CHECK (((domain = lower(domain)) AND (domain ~ '^[^@[:space:][:cntrl:]]+$'::text))),
  constraint domain_limits_are_at_least_one CHECK ((((batch_limit >= 1) AND (daily_limit IS NULL)) OR ((daily_limit >= 1) AND (batch_limit IS NULL)) OR ((batch_limit >= 1) AND (daily_limit >= 1)))),
  constraint domain_limits_pkey PRIMARY KEY (domain)
);
alter table daybatch.domain_limits owner to daybatch_owner;
CREATE TRIGGER daybatch_010_note_domain_limit AFTER INSERT OR DELETE OR UPDATE ON daybatch.domain_limits FOR EACH ROW EXECUTE FUNCTION daybatch.note_shared_limit();
grant delete, insert, select, update on daybatch.domain_limits to daybatch_operator;
comment on table daybatch.domain_limits is 'Mails to a recipient domain: in one batch of a campaign, and in any 24 hours over all campaigns.';

create table daybatch.events (
  event_id bigint not null generated always as identity,
  campaign_id uuid,
  happened_at timestamp with time zone not null,
  event text not null,
  detail jsonb not null default '{}'::jsonb,
  done_by text not null default SESSION_USER,
  application_name text not null default COALESCE(current_setting('application_name'::text, true), ''::text),
  constraint events_pkey PRIMARY KEY (event_id)
);
alter table daybatch.events owner to daybatch_owner;
CREATE INDEX events_campaign_idx ON daybatch.events USING btree (campaign_id, event_id);
CREATE TRIGGER daybatch_010_guard_events BEFORE DELETE OR UPDATE OR TRUNCATE ON daybatch.events FOR EACH STATEMENT EXECUTE FUNCTION daybatch.guard_events();
grant select on daybatch.events to daybatch_operator;
comment on table daybatch.events is 'Append-only history: counts and reasons, never whole arrays, never addresses.';

create table daybatch.finish_dates (
  campaign_id uuid not null,
  looked_at_state text not null,
  finish_at timestamp with time zone,
  constraint finish_dates_pkey PRIMARY KEY (campaign_id)
);
alter table daybatch.finish_dates owner to daybatch_owner;
grant select on daybatch.finish_dates to daybatch_operator;
comment on table daybatch.finish_dates is 'The forecast finish of a campaign as first seen, or as told last, so that a move of it can be told, however slowly it goes.';

create table daybatch.finish_marks (
  mark_id bigint not null generated always as identity,
  campaign_id uuid not null,
  constraint finish_marks_pkey PRIMARY KEY (mark_id)
);
alter table daybatch.finish_marks owner to daybatch_owner;
grant select on daybatch.finish_marks to daybatch_operator;
comment on table daybatch.finish_marks is 'Campaigns that changed in what their forecast finish depends on; the next sweep looks at each once and takes its marks away.';

create table daybatch.idempotent_requests (
  request_key bytea not null,
  body_hash bytea not null,
  started_at timestamp with time zone not null,
  answered_at timestamp with time zone,
  status_code integer,
  headers jsonb,
  body text,
  constraint an_answer_is_told_whole_or_not_at_all CHECK ((num_nulls(answered_at, status_code, headers) = ANY (ARRAY[0, 3]))),
  constraint hashes_are_sha256 CHECK (((octet_length(request_key) = 32) AND (octet_length(body_hash) = 32))),
  constraint idempotent_requests_pkey PRIMARY KEY (request_key)
);
alter table daybatch.idempotent_requests owner to daybatch_owner;
CREATE INDEX idempotent_requests_started_at_idx ON daybatch.idempotent_requests USING btree (started_at);
comment on table daybatch.idempotent_requests is 'Requests with an Idempotency-Key of the last 24 hours, by the SHA-256 of key, route and caller, and what they were answered.';

create table daybatch.import_progress (
  import_id uuid not null,
  phase text not null,
  phase_since timestamp with time zone not null,
  row_count integer not null,
  byte_count bigint not null,
  merged_count integer not null,
  updated_at timestamp with time zone not null,
  constraint import_progress_pkey PRIMARY KEY (import_id),
  constraint phase_is_known CHECK ((phase = ANY (ARRAY['reading'::text, 'merging'::text])))
);
alter table daybatch.import_progress owner to daybatch_owner;
grant select on daybatch.import_progress to daybatch_operator;
comment on table daybatch.import_progress is 'How far an import under way is, as its reader says about once a second: a table of its own, so that looking waits for no merge.';

create table daybatch.import_rows (
  import_id uuid not null,
  line_number integer not null,
  email text,
  first_name text,
  last_name text,
  attributes jsonb,
  rejection text,
  status text,
  constraint status_is_why_nobody_may_write CHECK ((status = ANY (ARRAY['unsubscribed'::text, 'bounced'::text, 'complained'::text, 'manual'::text]))) NOT VALID
);
alter table daybatch.import_rows owner to daybatch_owner;
CREATE INDEX import_rows_import_idx ON daybatch.import_rows USING btree (import_id, line_number);
grant select on daybatch.import_rows to daybatch_operator;
grant insert on daybatch.import_rows to daybatch_service;
comment on table daybatch.import_rows is 'Staging: rows of a file on their way in; only rejected ones stay, with their line number and reason.';
comment on column daybatch.import_rows.status is 'What the file says of an address that must not be mailed: it is suppressed by that reason, and put on no list.';

create table daybatch.imports (
  import_id uuid not null default gen_random_uuid(),
  list_id uuid not null,
  file_name text,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  row_count integer,
  imported_count integer,
  existing_count integer,
  added_to_list_count integer,
  rejected_count integer,
  is_atomic boolean not null default true,
  format text,
  byte_count bigint,
  file_head text,
  staged_line integer not null default 0,
  judged_at timestamp with time zone,
  merged_line integer not null default 0,
  suppressed_count integer,
  failed_at timestamp with time zone,
  failure text,
  mapping jsonb,
  constraint a_failure_has_a_time CHECK (((failed_at IS NULL) = (failure IS NULL))) NOT VALID,
  constraint an_import_ends_one_way CHECK (((failed_at IS NULL) OR (finished_at IS NULL))) NOT VALID,
  constraint counts_are_known_at_the_end CHECK (((finished_at IS NULL) = (row_count IS NULL))),
  constraint imports_pkey PRIMARY KEY (import_id)
);
alter table daybatch.imports owner to daybatch_owner;
CREATE INDEX imports_started_at_idx ON daybatch.imports USING btree (started_at DESC, import_id DESC);
grant select on daybatch.imports to daybatch_operator;
comment on table daybatch.imports is 'One row per import of contacts, with its counts once finished.';
comment on column daybatch.imports.is_atomic is 'True: all of it or nothing goes on the list; false: in parts, and an import that broke off goes on after staged_line.';
comment on column daybatch.imports.file_head is 'sha256 of the first 64 KiB of the file: an import goes on with the same file only.';
comment on column daybatch.imports.staged_line is 'The last line of the file whose row is committed in import_rows.';
comment on column daybatch.imports.merged_line is 'The last line whose row is a contact on the list.';
comment on column daybatch.imports.mapping is 'What columns of the file become, as the sender said: {"E-Mail": "email"}; null: as their names say.';

create table daybatch.limit_changes (
  change_id bigint not null generated always as identity,
  rule text not null,
  name text not null,
  daily_limit integer,
  is_new boolean not null,
  changed_at timestamp with time zone not null,
  constraint a_new_limit_has_a_number CHECK (((daily_limit IS NOT NULL) OR (NOT is_new))),
  constraint changed_limit_is_at_least_one CHECK ((daily_limit >= 1)),
  constraint changed_limit_is_of_a_sender_or_a_domain CHECK ((rule = ANY (ARRAY['sender'::text, 'domain'::text]))),
  constraint limit_changes_pkey PRIMARY KEY (change_id)
);
alter table daybatch.limit_changes owner to daybatch_owner;
CREATE INDEX limit_changes_name_idx ON daybatch.limit_changes USING btree (rule, name, changed_at);
grant select on daybatch.limit_changes to daybatch_operator;
comment on table daybatch.limit_changes is 'Daily limits of senders and recipient domains as they were set; null: taken away. New: there was none before.';

create table daybatch.migrations (
  id integer not null,
  name character varying(100) not null,
  hash character varying(40) not null,
  executed_at timestamp without time zone default CURRENT_TIMESTAMP,
  constraint migrations_name_key UNIQUE (name),
  constraint migrations_pkey PRIMARY KEY (id)
);
alter table daybatch.migrations owner to daybatch_owner;
grant select on daybatch.migrations to daybatch_operator;
grant select on daybatch.migrations to daybatch_service;

create table daybatch.notices (
  notice_id bigint not null generated always as identity,
  campaign_id uuid,
  cause text not null,
  detail jsonb not null,
  created_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  given_at timestamp with time zone,
  webhook_id uuid,
  constraint a_notice_is_not_due_before_it_is_made CHECK ((due_at >= created_at)),
  constraint a_notice_is_of_a_campaign_or_of_a_webhook CHECK ((num_nonnulls(campaign_id, webhook_id) = 1)),
  constraint cause_is_known CHECK ((cause = ANY (ARRAY['paused'::text, 'completed'::text, 'finish_moved'::text, 'bounce_rate'::text, 'smtp_server_changed'::text, 'webhook_switched_off'::text]))),
  constraint notices_pkey PRIMARY KEY (notice_id)
);
alter table daybatch.notices owner to daybatch_owner;
CREATE INDEX notices_campaign_idx ON daybatch.notices USING btree (campaign_id, cause, due_at);
CREATE INDEX notices_webhook_idx ON daybatch.notices USING btree (webhook_id, cause, due_at) WHERE (webhook_id IS NOT NULL);
grant select on daybatch.notices to daybatch_operator;
comment on table daybatch.notices is 'What operators are told by mail and webhook: at most one per campaign (or webhook), cause and hour. What comes sooner waits, and tells the latest.';

create table daybatch.refusal_counts (
  campaign_id uuid not null,
  answer_count bigint not null,
  refused_at_counts bigint[] not null,
  rule text,
  in_a_row integer not null,
  constraint counts_are_not_negative CHECK (((answer_count >= 0) AND (in_a_row >= 0))),
  constraint refusal_counts_pkey PRIMARY KEY (campaign_id)
);
alter table daybatch.refusal_counts owner to daybatch_owner;
grant select on daybatch.refusal_counts to daybatch_operator;
comment on table daybatch.refusal_counts is 'Final answers of servers since a campaign''s first refusal, as far as the breaker needs them; gone when the campaign pauses.';

create table daybatch.refused_addresses (
  address_key bytea not null,
  refusal_count integer not null,
  refused_at timestamp with time zone not null,
  constraint refusal_count_is_at_least_one CHECK ((refusal_count >= 1)),
  constraint refused_addresses_pkey PRIMARY KEY (address_key)
);
alter table daybatch.refused_addresses owner to daybatch_owner;
grant select on daybatch.refused_addresses to daybatch_operator;
comment on table daybatch.refused_addresses is 'How often servers refused an address for good, by keyed hash, over all campaigns: some answers suppress at the second time only.';

create table daybatch.removed_contacts (
  campaign_id uuid not null,
  contact_id uuid not null,
  removed_at timestamp with time zone not null,
  removed_by text not null default SESSION_USER,
  constraint removed_contacts_pkey PRIMARY KEY (campaign_id, contact_id)
);
alter table daybatch.removed_contacts owner to daybatch_owner;
grant select on daybatch.removed_contacts to daybatch_operator;
comment on table daybatch.removed_contacts is 'Contacts taken out of a running campaign: skipped when their turn comes; the arrays stay as they are.';

create table daybatch.reply_rules (
  rule text not null,
  priority integer not null,
  stages text[],
  reply_code text,
  enhanced_code text,
  reply_text text,
  outcome text not null,
  scope text not null,
  note text not null,
  is_builtin boolean not null default false,
  suppress_after smallint,
  pause_after smallint,
  constraint a_rule_has_a_short_name CHECK ((octet_length(rule) <= 200)),
  constraint doubt_needs_the_message_stage CHECK (((outcome <> 'in_doubt'::text) OR (stages = ARRAY['message'::text]))),
  constraint outcome_is_known CHECK ((outcome = ANY (ARRAY['sent'::text, 'failed'::text, 'deferred'::text, 'in_doubt'::text]))),
  constraint pause_after_is_at_least_one CHECK ((pause_after >= 1)),
  constraint reply_rules_pkey PRIMARY KEY (rule),
  constraint scope_is_known CHECK ((scope = ANY (ARRAY['recipient'::text, 'server'::text, 'batch'::text, 'campaign'::text]))),
  constraint sent_needs_a_reply_to_the_message CHECK (((outcome <> 'sent'::text) OR (stages = ARRAY['message'::text]))),
  constraint suppress_after_is_at_least_one CHECK ((suppress_after >= 1))
);
alter table daybatch.reply_rules owner to daybatch_owner;
grant delete, insert, select, update on daybatch.reply_rules to daybatch_operator;
comment on table daybatch.reply_rules is 'Classification of server answers: patterns are POSIX regular expressions, null fits anything (also no reply). Scope: recipient = this contact, server = wait and retry all, batch = the rest goes to the next batch, campaign = pause.';
comment on column daybatch.reply_rules.suppress_after is 'So many refusals of an address suppress it, in every campaign; null: none does.';
comment on column daybatch.reply_rules.pause_after is 'So many refusals by this rule in a row pause the campaign; null: settings.refusals_in_a_row.';

create table daybatch.resend_copies (
  campaign_id uuid not null,
  delivery_id bigint not null,
  message_version integer not null,
  email text not null,
  fields jsonb not null,
  message_date timestamp with time zone not null,
  unsubscribe_token text,
  constraint resend_copies_pkey PRIMARY KEY (campaign_id, delivery_id)
);
alter table daybatch.resend_copies owner to daybatch_owner;
comment on table daybatch.resend_copies is 'What a mail under the policy resend was made of, so that a second copy has the same bytes; deleted at its outcome.';

create table daybatch.secrets (
  name text not null,
  value bytea not null,
  created_at timestamp with time zone not null default clock_timestamp(),
  constraint secrets_pkey PRIMARY KEY (name)
);
alter table daybatch.secrets owner to daybatch_owner;
comment on table daybatch.secrets is 'Keys that never leave the database: of the address hashes, of the message ids, and of the tokens (token_key_1, 2, ...; the last one signs). Only the owner reads them.';

create table daybatch.sender_limits (
  sender text not null,
  daily_limit integer not null,
  constraint sender_is_an_address_in_lower_case CHECK (((sender = lower(sender)) AND ((sender = 'default'::text) OR (sender ~ '^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+$'::text)))),
  constraint sender_limit_is_at_least_one CHECK ((daily_limit >= 1)),
  constraint sender_limits_pkey PRIMARY KEY (sender)
);
alter table daybatch.sender_limits owner to daybatch_owner;
CREATE TRIGGER daybatch_010_note_sender_limit AFTER INSERT OR DELETE OR UPDATE ON daybatch.sender_limits FOR EACH ROW EXECUTE FUNCTION daybatch.note_shared_limit();
grant delete, insert, select, update on daybatch.sender_limits to daybatch_operator;
comment on table daybatch.sender_limits is 'Mails of a sender address in any 24 hours, over all campaigns; default: the campaigns that name no sender.';

create table daybatch.settings (
  only_row boolean not null default true,
  installation_id uuid not null default gen_random_uuid(),
  replaces uuid[] not null default '{}'::uuid[],
  system_identifier bigint not null,
  installed_at timestamp with time zone not null default clock_timestamp(),
  found_application boolean not null,
  taken_over_at timestamp with time zone,
  lease interval not null default '00:01:00'::interval,
  deferral_period interval not null default '06:00:00'::interval,
  deferral_limit integer not null default 12,
  first_retry_delay interval not null default '00:15:00'::interval,
  refusals_in_a_row integer default 5,
  refusals_in_200 integer default 10,
  has_shared_limits boolean default false,
  constraint deferral_limit_is_at_least_one CHECK ((deferral_limit >= 1)),
  constraint deferral_period_is_positive CHECK ((deferral_period > '00:00:00'::interval)),
  constraint first_retry_delay_is_positive CHECK ((first_retry_delay > '00:00:00'::interval)),
  constraint lease_is_at_least_a_second CHECK ((lease >= '00:00:01'::interval)),
  constraint refusals_in_200_is_at_most_200 CHECK (((refusals_in_200 >= 2) AND (refusals_in_200 <= 200))),
  constraint refusals_in_a_row_is_at_least_two CHECK ((refusals_in_a_row >= 2)),
  constraint settings_pkey PRIMARY KEY (only_row),
  constraint there_is_only_one_row CHECK (only_row)
);
alter table daybatch.settings owner to daybatch_owner;
grant select on daybatch.settings to daybatch_operator;
comment on table daybatch.settings is 'The engine''s one row of settings. taken_over_at is null while the engine is asleep (installed beside an older application).';
comment on column daybatch.settings.refusals_in_a_row is 'So many refusals of one rule in a row pause a campaign; null: never.';
comment on column daybatch.settings.refusals_in_200 is 'So many refusals among the last 200 final answers pause a campaign; null: never.';
comment on column daybatch.settings.has_shared_limits is 'Whether sender_limits or domain_limits has rows; kept by their triggers.';

create table daybatch.smtp_servers (
  name text not null,
  host text,
  port integer,
  tls text,
  username text,
  sealed_password text,
  priority integer not null default 100,
  is_fallback boolean not null default false,
  is_enabled boolean not null default true,
  per_second integer,
  per_minute integer,
  connections integer,
  next_send_at timestamp with time zone,
  refused_since timestamp with time zone,
  refused_until timestamp with time zone,
  refusal text,
  refusal_count integer not null default 0,
  changed_at timestamp with time zone not null default clock_timestamp(),
  changed_by text not null default SESSION_USER,
  constraint a_password_is_sealed_and_has_a_user CHECK (((sealed_password IS NULL) OR ((username IS NOT NULL) AND (sealed_password ~ '^v1\.[A-Za-z0-9_-]{1,32}\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{22,}$'::text)))),
  constraint a_password_leaves_encrypted CHECK (((sealed_password IS NULL) OR (tls <> 'optional'::text) OR (host = ANY (ARRAY['localhost'::text, '::1'::text])) OR (host ~ '^127(\.\d{1,3}){3}$'::text))),
  constraint a_refusal_is_told_whole_or_not_at_all CHECK ((num_nulls(refused_since, refused_until, refusal) = ANY (ARRAY[0, 3]))),
  constraint connections_are_at_least_one CHECK ((connections >= 1)),
  constraint host_is_a_host CHECK ((host ~ '^[A-Za-z0-9:][A-Za-z0-9.:-]{0,252}$'::text)),
  constraint name_is_short_and_plain CHECK ((name ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$'::text)),
  constraint only_named_servers_have_a_login CHECK (((name <> 'default'::text) OR ((username IS NULL) AND (sealed_password IS NULL)))),
  constraint only_the_default_is_in_the_environment CHECK ((((host IS NULL) = (name = 'default'::text)) AND (num_nulls(host, port, tls) = ANY (ARRAY[0, 3])))),
  constraint port_is_a_port CHECK (((port >= 1) AND (port <= 65535))),
  constraint rates_are_at_least_one CHECK (((per_second >= 1) AND (per_minute >= 1))),
  constraint smtp_servers_pkey PRIMARY KEY (name),
  constraint tls_is_known CHECK ((tls = ANY (ARRAY['implicit'::text, 'starttls'::text, 'optional'::text])))
);
alter table daybatch.smtp_servers owner to daybatch_owner;
comment on table daybatch.smtp_servers is 'SMTP servers and their limits, shared by all services; default is each service''s SMTP_URL. A password is sealed with a key that is not in the database.';
comment on column daybatch.smtp_servers.is_fallback is 'Takes the mails of campaigns whose own server takes no session, if they were certainly not sent.';
comment on column daybatch.smtp_servers.connections is 'Mails under way at once, over all services; each has a connection of its own.';
comment on column daybatch.smtp_servers.next_send_at is 'Booked up to here: the next mail goes out at this moment at the earliest.';

create table daybatch.suppressions (
  suppression_id bigint not null generated always as identity,
  address_key bytea not null,
  list_id uuid,
  reason text not null,
  source text not null default 'manual'::text,
  created_at timestamp with time zone not null,
  constraint reason_is_known CHECK ((reason = ANY (ARRAY['unsubscribed'::text, 'bounced'::text, 'complained'::text, 'erased'::text, 'manual'::text]))),
  constraint suppressions_pkey PRIMARY KEY (suppression_id)
);
alter table daybatch.suppressions owner to daybatch_owner;
CREATE UNIQUE INDEX suppressions_once_per_address_and_list ON daybatch.suppressions USING btree (address_key, COALESCE(list_id, '00000000-0000-0000-0000-000000000000'::uuid));
grant select on daybatch.suppressions to daybatch_operator;
comment on table daybatch.suppressions is 'Never mail again: for all campaigns (list_id null) or for those that name a list.';

create table daybatch.sweeps (
  sweep_id bigint not null generated always as identity,
  source text not null,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone not null,
  looked_at_count integer not null,
  opened_count integer not null,
  closed_count integer not null,
  failed_count integer not null,
  jobs_mended_count integer not null default 0,
  claims_released_count integer not null default 0,
  done_by text not null default SESSION_USER,
  constraint sweeps_pkey PRIMARY KEY (sweep_id)
);
alter table daybatch.sweeps owner to daybatch_owner;
grant select on daybatch.sweeps to daybatch_operator;
comment on table daybatch.sweeps is 'One row per run of process_campaigns over all campaigns: its source, what it did, how long.';

create table daybatch.untracked_outcomes (
  campaign_id uuid not null,
  delivery_id bigint not null,
  failed_at timestamp with time zone not null,
  problem text not null,
  constraint untracked_outcomes_pkey PRIMARY KEY (delivery_id)
);
alter table daybatch.untracked_outcomes owner to daybatch_owner;
grant select on daybatch.untracked_outcomes to daybatch_operator;
comment on table daybatch.untracked_outcomes is 'Outcomes that public.email_tracking did not take, and why; every sweep tries them again.';

create table daybatch.webhook_messages (
  message_id uuid not null default gen_random_uuid(),
  webhook_id uuid not null,
  event_type text not null,
  campaign_id uuid,
  event_id bigint,
  outcomes_after bigint,
  outcomes_until bigint,
  created_at timestamp with time zone not null,
  status text not null default 'waiting'::text,
  attempt_count integer not null default 0,
  due_at timestamp with time zone,
  delivered_at timestamp with time zone,
  last_status_code integer,
  last_answer text,
  constraint a_delivered_message_has_a_time CHECK (((delivered_at IS NOT NULL) = (status = 'delivered'::text))),
  constraint a_message_belongs_to_a_webhook FOREIGN KEY (webhook_id) REFERENCES daybatch.webhooks(webhook_id) ON DELETE CASCADE,
  constraint message_status_is_known CHECK ((status = ANY (ARRAY['waiting'::text, 'delivered'::text, 'dead'::text]))),
  constraint only_a_waiting_message_is_due CHECK (((due_at IS NOT NULL) = (status = 'waiting'::text))),
  constraint outcomes_are_a_range CHECK (((num_nulls(outcomes_after, outcomes_until) = ANY (ARRAY[0, 2])) AND (outcomes_until > outcomes_after) AND ((event_id IS NULL) OR (outcomes_until IS NULL)))),
  constraint webhook_messages_pkey PRIMARY KEY (message_id)
);
alter table daybatch.webhook_messages owner to daybatch_owner;
CREATE UNIQUE INDEX webhook_messages_once_per_event ON daybatch.webhook_messages USING btree (webhook_id, event_id) WHERE (event_id IS NOT NULL);
CREATE INDEX webhook_messages_open_idx ON daybatch.webhook_messages USING btree (webhook_id, status) WHERE (status <> 'delivered'::text);
CREATE INDEX webhook_messages_webhook_idx ON daybatch.webhook_messages USING btree (webhook_id, created_at, message_id);
grant select on daybatch.webhook_messages to daybatch_operator;
comment on table daybatch.webhook_messages is 'What a webhook is told: a line of daybatch.events, or up to 500 tries of delivery_attempts, named by their range and copied nowhere.';

create table daybatch.webhook_tries (
  try_id bigint not null generated always as identity,
  message_id uuid not null,
  tried_at timestamp with time zone not null,
  attempt_number integer not null,
  status_code integer,
  answer text,
  took_ms integer not null,
  constraint a_try_belongs_to_a_message FOREIGN KEY (message_id) REFERENCES daybatch.webhook_messages(message_id) ON DELETE CASCADE,
  constraint answer_is_short CHECK ((length(answer) <= 500)),
  constraint webhook_tries_pkey PRIMARY KEY (try_id)
);
alter table daybatch.webhook_tries owner to daybatch_owner;
CREATE INDEX webhook_tries_message_idx ON daybatch.webhook_tries USING btree (message_id, try_id);
grant select on daybatch.webhook_tries to daybatch_operator;
comment on table daybatch.webhook_tries is 'One try of one message: the receiver''s status and the beginning of its answer, or why there was none.';

create table daybatch.webhooks (
  webhook_id uuid not null,
  url text not null,
  event_types text[] not null,
  campaign_id uuid,
  sealed_secret text not null,
  previous_sealed_secret text,
  previous_until timestamp with time zone,
  is_enabled boolean not null default true,
  disabled_reason text,
  failing_since timestamp with time zone,
  outcomes_after bigint not null,
  outcomes_seen bigint,
  outcomes_seen_xid xid8,
  created_at timestamp with time zone not null,
  created_by text not null default SESSION_USER,
  constraint a_previous_secret_has_an_end CHECK ((num_nulls(previous_sealed_secret, previous_until) = ANY (ARRAY[0, 2]))),
  constraint events_are_named CHECK ((cardinality(event_types) > 0)),
  constraint outcomes_are_seen_with_their_snapshot CHECK ((num_nulls(outcomes_seen, outcomes_seen_xid) = ANY (ARRAY[0, 2]))),
  constraint secrets_are_sealed CHECK (((sealed_secret ~ '^v1\.'::text) AND (previous_sealed_secret ~ '^v1\.'::text))),
  constraint url_is_http CHECK ((url ~ '^https?://[^@/?#]+([/?#]|$)'::text)),
  constraint webhooks_pkey PRIMARY KEY (webhook_id)
);
alter table daybatch.webhooks owner to daybatch_owner;
comment on table daybatch.webhooks is 'Who is told of which events over HTTP. A secret is sealed with a key that is not in the database.';
comment on column daybatch.webhooks.event_types is 'Names of events, * for every line of daybatch.events, delivery_outcomes for what became of each try.';
comment on column daybatch.webhooks.outcomes_after is 'The last try (attempt_id) that was put into a message; only for delivery_outcomes.';
comment on column daybatch.webhooks.outcomes_seen is 'The highest try seen; told once every transaction of that time (outcomes_seen_xid) has ended.';

create table daybatch.workers (
  worker_id text not null,
  started_at timestamp with time zone not null,
  seen_at timestamp with time zone not null,
  connections integer not null,
  held_count integer not null default 0,
  problem text,
  constraint workers_pkey PRIMARY KEY (worker_id)
);
alter table daybatch.workers owner to daybatch_owner;
grant select on daybatch.workers to daybatch_operator;
comment on table daybatch.workers is 'Processes that deliver, as they last reported themselves.';

create table public.campaigns (
  id uuid not null default gen_random_uuid(),
  name text not null,
  status text not null default 'draft'::text,
  created_at timestamp with time zone not null default now(),
  contact_list_ids uuid[],
  scheduled_at timestamp with time zone,
  subject text,
  sender text,
  reply_to text,
  html_body text,
  text_body text,
  daily_send_limit integer default 5,
  total_contacts integer,
  contacts_remaining jsonb default '[]'::jsonb storage external,
  contacts_processed jsonb default '[]'::jsonb storage external,
  contacts_failed jsonb default '[]'::jsonb storage external,
  batch_history jsonb default '[]'::jsonb,
  first_batch_sent_at timestamp with time zone,
  next_batch_send_time timestamp with time zone,
  current_batch_number integer default 1,
  tracking_initialised_at timestamp with time zone,
  batch_interval interval default '24:00:00'::interval,
  in_doubt_policy text default 'never'::text,
  pause_reason text,
  paused_at timestamp with time zone,
  smtp_server text,
  daily_send_time time without time zone,
  send_window_from time without time zone,
  send_window_to time without time zone,
  send_window_days integer[],
  send_time_zone text,
  ramp_up_by integer,
  ramp_up_percent integer,
  ramp_up_to integer,
  spread_over interval,
  limit_policy text,
  constraint batch_interval_is_at_least_a_second CHECK ((batch_interval >= '00:00:01'::interval)) NOT VALID,
  constraint batch_interval_is_given_in_hours CHECK (((EXTRACT(year FROM batch_interval) = (0)::numeric) AND (EXTRACT(month FROM batch_interval) = (0)::numeric) AND (EXTRACT(day FROM batch_interval) = (0)::numeric))) NOT VALID,
  constraint campaigns_pkey PRIMARY KEY (id),
  constraint daily_send_limit_is_at_least_one CHECK ((daily_send_limit >= 1)) NOT VALID,
  constraint daily_send_time_is_inside_the_window CHECK (
CASE
    WHEN (send_window_from < send_window_to) THEN ((daily_send_time >= send_window_from) AND (daily_send_time < send_window_to))
    ELSE ((daily_send_time >= send_window_from) OR (daily_send_time < send_window_to))
END) NOT VALID,
  constraint daily_send_time_needs_an_interval_of_a_day CHECK (((daily_send_time IS NULL) OR (batch_interval >= '24:00:00'::interval))) NOT VALID,
  constraint in_doubt_policy_is_never_resend_or_ask CHECK ((in_doubt_policy = ANY (ARRAY['never'::text, 'resend'::text, 'ask'::text]))) NOT VALID,
  constraint limit_policy_is_per_batch_or_rolling CHECK ((limit_policy = ANY (ARRAY['per_batch'::text, 'rolling'::text]))) NOT VALID,
  constraint name_has_no_control_characters CHECK ((name !~ '[[:cntrl:]]'::text)),
  constraint ramp_up_ends_at_a_limit CHECK ((ramp_up_to >= 1)) NOT VALID,
  constraint ramp_up_grows CHECK ((((ramp_up_by >= 1) AND (ramp_up_percent IS NULL)) OR (((ramp_up_percent >= 1) AND (ramp_up_percent <= 1000)) AND (ramp_up_by IS NULL)) OR (num_nulls(ramp_up_by, ramp_up_percent) = 2))) NOT VALID,
  constraint ramp_up_is_by_a_number_or_by_percent CHECK ((num_nonnulls(ramp_up_by, ramp_up_percent) = ((ramp_up_to IS NOT NULL))::integer)) NOT VALID,
  constraint send_time_zone_is_an_iana_zone CHECK (((send_time_zone ~ '^(UTC|Etc/(UTC|GMT[+-][0-9]{1,2})|[A-Z][A-Za-z]+(/[A-Z][A-Za-z_-]*){1,2})$'::text) AND (timezone(send_time_zone, '2000-01-01 00:00:00+00'::timestamp with time zone) > '-infinity'::timestamp without time zone))) NOT VALID,
  constraint send_times_have_a_zone CHECK (((send_time_zone IS NOT NULL) OR (num_nulls(daily_send_time, send_window_from, send_window_to, send_window_days) = 4))) NOT VALID,
  constraint send_window_days_are_weekdays CHECK (((cardinality(send_window_days) > 0) AND (send_window_days <@ ARRAY[1, 2, 3, 4, 5, 6, 7]))) NOT VALID,
  constraint send_window_has_a_beginning_and_an_end CHECK ((num_nulls(send_window_from, send_window_to) = ANY (ARRAY[0, 2]))) NOT VALID,
  constraint send_window_is_not_empty CHECK ((send_window_from <> send_window_to)) NOT VALID,
  constraint spread_ends_before_the_cut_off CHECK ((spread_over <= (batch_interval - LEAST('00:15:00'::interval, (batch_interval / (10)::double precision))))) NOT VALID,
  constraint spread_is_given_in_hours CHECK (((EXTRACT(year FROM spread_over) = (0)::numeric) AND (EXTRACT(month FROM spread_over) = (0)::numeric) AND (EXTRACT(day FROM spread_over) = (0)::numeric) AND (spread_over >= '00:00:01'::interval))) NOT VALID,
  constraint status_is_one_of_ours CHECK ((status = ANY (ARRAY['draft'::text, 'scheduled'::text, 'sending'::text, 'paused'::text, 'completed'::text, 'cancelled'::text]))),
  constraint subject_and_sender_have_no_control_characters CHECK ((concat(subject, sender, reply_to) !~ '[[:cntrl:]]'::text)) NOT VALID
);
alter table public.campaigns owner to daybatch_owner;
CREATE INDEX campaigns_created_at_idx ON public.campaigns USING btree (created_at DESC, id DESC);
CREATE INDEX campaigns_due_idx ON public.campaigns USING btree (next_batch_send_time) WHERE (status = 'sending'::text);
CREATE INDEX campaigns_scheduled_idx ON public.campaigns USING btree (scheduled_at) WHERE (status = 'scheduled'::text);
CREATE TRIGGER daybatch_005_tell_lists_are_checked BEFORE INSERT OR UPDATE OF contact_list_ids ON public.campaigns FOR EACH ROW EXECUTE FUNCTION daybatch.tell_lists_are_checked();
CREATE TRIGGER daybatch_010_check_lists_visible BEFORE INSERT OR UPDATE OF contact_list_ids ON public.campaigns FOR EACH ROW EXECUTE FUNCTION daybatch.check_lists_visible();
CREATE TRIGGER daybatch_020_guard_engine_columns_at_insert BEFORE INSERT ON public.campaigns FOR EACH ROW EXECUTE FUNCTION daybatch.guard_engine_columns();
CREATE TRIGGER daybatch_030_guard_engine_columns BEFORE UPDATE OF contacts_remaining, contacts_processed, contacts_failed, batch_history, first_batch_sent_at, next_batch_send_time, current_batch_number, total_contacts, tracking_initialised_at ON public.campaigns FOR EACH ROW EXECUTE FUNCTION daybatch.guard_engine_columns();
CREATE TRIGGER daybatch_800_record_campaign_change AFTER INSERT OR DELETE OR UPDATE ON public.campaigns FOR EACH ROW EXECUTE FUNCTION daybatch.record_campaign_change();
CREATE TRIGGER daybatch_850_mark_finish_date AFTER INSERT OR UPDATE ON public.campaigns FOR EACH ROW EXECUTE FUNCTION daybatch.mark_finish_date();
CREATE TRIGGER daybatch_900_enqueue_started_campaign AFTER INSERT OR UPDATE ON public.campaigns FOR EACH ROW EXECUTE FUNCTION daybatch.enqueue_started_campaign();
alter table public.campaigns enable row level security;
create policy the_application_sees_all on public.campaigns as permissive for all to daybatch_app using (true) with check (true);
create policy the_operator_reads_all on public.campaigns as permissive for select to daybatch_operator using (true) with check ();
grant insert, select, update on public.campaigns to daybatch_app;
grant select on public.campaigns to daybatch_operator;
comment on table public.campaigns is 'A message for an audience, sent in exact daily batches.';
comment on column public.campaigns.daily_send_limit is 'Mails per batch, at least 1; a batch under way keeps the limit it was opened with.';
comment on column public.campaigns.contacts_remaining is 'Contacts that still need a mail, as uuid text; a contact stays here while its batch is under way.';
comment on column public.campaigns.contacts_processed is 'Contacts whose mail the SMTP server accepted.';
comment on column public.campaigns.contacts_failed is 'Contacts that ended otherwise: refused, skipped, in doubt. daybatch.deliveries says which.';
comment on column public.campaigns.batch_history is 'One object per closed batch: batch_number, timestamp (its opening, UTC), sent_count, failed_count, remaining_count.';
comment on column public.campaigns.tracking_initialised_at is 'When the audience was frozen; null means the arrays say nothing yet.';
comment on column public.campaigns.batch_interval is 'Time between two batches, in hours or smaller units: never days, which follow the session''s clock changes.';
comment on column public.campaigns.in_doubt_policy is 'What to do with a mail that may or may not have been accepted: never resend, resend, or ask.';
comment on column public.campaigns.smtp_server is 'The SMTP server of this campaign, a name in daybatch.smtp_servers; null: default, the service''s SMTP_URL.';
comment on column public.campaigns.daily_send_time is 'Every batch is due at this time of day in send_time_zone; null: one interval after the one before.';
comment on column public.campaigns.send_window_from is 'Mails go out from this time of day on, in send_time_zone; null: at any time.';
comment on column public.campaigns.send_window_to is 'No mail goes out from this time of day on; before send_window_from it means the next day.';
comment on column public.campaigns.send_window_days is 'Weekdays on which a window begins, 1 = Monday to 7 = Sunday; null: every day.';
comment on column public.campaigns.send_time_zone is 'IANA zone of daily_send_time and the send window, as Europe/Berlin.';
comment on column public.campaigns.ramp_up_by is 'daily_send_limit grows by so many after each batch that sent, up to ramp_up_to.';
comment on column public.campaigns.ramp_up_percent is 'daily_send_limit grows by so many percent, at least 1, after each batch that sent, up to ramp_up_to.';
comment on column public.campaigns.ramp_up_to is 'Where the ramp-up ends.';
comment on column public.campaigns.spread_over is 'First attempts of a batch are spread evenly over this time; null: as fast as the servers take them.';
comment on column public.campaigns.limit_policy is 'rolling: no stretch of an interval anywhere holds more mails than the limit, slot by slot; null or per_batch: no batch does.';

create table public.contact_list_members (
  list_id uuid not null,
  contact_id uuid not null,
  "position" bigint not null generated by default as identity,
  created_at timestamp with time zone not null default now(),
  constraint contact_list_members_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id) ON DELETE CASCADE,
  constraint contact_list_members_list_id_fkey FOREIGN KEY (list_id) REFERENCES public.contact_lists(id) ON DELETE CASCADE,
  constraint contact_list_members_pkey PRIMARY KEY (list_id, contact_id)
);
alter table public.contact_list_members owner to daybatch_owner;
CREATE INDEX contact_list_members_contact_id_idx ON public.contact_list_members USING btree (contact_id);
alter table public.contact_list_members enable row level security;
create policy the_application_sees_all on public.contact_list_members as permissive for all to daybatch_app using (true) with check (true);
create policy the_operator_reads_all on public.contact_list_members as permissive for select to daybatch_operator using (true) with check ();
grant delete, insert, select, update on public.contact_list_members to daybatch_app;
grant select on public.contact_list_members to daybatch_operator;
comment on table public.contact_list_members is 'Who is on which list, in the order of position.';

create table public.contact_lists (
  id uuid not null default gen_random_uuid(),
  name text not null,
  created_at timestamp with time zone not null default now(),
  constraint contact_lists_pkey PRIMARY KEY (id)
);
alter table public.contact_lists owner to daybatch_owner;
alter table public.contact_lists enable row level security;
create policy the_application_sees_all on public.contact_lists as permissive for all to daybatch_app using (true) with check (true);
create policy the_operator_reads_all on public.contact_lists as permissive for select to daybatch_operator using (true) with check ();
grant delete, insert, select, update on public.contact_lists to daybatch_app;
grant select on public.contact_lists to daybatch_operator;
comment on table public.contact_lists is 'Lists of contacts; a campaign names one or more.';

create table public.contacts (
  id uuid not null default gen_random_uuid(),
  email text not null,
  first_name text,
  last_name text,
  attributes jsonb not null default '{}'::jsonb,
  unsubscribed_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  constraint attributes_are_an_object CHECK ((jsonb_typeof(attributes) = 'object'::text)),
  constraint contacts_pkey PRIMARY KEY (id),
  constraint email_has_no_control_characters CHECK ((email !~ '[[:cntrl:]]'::text)),
  constraint email_is_at_most_254_octets CHECK ((octet_length(email) <= 254))
);
alter table public.contacts owner to daybatch_owner;
CREATE INDEX contacts_email_idx ON public.contacts USING btree (lower(email));
alter table public.contacts enable row level security;
create policy the_application_sees_all on public.contacts as permissive for all to daybatch_app using (true) with check (true);
create policy the_operator_reads_all on public.contacts as permissive for select to daybatch_operator using (true) with check ();
grant delete, insert, select, update on public.contacts to daybatch_app;
grant select on public.contacts to daybatch_operator;
comment on table public.contacts is 'People one may write to.';


-- types

-- none


-- views

create view daybatch.audit as
 SELECT i.campaign_id,
    m.rule,
    m.disagreement
   FROM ((( SELECT n.campaign_id
           FROM daybatch.contact_counts n
          WHERE (((n.remaining_count + n.processed_count) + n.failed_count) >= 100)
        UNION ALL
         SELECT k.campaign_id
           FROM ( SELECT u.campaign_id
                   FROM ( SELECT c_1.id AS campaign_id,
                            (e.contact_id COLLATE "C") AS contact_id,
                            a.place AS listed,
                            NULL::integer AS booked
                           FROM ((public.campaigns c_1
                             CROSS JOIN LATERAL ( VALUES (1,c_1.contacts_remaining), (2,c_1.contacts_processed), (3,c_1.contacts_failed)) a(place, contacts))
                             CROSS JOIN LATERAL jsonb_array_elements_text(
                                CASE jsonb_typeof(a.contacts)
                                    WHEN 'array'::text THEN a.contacts
                                    ELSE '[]'::jsonb
                                END) e(contact_id))
                          WHERE (NOT (EXISTS ( SELECT
                                   FROM daybatch.contact_counts n
                                  WHERE ((n.campaign_id = c_1.id) AND (((n.remaining_count + n.processed_count) + n.failed_count) >= 100)))))
                        UNION ALL
                         SELECT c_1.id,
                            ((d.contact_id)::text COLLATE "C") AS contact_id,
                            NULL::integer,
                                CASE
                                    WHEN ((b.batch_number IS NOT NULL) OR (d.status = ANY (ARRAY['queued'::text, 'claimed'::text, 'sending'::text, 'deferred'::text]))) THEN 1
                                    WHEN (d.status = 'sent'::text) THEN 2
                                    ELSE 3
                                END AS "case"
                           FROM ((public.campaigns c_1
                             JOIN daybatch.deliveries d ON ((d.campaign_id = c_1.id)))
                             LEFT JOIN daybatch.batches b ON (((b.campaign_id = d.campaign_id) AND (b.batch_number = d.batch_number) AND (b.closed_at IS NULL))))
                          WHERE (NOT (EXISTS ( SELECT
                                   FROM daybatch.contact_counts n
                                  WHERE ((n.campaign_id = c_1.id) AND (((n.remaining_count + n.processed_count) + n.failed_count) >= 100)))))) u
                  GROUP BY u.campaign_id, u.contact_id
                 HAVING ((count(u.listed) <> 1) OR (min(u.listed) <> COALESCE(min(u.booked), 1)) OR ((count(u.booked) = 0) AND ((u.contact_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'::text) IS NOT TRUE)))) k
          GROUP BY k.campaign_id) i
     JOIN public.campaigns c ON (((c.id = i.campaign_id) AND (c.tracking_initialised_at IS NOT NULL))))
     CROSS JOIN LATERAL daybatch.list_misplaced_contacts(i.campaign_id) m(rule, disagreement))
UNION ALL
 SELECT c.id AS campaign_id,
    k.rule,
    k.disagreement
   FROM (((public.campaigns c
     LEFT JOIN daybatch.contact_counts n ON ((n.campaign_id = c.id)))
     CROSS JOIN LATERAL ( SELECT
                CASE jsonb_typeof(c.contacts_remaining)
                    WHEN 'array'::text THEN jsonb_array_length(c.contacts_remaining)
                    ELSE NULL::integer
                END AS remaining,
                CASE jsonb_typeof(c.contacts_processed)
                    WHEN 'array'::text THEN jsonb_array_length(c.contacts_processed)
                    ELSE NULL::integer
                END AS processed,
                CASE jsonb_typeof(c.contacts_failed)
                    WHEN 'array'::text THEN jsonb_array_length(c.contacts_failed)
                    ELSE NULL::integer
                END AS failed
         OFFSET 0) a)
     CROSS JOIN LATERAL ( SELECT 'array_is_broken'::text AS "?column?",
            format('%s is not an array'::text, concat_ws(', '::text,
                CASE
                    WHEN (a.remaining IS NULL) THEN 'contacts_remaining'::text
                    ELSE NULL::text
                END,
                CASE
                    WHEN (a.processed IS NULL) THEN 'contacts_processed'::text
                    ELSE NULL::text
                END,
                CASE
                    WHEN (a.failed IS NULL) THEN 'contacts_failed'::text
                    ELSE NULL::text
                END)) AS format
          WHERE (num_nulls(a.remaining, a.processed, a.failed) > 0)
        UNION ALL
         SELECT 'total_differs'::text,
            format('total_contacts is %s, the arrays hold %s'::text, COALESCE((c.total_contacts)::text, 'NULL'::text), ((a.remaining + a.processed) + a.failed)) AS format
          WHERE ((c.total_contacts IS DISTINCT FROM ((a.remaining + a.processed) + a.failed)) AND (num_nulls(a.remaining, a.processed, a.failed) = 0))
        UNION ALL
         SELECT 'counts_differ'::text,
            format('contact_counts says %s remaining, %s processed, %s failed; the arrays hold %s, %s, %s'::text, COALESCE((n.remaining_count)::text, 'no'::text), COALESCE((n.processed_count)::text, 'no'::text), COALESCE((n.failed_count)::text, 'no'::text), a.remaining, a.processed, a.failed) AS format
          WHERE ((((n.remaining_count IS DISTINCT FROM a.remaining) OR (n.processed_count IS DISTINCT FROM a.processed)) OR (n.failed_count IS DISTINCT FROM a.failed)) AND (num_nulls(a.remaining, a.processed, a.failed) = 0))
        UNION ALL
         SELECT 'completed_with_contacts_left'::text,
            format('the campaign is completed, %s contacts remain'::text, a.remaining) AS format
          WHERE ((c.status = 'completed'::text) AND (a.remaining > 0))) k(rule, disagreement))
  WHERE (c.tracking_initialised_at IS NOT NULL)
UNION ALL
 SELECT c.id AS campaign_id,
    'history_differs'::text AS rule,
    k.disagreement
   FROM (public.campaigns c
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN (h.times IS NULL) THEN format('batch %s is closed and not in batch_history'::text, b.batch_number)
                    WHEN (h.times > 1) THEN format('batch %s stands %s times in batch_history'::text, number, h.times)
                    WHEN (b.batch_number IS NULL) THEN format('batch_history tells of batch %s, which is not closed'::text, COALESCE(number, 'without a number'::text))
                    ELSE format('batch_history tells of batch %s otherwise than opened %s, sent %s, failed %s, remaining %s'::text, b.batch_number, (b.entry ->> 'timestamp'::text), b.sent_count, b.failed_count, b.remaining_count)
                END AS disagreement
           FROM (( SELECT (e.entry ->> 'batch_number'::text) AS number,
                    count(*) AS times,
                    (array_agg(e.entry))[1] AS entry
                   FROM jsonb_array_elements(
                        CASE jsonb_typeof(c.batch_history)
                            WHEN 'array'::text THEN c.batch_history
                            ELSE '[]'::jsonb
                        END) e(entry)
                  WHERE (NOT (EXISTS ( SELECT
                           FROM daybatch.batches r
                          WHERE ((r.campaign_id = c.id) AND (r.source = 'old_method'::text) AND (COALESCE(
                                CASE jsonb_typeof((e.entry -> 'batch_number'::text))
                                    WHEN 'number'::text THEN ((e.entry ->> 'batch_number'::text))::numeric
                                    ELSE NULL::numeric
                                END, (0)::numeric) <= (r.batch_number)::numeric)))))
                  GROUP BY (e.entry ->> 'batch_number'::text)) h
             FULL JOIN ( SELECT (l.batch_number)::text AS number,
                    l.batch_number,
                    l.sent_count,
                    l.failed_count,
                    l.remaining_count,
                    jsonb_build_object('batch_number', l.batch_number, 'timestamp', to_char((l.opened_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'::text), 'sent_count', l.sent_count, 'failed_count', l.failed_count, 'remaining_count', l.remaining_count) AS entry
                   FROM daybatch.batches l
                  WHERE ((l.campaign_id = c.id) AND (l.closed_at IS NOT NULL) AND (l.source <> 'old_method'::text))) b USING (number))
          WHERE ((h.times IS DISTINCT FROM 1) OR (b.entry IS DISTINCT FROM h.entry))) k)
  WHERE (c.tracking_initialised_at IS NOT NULL)
UNION ALL
 SELECT c.id AS campaign_id,
    'number_differs'::text AS rule,
    format('current_batch_number is %s, batch %s is %s'::text, COALESCE((c.current_batch_number)::text, 'NULL'::text), b.batch_number,
        CASE
            WHEN (b.closed_at IS NULL) THEN 'open'::text
            ELSE 'the last'::text
        END) AS disagreement
   FROM (public.campaigns c
     CROSS JOIN LATERAL ( SELECT l.batch_number,
            l.closed_at
           FROM daybatch.batches l
          WHERE (l.campaign_id = c.id)
          ORDER BY l.batch_number DESC
         LIMIT 1) b)
  WHERE ((c.tracking_initialised_at IS NOT NULL) AND (NOT COALESCE(
        CASE
            WHEN ((b.closed_at IS NULL) OR (c.status = 'completed'::text)) THEN (c.current_batch_number = b.batch_number)
            WHEN (c.status = 'cancelled'::text) THEN ((c.current_batch_number - b.batch_number) = ANY (ARRAY[0, 1]))
            ELSE (c.current_batch_number = (b.batch_number + 1))
        END, false)))
UNION ALL
 SELECT b.campaign_id,
    'completed_with_open_batch'::text AS rule,
    format('the campaign is completed, batch %s is open'::text, b.batch_number) AS disagreement
   FROM (daybatch.batches b
     JOIN public.campaigns c ON ((c.id = b.campaign_id)))
  WHERE ((b.closed_at IS NULL) AND (c.status = 'completed'::text))
UNION ALL
 SELECT b.campaign_id,
    k.rule,
    k.disagreement
   FROM ((daybatch.batches b
     CROSS JOIN LATERAL ( SELECT count(*) AS contacts,
            COALESCE(max(d.slot), 0) AS last_slot,
            count(*) FILTER (WHERE (d.status = 'sent'::text)) AS sent,
            count(*) FILTER (WHERE (d.status = 'failed'::text)) AS failed,
            count(*) FILTER (WHERE (d.status = 'in_doubt'::text)) AS in_doubt,
            count(*) FILTER (WHERE (d.status = 'skipped'::text)) AS skipped,
            count(*) FILTER (WHERE (d.status = 'deferred'::text)) AS deferred
           FROM daybatch.deliveries d
          WHERE ((d.campaign_id = b.campaign_id) AND (d.batch_number = b.batch_number))) l)
     CROSS JOIN LATERAL ( SELECT 'batch_and_ledger_differ'::text AS "?column?",
            format('batch %s took %s contacts and has %s slots; the ledger holds %s contacts, slots up to %s'::text, b.batch_number, b.head_length, b.slot_count, l.contacts, l.last_slot) AS format
          WHERE ((l.contacts <> b.head_length) OR (l.last_slot > b.slot_count))
        UNION ALL
         SELECT 'batch_counts_differ'::text,
            format('batch_counts says %s sent, %s failed, %s in doubt, %s skipped, %s deferred of batch %s; the ledger holds %s, %s, %s, %s, %s'::text, n.sent_count, n.failed_count, n.in_doubt_count, n.skipped_count, n.deferred_count, n.batch_number, l.sent, l.failed, l.in_doubt, l.skipped, l.deferred) AS format
           FROM daybatch.batch_counts n
          WHERE ((n.campaign_id = b.campaign_id) AND ((n.batch_number <> b.batch_number) OR (n.sent_count <> l.sent) OR (n.failed_count <> l.failed) OR (n.in_doubt_count <> l.in_doubt) OR (n.skipped_count <> l.skipped) OR (n.deferred_count <> l.deferred)))) k(rule, disagreement))
  WHERE (b.closed_at IS NULL)
UNION ALL
 SELECT k.campaign_id,
    'batch_failures_differ'::text AS rule,
    format('batch_failures says %s contacts of batch %s %s for %s, the last at %s; the ledger holds %s, the last at %s'::text, COALESCE(k.counted, 0), k.batch_number, k.status, k.reason, COALESCE(to_char((k.counted_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS"Z"'::text), 'no time'::text), k.held, COALESCE(to_char((k.held_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS"Z"'::text), 'no time'::text)) AS disagreement
   FROM ( SELECT u.campaign_id,
            u.batch_number,
            u.status,
            u.reason,
            max(u.contacts) AS counted,
            max(u.counted_at) AS counted_at,
            max(u.counted_id) AS counted_id,
            count(u.delivery_id) AS held,
            max(u.settled_at) AS held_at,
            max(u.delivery_id) AS held_id
           FROM ( SELECT f.campaign_id,
                    f.batch_number,
                    f.status,
                    f.reason,
                    f.contacts,
                    f.last_at AS counted_at,
                    f.last_delivery_id AS counted_id,
                    NULL::timestamp with time zone AS settled_at,
                    NULL::bigint AS delivery_id
                   FROM daybatch.batch_failures f
                UNION ALL
                 SELECT d.campaign_id,
                    d.batch_number,
                    d.status,
                    d.reason,
                    NULL::integer,
                    NULL::timestamp with time zone,
                    NULL::bigint,
                    d.settled_at,
                    d.delivery_id
                   FROM daybatch.deliveries d
                  WHERE ((d.reason IS NOT NULL) AND (d.status = ANY (ARRAY['failed'::text, 'skipped'::text, 'in_doubt'::text])) AND (EXISTS ( SELECT
                           FROM daybatch.batch_failures f
                          WHERE ((f.campaign_id = d.campaign_id) AND (f.batch_number = d.batch_number)))))) u
          GROUP BY u.campaign_id, u.batch_number, u.status, u.reason) k
  WHERE (((k.counted IS DISTINCT FROM k.held) OR (k.counted_at IS DISTINCT FROM k.held_at)) OR (k.counted_id IS DISTINCT FROM k.held_id))
UNION ALL
 SELECT d.campaign_id,
    k.rule,
    k.disagreement
   FROM (((daybatch.deliveries d
     JOIN public.campaigns c ON ((c.id = d.campaign_id)))
     JOIN daybatch.batches b ON (((b.campaign_id = d.campaign_id) AND (b.batch_number = d.batch_number))))
     CROSS JOIN LATERAL ( SELECT 'open_delivery_in_closed_batch'::text AS "?column?",
            format('delivery %s is %s, its batch %s is closed'::text, d.delivery_id, d.status, d.batch_number) AS format
          WHERE ((b.closed_at IS NOT NULL) AND ((d.status = ANY (ARRAY['queued'::text, 'claimed'::text, 'sending'::text])) OR (d.retry_at IS NOT NULL)))
        UNION ALL
         SELECT 'claimed_without_claim'::text,
            format('delivery %s is %s, no claim holds it'::text, d.delivery_id, d.status) AS format
          WHERE ((b.closed_at IS NULL) AND (d.status = ANY (ARRAY['claimed'::text, 'sending'::text])) AND (NOT (EXISTS ( SELECT
                   FROM daybatch.claims k_1
                  WHERE ((k_1.claim_token = d.claim_token) AND (d.delivery_id = ANY (k_1.delivery_ids)))))))
        UNION ALL
         SELECT 'sent_without_a_try'::text,
            format('delivery %s is sent, and nobody tried it'::text, d.delivery_id) AS format
          WHERE ((d.status = 'sent'::text) AND (d.attempt_count = 0) AND (d.evidence IS NULL))
        UNION ALL
         SELECT 'accepted_and_not_sent'::text,
            format('delivery %s was accepted and is %s'::text, d.delivery_id, d.status) AS format
          WHERE ((d.status <> 'sent'::text) AND (EXISTS ( SELECT
                   FROM daybatch.delivery_attempts a
                  WHERE ((a.campaign_id = d.campaign_id) AND (a.delivery_id = d.delivery_id) AND (a.outcome = ANY (ARRAY['sent'::text, 'accepted_twice'::text]))))))) k(rule, disagreement))
  WHERE ((d.status <> 'sent'::text) OR (d.attempt_count = 0) OR (d.retry_at IS NOT NULL))
UNION ALL
 SELECT k.campaign_id,
    'claim_without_delivery'::text AS rule,
    format('worker %s holds delivery %s, which is %s'::text, k.worker_id, i.delivery_id, COALESCE(d.status, 'unknown'::text)) AS disagreement
   FROM ((daybatch.claims k
     CROSS JOIN LATERAL unnest(k.delivery_ids) i(delivery_id))
     LEFT JOIN daybatch.deliveries d ON ((d.delivery_id = i.delivery_id)))
  WHERE (((d.claim_token = k.claim_token) AND (d.status = ANY (ARRAY['claimed'::text, 'sending'::text, 'sent'::text]))) IS NOT TRUE)
UNION ALL
 SELECT a.campaign_id,
    'accepted_twice'::text AS rule,
    format('delivery %s was accepted %s times'::text, a.delivery_id, ( SELECT count(*) AS count
           FROM daybatch.delivery_attempts t
          WHERE ((t.campaign_id = a.campaign_id) AND (t.delivery_id = a.delivery_id) AND (t.outcome = ANY (ARRAY['sent'::text, 'accepted_twice'::text]))))) AS disagreement
   FROM daybatch.delivery_attempts a
  WHERE ((a.outcome = 'accepted_twice'::text) AND (NOT (EXISTS ( SELECT
           FROM public.campaigns c
          WHERE ((c.id = a.campaign_id) AND (c.in_doubt_policy = 'resend'::text))))))
UNION ALL
 SELECT u.campaign_id,
    'outcome_is_not_tracked'::text AS rule,
    format('delivery %s is not in public.email_tracking: %s'::text, u.delivery_id, u.problem) AS disagreement
   FROM daybatch.untracked_outcomes u
UNION ALL
 SELECT c.id AS campaign_id,
    'job_is_missing'::text AS rule,
    format('batch %s is due %s and has no job in pg-boss'::text, c.current_batch_number, to_char((c.next_batch_send_time AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS"Z"'::text)) AS disagreement
   FROM public.campaigns c
  WHERE ((c.status = 'sending'::text) AND (c.tracking_initialised_at IS NOT NULL) AND (c.next_batch_send_time > daybatch.current_moment()) AND (NOT (EXISTS ( SELECT
           FROM daybatch.batches b
          WHERE ((b.campaign_id = c.id) AND (b.closed_at IS NULL))))) AND (daybatch.has_job(c.id, c.current_batch_number, c.next_batch_send_time) = false))
UNION ALL
 SELECT NULL::uuid AS campaign_id,
    'shared_limit_exceeded'::text AS rule,
    format('the limit of the %s %s did not hold at %s: up to %s mails in 24 hours'::text, p.rule, p.name, to_char((p.exceeded_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS"Z"'::text), p.largest_in_24_hours) AS disagreement
   FROM daybatch.prove_shared_limits((daybatch.current_moment() - '48:00:00'::interval)) p(rule, name, daily_limit, in_force_since, mails, largest_in_24_hours, exceeded_at, limit_holds)
  WHERE (NOT p.limit_holds);
alter view daybatch.audit owner to daybatch_owner;
grant select on daybatch.audit to daybatch_app;
grant select on daybatch.audit to daybatch_operator;
grant select on daybatch.audit to daybatch_reader;
comment on view daybatch.audit is 'Every disagreement of arrays, ledger, batches and jobs, in words; it must be empty. Example: select campaign_id, rule, disagreement from daybatch.audit;';

create view daybatch.batch_history as
 SELECT b.campaign_id,
    c.name,
    b.batch_number,
    b.source,
    b.send_limit,
    b.slot_count,
    b.due_at,
    b.opened_at,
    b.closed_at,
    b.counted_at,
    b.cut_off_at,
    (b.spaced_from + b.batch_interval) AS next_due_at,
    b.sent_count,
    b.failed_count,
    b.skipped_count,
    b.in_doubt_count,
    b.returned_count,
    b.remaining_count,
    (b.opened_at - b.due_at) AS lateness
   FROM (daybatch.batches b
     LEFT JOIN public.campaigns c ON ((c.id = b.campaign_id)));
alter view daybatch.batch_history owner to daybatch_owner;
grant select on daybatch.batch_history to daybatch_app;
grant select on daybatch.batch_history to daybatch_operator;
grant select on daybatch.batch_history to daybatch_reader;
comment on view daybatch.batch_history is 'One row per batch: when it was due, opened and closed, and its frozen counts. Example: select batch_number, opened_at, sent_count, remaining_count from daybatch.batch_history where name = ''Spring offer'' order by batch_number;';

create view daybatch.bounce_log as
 SELECT b.bounce_id,
    b.recorded_at,
    b.event_at,
    b.kind,
    b.source,
    b.status_code,
    b.reason,
    b.has_suppressed,
    b.campaign_id,
    c.name,
    b.delivery_id,
    d.contact_id,
    d.batch_number
   FROM ((daybatch.bounces b
     LEFT JOIN daybatch.deliveries d ON ((d.delivery_id = b.delivery_id)))
     LEFT JOIN public.campaigns c ON ((c.id = b.campaign_id)));
alter view daybatch.bounce_log owner to daybatch_owner;
grant select on daybatch.bounce_log to daybatch_app;
grant select on daybatch.bounce_log to daybatch_operator;
grant select on daybatch.bounce_log to daybatch_reader;
comment on view daybatch.bounce_log is 'Each bounce and complaint with what was reported. Example: select recorded_at, kind, status_code, reason from daybatch.bounce_log order by bounce_id desc limit 20;';

create view daybatch.bounce_rates as
 SELECT c.id AS campaign_id,
    c.name,
    s.sent_count,
    b.hard_count,
    b.soft_count,
    b.blocked_count,
    b.complaint_count,
    round(((100.0 * (b.hard_count)::numeric) / (GREATEST(s.sent_count, b.hard_count, (1)::bigint))::numeric), 2) AS bounce_percent,
    round(((100.0 * (b.complaint_count)::numeric) / (GREATEST(s.sent_count, b.complaint_count, (1)::bigint))::numeric), 2) AS complaint_percent,
    trim_scale(((100)::numeric * l.bounce_rate)) AS bounce_percent_limit,
    l.bounce_minimum,
    trim_scale(((100)::numeric * l.complaint_rate)) AS complaint_percent_limit,
    l.complaint_minimum,
    b.last_at
   FROM (((public.campaigns c
     CROSS JOIN LATERAL ( SELECT sum(COALESCE(t.sent_count, ( SELECT n.sent_count
                   FROM daybatch.read_batch_counts(t.campaign_id) n(queued_count, claimed_count, sending_count, sent_count, failed_count, in_doubt_count, skipped_count, deferred_count)))) AS sent_count
           FROM daybatch.batches t
          WHERE ((t.campaign_id = c.id) AND (t.source <> 'old_method'::text))) s)
     CROSS JOIN LATERAL ( SELECT count(*) FILTER (WHERE (o.kind = 'hard'::text)) AS hard_count,
            count(*) FILTER (WHERE (o.kind = 'soft'::text)) AS soft_count,
            count(*) FILTER (WHERE (o.kind = 'blocked'::text)) AS blocked_count,
            count(*) FILTER (WHERE (o.kind = 'complaint'::text)) AS complaint_count,
            max(o.recorded_at) AS last_at
           FROM daybatch.bounces o
          WHERE (o.campaign_id = c.id)) b)
     CROSS JOIN LATERAL ( SELECT m.campaign_id,
            m.bounce_rate,
            m.bounce_minimum,
            m.complaint_rate,
            m.complaint_minimum
           FROM daybatch.bounce_limits m
          WHERE ((m.campaign_id = c.id) OR (m.campaign_id IS NULL))
          ORDER BY m.campaign_id
         LIMIT 1) l)
  WHERE (s.sent_count IS NOT NULL);
alter view daybatch.bounce_rates owner to daybatch_owner;
grant select on daybatch.bounce_rates to daybatch_app;
grant select on daybatch.bounce_rates to daybatch_operator;
grant select on daybatch.bounce_rates to daybatch_reader;
comment on view daybatch.bounce_rates is 'How many accepted mails of each campaign came back or were called spam, and the limits. Example: select name, sent_count, hard_count, bounce_percent, complaint_percent from daybatch.bounce_rates;';

create view daybatch.campaign_blockers as
 WITH clock AS MATERIALIZED (
         SELECT daybatch.current_moment() AS now,
            daybatch.is_awake() AS is_awake,
            s.seen_at AS worker_seen_at,
            s.has_worker,
            s.problem
           FROM ( SELECT max(w.seen_at) AS seen_at,
                    COALESCE(bool_or(w.is_alive), false) AS has_worker,
                        CASE
                            WHEN bool_and((w.problem IS NOT NULL)) FILTER (WHERE w.is_alive) THEN min(w.problem) FILTER (WHERE w.is_alive)
                            ELSE NULL::text
                        END AS problem
                   FROM daybatch.worker_status w) s
        )
 SELECT c.id AS campaign_id,
    c.name,
    b.blocker,
    b.reason,
    b.since,
    b.ends_at,
    b.needs_somebody
   FROM (((public.campaigns c
     CROSS JOIN clock)
     LEFT JOIN daybatch.batches o ON (((o.campaign_id = c.id) AND (o.closed_at IS NULL))))
     CROSS JOIN LATERAL ( SELECT 'asleep'::text AS "?column?",
            'the engine sleeps beside an older application until daybatch.take_over(true)'::text AS "?column?",
            NULL::timestamp with time zone AS timestamptz,
            NULL::timestamp with time zone AS timestamptz,
            true AS "?column?"
          WHERE ((NOT clock.is_awake) AND (c.status = ANY (ARRAY['sending'::text, 'scheduled'::text])))
        UNION ALL
         SELECT 'draft'::text,
            'not started: daybatch.start_campaign(id)'::text,
            c.created_at,
            NULL::timestamp with time zone,
            true
          WHERE (c.status = 'draft'::text)
        UNION ALL
         SELECT 'scheduled'::text,
            concat('scheduled for ', to_char((c.scheduled_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS"Z"'::text)) AS concat,
            NULL::timestamp with time zone,
            c.scheduled_at,
            false
          WHERE ((c.status = 'scheduled'::text) AND (c.scheduled_at > clock.now))
        UNION ALL
         SELECT 'paused'::text,
                CASE
                    WHEN (c.pause_reason ~~ 'paused by %'::text) THEN c.pause_reason
                    ELSE concat('paused', (' by '::text || e.done_by), (': '::text || c.pause_reason))
                END AS concat,
            COALESCE(c.paused_at, e.happened_at) AS "coalesce",
            NULL::timestamp with time zone,
            true
           FROM (( SELECT) one
             LEFT JOIN LATERAL ( SELECT v.done_by,
                    v.happened_at
                   FROM daybatch.events v
                  WHERE ((v.campaign_id = c.id) AND (v.event = 'paused'::text))
                  ORDER BY v.event_id DESC
                 LIMIT 1) e ON (true))
          WHERE (c.status = 'paused'::text)
        UNION ALL
         SELECT 'server_refuses'::text,
            concat('the server refuses: ', o.refusal) AS concat,
            o.refused_since,
            o.refused_until,
            false
          WHERE ((c.status = 'sending'::text) AND (o.refused_until > clock.now))
        UNION ALL
         SELECT 'send_window'::text,
            concat('outside of its send window until ', to_char((w.starts_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS"Z"'::text)) AS concat,
            NULL::timestamp with time zone,
            w.starts_at,
            false
           FROM daybatch.find_send_window(clock.now,
                CASE
                    WHEN (o.campaign_id IS NOT NULL) THEN o.sending_rules
                    ELSE daybatch.get_sending_rules(c.id)
                END) w(starts_at, ends_at)
          WHERE ((c.status = ANY (ARRAY['scheduled'::text, 'sending'::text])) AND (w.starts_at > clock.now) AND (num_nonnulls(o.sending_rules, c.send_window_from, c.send_window_days) > 0))
        UNION ALL
         SELECT o.held_by,
                CASE o.held_by
                    WHEN 'rolling_limit'::text THEN format('the rolling limit of %s is used up until %s'::text, o.send_limit, to_char((o.held_until AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS"Z"'::text))
                    ELSE format('the daily limit of its sender is used up until %s'::text, to_char((o.held_until AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS"Z"'::text))
                END AS format,
            NULL::timestamp with time zone,
            o.held_until,
            false
          WHERE ((c.status = 'sending'::text) AND (o.held_until > clock.now) AND (o.held_by <> 'send_window'::text))
        UNION ALL
         SELECT 'domain_limit'::text,
            format('%s contacts wait for the limit of their domain, the next until %s'::text, r.passed, to_char((r.retry_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS"Z"'::text)) AS format,
            NULL::timestamp with time zone,
            r.retry_at,
            false
           FROM ( SELECT count(*) AS passed,
                    min(d.retry_at) AS retry_at
                   FROM daybatch.deliveries d
                  WHERE ((d.campaign_id = c.id) AND (d.batch_number = o.batch_number) AND (d.retry_at > clock.now) AND (d.deferred_since IS NULL))) r
          WHERE ((c.status = 'sending'::text) AND (r.passed > 0))
        UNION ALL
         SELECT 'spread'::text,
            format('the batch is spread: one mail in %s, the next from %s'::text, date_trunc('second'::text, o.slot_gap), to_char((o.next_slot_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS"Z"'::text)) AS format,
            NULL::timestamp with time zone,
            o.next_slot_at,
            false
          WHERE ((c.status = 'sending'::text) AND (o.next_slot <= o.slot_count) AND (o.next_slot_at > clock.now))
        UNION ALL
         SELECT 'smtp_server'::text,
            format('SMTP server %s %s, and there is no fall-back'::text, v.name,
                CASE
                    WHEN v.is_known THEN 'is switched off'::text
                    ELSE 'does not exist'::text
                END) AS format,
            NULL::timestamp with time zone,
            NULL::timestamp with time zone,
            true
           FROM ( SELECT COALESCE(c.smtp_server, 'default'::text) AS name,
                    (EXISTS ( SELECT
                           FROM daybatch.smtp_servers s
                          WHERE (s.name = COALESCE(c.smtp_server, 'default'::text)))) AS is_known) v
          WHERE ((c.status = 'sending'::text) AND (NOT (EXISTS ( SELECT
                   FROM daybatch.smtp_servers s
                  WHERE (s.is_enabled AND (s.is_fallback OR (s.name = v.name)))))))
        UNION ALL
         SELECT
                CASE
                    WHEN (s.booked_until > (clock.now + '00:00:02'::interval)) THEN 'smtp_rate'::text
                    ELSE 'smtp_connections'::text
                END AS "case",
                CASE
                    WHEN (s.booked_until > (clock.now + '00:00:02'::interval)) THEN concat('SMTP server ', s.name, ' takes ', concat_ws(', '::text, (s.per_second || ' a second'::text), (s.per_minute || ' a minute'::text)), ': booked until ', to_char((s.booked_until AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS"Z"'::text))
                    ELSE format('SMTP server %s takes %s mails at once: all are under way'::text, s.name, s.connections)
                END AS format,
            NULL::timestamp with time zone,
                CASE
                    WHEN (s.booked_until > (clock.now + '00:00:02'::interval)) THEN s.booked_until
                    ELSE NULL::timestamp with time zone
                END AS "case",
            false
           FROM daybatch.smtp_server_status s
          WHERE ((c.status = 'sending'::text) AND (o.next_slot <= o.slot_count) AND (s.name = COALESCE(o.smtp_server, c.smtp_server, 'default'::text)) AND ((s.booked_until > (clock.now + '00:00:02'::interval)) OR (s.under_way >= s.connections)))
        UNION ALL
         SELECT 'retries'::text,
            format('%s contacts are deferred, tried again from %s'::text, r.deferred, to_char((r.retry_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS"Z"'::text)) AS format,
            NULL::timestamp with time zone,
            r.retry_at,
            false
           FROM ( SELECT count(*) AS deferred,
                    min(d.retry_at) AS retry_at
                   FROM daybatch.deliveries d
                  WHERE ((d.campaign_id = c.id) AND (d.batch_number = o.batch_number) AND (d.retry_at IS NOT NULL) AND ((d.deferred_since IS NOT NULL) OR (d.retry_at <= clock.now)))) r
          WHERE ((c.status = 'sending'::text) AND (o.next_slot > o.slot_count) AND (r.retry_at > clock.now) AND (NOT (EXISTS ( SELECT
                   FROM daybatch.claims k
                  WHERE (k.campaign_id = c.id)))))
        UNION ALL
         SELECT
                CASE
                    WHEN (l.send_limit IS NULL) THEN 'not_due'::text
                    WHEN (l.cut_off_reason IS NOT NULL) THEN 'quota'::text
                    ELSE 'limit'::text
                END AS "case",
            concat(
                CASE
                    WHEN (l.send_limit IS NULL) THEN 'not due'::text
                    WHEN (l.cut_off_reason IS NOT NULL) THEN format('the provider''s quota is used up (%s)'::text, l.cut_off_reason)
                    ELSE format('the limit of %s is used up'::text, l.send_limit)
                END, ' until ', to_char((c.next_batch_send_time AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS"Z"'::text)) AS concat,
            l.closed_at,
            c.next_batch_send_time,
            false
           FROM (( SELECT) one
             LEFT JOIN LATERAL ( SELECT b_1.send_limit,
                    b_1.closed_at,
                    b_1.cut_off_reason
                   FROM daybatch.batches b_1
                  WHERE ((b_1.campaign_id = c.id) AND (b_1.source <> 'old_method'::text))
                  ORDER BY b_1.batch_number DESC
                 LIMIT 1) l ON (true))
          WHERE ((c.status = 'sending'::text) AND (o.campaign_id IS NULL) AND (c.next_batch_send_time > clock.now))
        UNION ALL
         SELECT 'audience_empty'::text,
            'nobody is on its lists'::text,
            NULL::timestamp with time zone,
            NULL::timestamp with time zone,
            true
          WHERE ((c.status = ANY (ARRAY['draft'::text, 'scheduled'::text, 'sending'::text])) AND (c.tracking_initialised_at IS NULL) AND (NOT (EXISTS ( SELECT
                   FROM (jsonb_array_elements_text(to_jsonb(c.contact_list_ids)) i(id)
                     JOIN daybatch.list_members m ON ((m.list_id =
                        CASE
                            WHEN (i.id ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'::text) THEN (i.id)::uuid
                            ELSE NULL::uuid
                        END)))))))
        UNION ALL
         SELECT 'no_message'::text,
            'neither html_body nor text_body is set'::text,
            NULL::timestamp with time zone,
            NULL::timestamp with time zone,
            true
          WHERE ((c.status = ANY (ARRAY['draft'::text, 'scheduled'::text, 'sending'::text])) AND (COALESCE(NULLIF(c.html_body, ''::text), NULLIF(c.text_body, ''::text)) IS NULL))
        UNION ALL
         SELECT 'no_worker'::text,
            'no delivering process was seen for 3 minutes: npx daybatch serve'::text,
            clock.worker_seen_at,
            NULL::timestamp with time zone,
            true
          WHERE ((c.status = 'sending'::text) AND (NOT clock.has_worker))
        UNION ALL
         SELECT 'worker_problem'::text,
            ('no delivering process can send: '::text || clock.problem),
            NULL::timestamp with time zone,
            NULL::timestamp with time zone,
            true
          WHERE ((c.status = 'sending'::text) AND (clock.problem IS NOT NULL))
        UNION ALL
         SELECT c.status,
            c.status,
            NULL::timestamp with time zone,
            NULL::timestamp with time zone,
            false
          WHERE (c.status = ANY (ARRAY['completed'::text, 'cancelled'::text]))) b(blocker, reason, since, ends_at, needs_somebody));
alter view daybatch.campaign_blockers owner to daybatch_owner;
grant select on daybatch.campaign_blockers to daybatch_app;
grant select on daybatch.campaign_blockers to daybatch_operator;
grant select on daybatch.campaign_blockers to daybatch_reader;
comment on view daybatch.campaign_blockers is 'Why a campaign sends nothing now: one row per reason, with the moment it ends by itself. Example: select blocker, reason, ends_at from daybatch.campaign_blockers where name = ''Spring offer'';';

create view daybatch.campaign_status as
 SELECT c.id,
    c.name,
    c.status,
    COALESCE(c.daily_send_limit, 5) AS daily_send_limit,
    c.contact_list_ids,
    c.total_contacts,
        CASE
            WHEN (c.tracking_initialised_at IS NOT NULL) THEN (n.remaining_count - COALESCE(o.ended_count, (0)::bigint))
            ELSE NULL::bigint
        END AS remaining_count,
        CASE
            WHEN (c.tracking_initialised_at IS NOT NULL) THEN (n.processed_count + COALESCE(o.sent_count, (0)::bigint))
            ELSE NULL::bigint
        END AS processed_count,
        CASE
            WHEN (c.tracking_initialised_at IS NOT NULL) THEN (n.failed_count + COALESCE((o.ended_count - o.sent_count), (0)::bigint))
            ELSE NULL::bigint
        END AS failed_count,
        CASE
            WHEN (c.total_contacts > 0) THEN round(((100.0 * (((c.total_contacts - n.remaining_count) + COALESCE(o.ended_count, (0)::bigint)))::numeric) / (c.total_contacts)::numeric), 1)
            ELSE NULL::numeric
        END AS percent_done,
    c.current_batch_number,
    b.batch_number AS open_batch_number,
    b.slot_count AS open_batch_size,
    o.sent_count AS open_batch_sent,
    o.sending_count AS open_batch_sending,
    c.first_batch_sent_at,
    c.next_batch_send_time,
    c.batch_interval,
    c.in_doubt_policy,
    c.scheduled_at,
    c.pause_reason,
    c.paused_at,
        CASE
            WHEN (c.status = 'paused'::text) THEN concat('paused', (': '::text || c.pause_reason))
            WHEN (c.status = ANY (ARRAY['draft'::text, 'completed'::text, 'cancelled'::text])) THEN c.status
            WHEN (NOT daybatch.is_awake()) THEN 'the engine sleeps until daybatch.take_over(true)'::text
            WHEN (b.refused_until IS NOT NULL) THEN concat('server refuses: ', b.refusal, '; tries again ', to_char((b.refused_until AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS"Z"'::text))
            WHEN (b.batch_number IS NOT NULL) THEN concat(format('batch %s is under way: %s of %s sent'::text, b.batch_number, o.sent_count, b.slot_count),
            CASE
                WHEN (b.held_until > clock.now) THEN concat('; its ', replace(b.held_by, '_'::text, ' '::text), ' holds it until ', to_char((b.held_until AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS"Z"'::text))
                WHEN ((b.next_slot <= b.slot_count) AND (b.next_slot_at > clock.now)) THEN concat('; it is spread, the next mail goes ', to_char((b.next_slot_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS"Z"'::text))
                ELSE NULL::text
            END)
            WHEN (c.status = 'scheduled'::text) THEN concat('scheduled for ', COALESCE(to_char((c.scheduled_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS"Z"'::text), 'now'::text))
            WHEN (c.tracking_initialised_at IS NULL) THEN 'first processing'::text
            ELSE concat('batch ', c.current_batch_number, ' is due ', COALESCE(to_char((c.next_batch_send_time AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS"Z"'::text), 'now'::text))
        END AS waits_for,
    c.tracking_initialised_at,
    c.created_at,
        CASE
            WHEN ((num_nonnulls(c.daily_send_time, c.send_window_from, c.send_window_days, c.ramp_up_to, c.spread_over, c.limit_policy) > 0) OR (EXISTS ( SELECT
               FROM daybatch.sender_limits))) THEN daybatch.get_sending_rules(c.id)
            ELSE NULL::jsonb
        END AS sending_rules
   FROM ((((public.campaigns c
     CROSS JOIN ( SELECT daybatch.current_moment() AS now) clock)
     LEFT JOIN daybatch.contact_counts n ON ((n.campaign_id = c.id)))
     LEFT JOIN daybatch.batches b ON (((b.campaign_id = c.id) AND (b.closed_at IS NULL))))
     LEFT JOIN LATERAL ( SELECT ((((k.sent_count + k.failed_count) + k.skipped_count) + k.in_doubt_count))::bigint AS ended_count,
            (k.sent_count)::bigint AS sent_count,
            (k.sending_count)::bigint AS sending_count
           FROM daybatch.read_batch_counts(b.campaign_id) k(queued_count, claimed_count, sending_count, sent_count, failed_count, in_doubt_count, skipped_count, deferred_count)) o ON ((b.batch_number IS NOT NULL)));
alter view daybatch.campaign_status owner to daybatch_owner;
grant select on daybatch.campaign_status to daybatch_app;
grant select on daybatch.campaign_status to daybatch_operator;
grant select on daybatch.campaign_status to daybatch_reader;
comment on view daybatch.campaign_status is 'Where each campaign stands: live counts, percent, next due, what it waits for. Example: select name, status, percent_done, waits_for from daybatch.campaign_status order by created_at desc;';

create view daybatch.daily_limit_proof as
 SELECT campaign_id,
    batch_number,
    send_limit,
    COALESCE(mails, (0)::bigint) AS mails,
    first_at,
    last_at,
    (first_at - earlier_last_at) AS gap,
    (first_at - earlier_first_at) AS distance,
    batch_interval,
    (COALESCE(mails, (0)::bigint) <= send_limit) AS limit_holds,
    (COALESCE((first_at > earlier_last_at), true) AND COALESCE((first_at >= (counted_at - LEAST('00:05:00'::interval, (batch_interval / (10)::double precision)))), true) AND COALESCE((last_at < (counted_at + batch_interval)), true) AND COALESCE((counted_at >= (earlier_spaced_from + earlier_interval)), true)) AS intervals_are_disjoint,
        CASE
            WHEN (is_last AND (EXISTS ( SELECT
               FROM public.campaigns c
              WHERE (c.id = p.campaign_id)))) THEN daybatch.count_largest_interval(campaign_id, batch_interval)
            ELSE NULL::integer
        END AS largest_in_any_interval,
        CASE
            WHEN (rolling_interval IS NOT NULL) THEN (daybatch.count_rolling_mails(campaign_id, batch_number, rolling_interval) <= send_limit)
            ELSE NULL::boolean
        END AS rolling_limit_holds,
        CASE
            WHEN (sending_rules ?| ARRAY['send_window_from'::text, 'send_window_days'::text]) THEN (daybatch.count_mails_outside_window(campaign_id, batch_number, sending_rules) = 0)
            ELSE NULL::boolean
        END AS send_window_holds
   FROM ( SELECT ((b.sending_rules ->> 'rolling_interval'::text))::interval AS rolling_interval,
            b.sending_rules,
            b.campaign_id,
            b.batch_number,
            b.source,
            b.send_limit,
            b.batch_interval,
            b.counted_at,
            h.mails,
            h.first_at,
            h.last_at,
            max(h.first_at) OVER earlier AS earlier_first_at,
            max(h.last_at) OVER earlier AS earlier_last_at,
            (lead(b.batch_number) OVER (PARTITION BY b.campaign_id ORDER BY b.batch_number) IS NULL) AS is_last,
            lag(b.spaced_from) OVER (PARTITION BY b.campaign_id ORDER BY b.batch_number) AS earlier_spaced_from,
            lag(b.batch_interval) OVER (PARTITION BY b.campaign_id ORDER BY b.batch_number) AS earlier_interval
           FROM (daybatch.batches b
             LEFT JOIN ( SELECT a.campaign_id,
                    a.batch_number,
                    min(COALESCE(a.sending_at, a.ended_at)) AS first_at,
                    max(COALESCE(a.sending_at, a.ended_at)) AS last_at,
                    count(DISTINCT a.delivery_id) FILTER (WHERE (a.outcome = ANY (ARRAY['sent'::text, 'in_doubt'::text, 'accepted_twice'::text]))) AS mails
                   FROM daybatch.delivery_attempts a
                  WHERE ((a.sending_at IS NOT NULL) OR (a.outcome = ANY (ARRAY['sent'::text, 'in_doubt'::text, 'accepted_twice'::text])))
                  GROUP BY a.campaign_id, a.batch_number) h ON (((h.campaign_id = b.campaign_id) AND (h.batch_number = b.batch_number))))
          WINDOW earlier AS (PARTITION BY b.campaign_id ORDER BY b.batch_number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) p
  WHERE (source <> 'old_method'::text);
alter view daybatch.daily_limit_proof owner to daybatch_owner;
grant select on daybatch.daily_limit_proof to daybatch_app;
grant select on daybatch.daily_limit_proof to daybatch_operator;
grant select on daybatch.daily_limit_proof to daybatch_reader;
comment on view daybatch.daily_limit_proof is 'Per batch: mails handed over against the limit, and whether its time lies apart from the batches before, from the times of hand-over. Example: select batch_number, mails, send_limit, limit_holds, intervals_are_disjoint from daybatch.daily_limit_proof;';

create view daybatch.delivery_log as
 SELECT a.campaign_id,
    d.contact_id,
    a.batch_number,
    a.slot,
    a.attempt_number,
    a.outcome,
    a.stage,
    a.reply_code,
    a.enhanced_code,
    a.reply_text,
    a.rule,
    a.sending_at,
    a.ended_at,
    a.worker_id,
    d.status,
    a.delivery_id,
    a.attempt_id,
    COALESCE(a.smtp_server, 'default'::text) AS smtp_server
   FROM (daybatch.delivery_attempts a
     LEFT JOIN daybatch.deliveries d ON ((d.delivery_id = a.delivery_id)));
alter view daybatch.delivery_log owner to daybatch_owner;
grant select on daybatch.delivery_log to daybatch_app;
grant select on daybatch.delivery_log to daybatch_operator;
comment on view daybatch.delivery_log is 'Every try of every delivery with the server''s answer. Example: select ended_at, outcome, stage, reply_code, reply_text from daybatch.delivery_log order by attempt_id desc limit 20;';

create view daybatch.due_batches as
 SELECT c.id AS campaign_id,
    c.name,
    c.current_batch_number AS batch_number,
    d.due_at,
    COALESCE((d.due_at <= k.now), true) AS is_due,
    (d.due_at - k.now) AS due_in,
    (LEAST((COALESCE(c.daily_send_limit, 5))::numeric, (n.remaining_count)::numeric, ( SELECT ((s.daily_limit)::numeric * GREATEST(round((EXTRACT(epoch FROM COALESCE(c.batch_interval, '24:00:00'::interval)) / (86400)::numeric)), (1)::numeric))
           FROM daybatch.sender_limits s
          WHERE (s.sender = daybatch.get_sender_key(c.sender)))))::integer AS expected_size
   FROM (((public.campaigns c
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN (c.status = 'scheduled'::text) THEN
                    CASE
                        WHEN (c.send_time_zone IS NULL) THEN GREATEST(c.scheduled_at, c.next_batch_send_time)
                        ELSE daybatch.calculate_due_time(GREATEST(c.scheduled_at, c.next_batch_send_time), daybatch.get_sending_rules(c.id))
                    END
                    ELSE c.next_batch_send_time
                END AS due_at) d)
     LEFT JOIN daybatch.contact_counts n ON ((n.campaign_id = c.id)))
     CROSS JOIN ( SELECT daybatch.current_moment() AS now) k)
  WHERE ((c.status = ANY (ARRAY['sending'::text, 'scheduled'::text])) AND (NOT (EXISTS ( SELECT
           FROM daybatch.batches b
          WHERE ((b.campaign_id = c.id) AND (b.closed_at IS NULL))))));
alter view daybatch.due_batches owner to daybatch_owner;
grant select on daybatch.due_batches to daybatch_app;
grant select on daybatch.due_batches to daybatch_operator;
grant select on daybatch.due_batches to daybatch_reader;
comment on view daybatch.due_batches is 'Batches that are due or coming, with the time left. Example: select name, batch_number, due_in from daybatch.due_batches order by due_at limit 10;';

create view daybatch.failed_contacts as
 SELECT d.campaign_id,
    d.contact_id,
    d.batch_number,
    d.status,
    d.reason,
    l.stage,
    l.reply_code,
    l.enhanced_code,
    l.reply_text,
    d.attempt_count,
    d.settled_at AS failed_at,
    d.delivery_id
   FROM (daybatch.deliveries d
     LEFT JOIN LATERAL ( SELECT a.stage,
            a.reply_code,
            a.enhanced_code,
            a.reply_text
           FROM daybatch.delivery_attempts a
          WHERE ((a.campaign_id = d.campaign_id) AND (a.delivery_id = d.delivery_id))
          ORDER BY a.attempt_id DESC
         LIMIT 1) l ON (true))
  WHERE ((d.reason IS NOT NULL) AND (d.status = ANY (ARRAY['failed'::text, 'skipped'::text])));
alter view daybatch.failed_contacts owner to daybatch_owner;
grant select on daybatch.failed_contacts to daybatch_app;
grant select on daybatch.failed_contacts to daybatch_operator;
comment on view daybatch.failed_contacts is 'Who was refused or skipped and why, with the server''s words. Example: select reason, reply_code, count(*) from daybatch.failed_contacts group by reason, reply_code;';

create view daybatch.in_doubt_deliveries as
 SELECT d.campaign_id,
    c.name,
    d.contact_id,
    d.batch_number,
    d.slot,
    d.sending_at,
    d.settled_at AS in_doubt_since,
    d.reason,
    COALESCE(c.in_doubt_policy, 'never'::text) AS in_doubt_policy,
    d.evidence,
    d.delivery_id
   FROM ((( SELECT a.campaign_id,
            a.delivery_id
           FROM daybatch.delivery_attempts a
          WHERE (a.outcome = 'in_doubt'::text)
        UNION
         SELECT o.campaign_id,
            o.delivery_id
           FROM daybatch.deliveries o
          WHERE (o.reason = 'old_method'::text)) k
     JOIN daybatch.deliveries d ON (((d.campaign_id = k.campaign_id) AND (d.delivery_id = k.delivery_id))))
     LEFT JOIN public.campaigns c ON ((c.id = d.campaign_id)))
  WHERE (d.status = 'in_doubt'::text);
alter view daybatch.in_doubt_deliveries owner to daybatch_owner;
grant select on daybatch.in_doubt_deliveries to daybatch_app;
grant select on daybatch.in_doubt_deliveries to daybatch_operator;
grant select on daybatch.in_doubt_deliveries to daybatch_reader;
comment on view daybatch.in_doubt_deliveries is 'Mails nobody knows the outcome of (RFC 1047), until settled. Example: select name, contact_id, in_doubt_since from daybatch.in_doubt_deliveries order by in_doubt_since;';

create view daybatch.legacy_mailed as
 SELECT NULL::uuid AS campaign_id,
    NULL::uuid AS contact_id,
    NULL::timestamp with time zone AS mailed_at,
    NULL::text AS state
  WHERE false;
alter view daybatch.legacy_mailed owner to daybatch_owner;
grant select on daybatch.legacy_mailed to daybatch_app;
grant select on daybatch.legacy_mailed to daybatch_operator;
grant select on daybatch.legacy_mailed to daybatch_reader;
comment on view daybatch.legacy_mailed is 'Whom an older method mailed (campaign_id uuid, contact_id uuid, mailed_at timestamptz, state mailed/failed/in_doubt); replaceable by a DBA. Example: select state, count(*) from daybatch.legacy_mailed group by state;';

create view daybatch.list_members as
 SELECT list_id,
    contact_id,
    COALESCE(("position")::numeric, (EXTRACT(epoch FROM created_at) * (1000000)::numeric)) AS "position"
   FROM public.contact_list_members m;
alter view daybatch.list_members owner to daybatch_owner;
grant select on daybatch.list_members to daybatch_app;
grant select on daybatch.list_members to daybatch_operator;
grant select on daybatch.list_members to daybatch_reader;
comment on view daybatch.list_members is 'Who is on which list, in which order; replaceable by a DBA (list_id uuid, contact_id uuid, position numeric). Example: select list_id, count(*) from daybatch.list_members group by list_id;';

create view daybatch.no_duplicates_proof as
 SELECT a.campaign_id,
    a.mails,
    COALESCE(e.contacts, a.deliveries) AS contacts,
    COALESCE(e.addresses, a.deliveries) AS addresses,
    ((a.mails = COALESCE(e.contacts, a.deliveries)) AND (a.mails = COALESCE(e.addresses, a.deliveries))) AS holds
   FROM (( SELECT t.campaign_id,
            count(*) AS mails,
            count(DISTINCT t.delivery_id) AS deliveries
           FROM daybatch.delivery_attempts t
          WHERE (t.outcome = ANY (ARRAY['sent'::text, 'accepted_twice'::text]))
          GROUP BY t.campaign_id) a
     LEFT JOIN LATERAL ( SELECT count(DISTINCT d.contact_id) AS contacts,
            count(DISTINCT COALESCE(d.address_key, uuid_send(d.contact_id))) AS addresses
           FROM (daybatch.delivery_attempts t
             JOIN daybatch.deliveries d ON (((d.delivery_id = t.delivery_id) AND (d.campaign_id = t.campaign_id))))
          WHERE ((t.campaign_id = a.campaign_id) AND (t.outcome = ANY (ARRAY['sent'::text, 'accepted_twice'::text])))
         HAVING (NOT (( SELECT (count(*) = count(DISTINCT k.contact_id))
                   FROM daybatch.deliveries k
                  WHERE (k.campaign_id = a.campaign_id)) AND ( SELECT (count(k.address_key) = count(DISTINCT k.address_key))
                   FROM daybatch.deliveries k
                  WHERE (k.campaign_id = a.campaign_id))))) e ON (true));
alter view daybatch.no_duplicates_proof owner to daybatch_owner;
grant select on daybatch.no_duplicates_proof to daybatch_app;
grant select on daybatch.no_duplicates_proof to daybatch_operator;
grant select on daybatch.no_duplicates_proof to daybatch_reader;
comment on view daybatch.no_duplicates_proof is 'Per campaign: accepted mails, distinct contacts and addresses; all three are equal. Example: select campaign_id, mails, contacts, addresses, holds from daybatch.no_duplicates_proof;';

create view daybatch.old_mails as
 SELECT campaign_id,
    contact_id,
        CASE
            WHEN bool_or((state = 'mailed'::text)) THEN 'sent'::text
            WHEN bool_or((state = 'in_doubt'::text)) THEN 'in_doubt'::text
            ELSE 'failed'::text
        END AS status,
    max(mailed_at) AS mailed_at,
    max(evidence) AS evidence,
    count(*) FILTER (WHERE ((state = 'mailed'::text) AND (evidence = 'email_tracking'::text))) AS mail_count
   FROM ( SELECT m.campaign_id,
            m.contact_id,
            m.state,
            m.mailed_at,
            'email_tracking'::text AS evidence
           FROM daybatch.legacy_mailed m
        UNION ALL
         SELECT c.id,
            ((a.contact_id #>> '{}'::text[]))::uuid AS uuid,
            'mailed'::text,
            NULL::timestamp with time zone,
            'contacts_processed'::text
           FROM public.campaigns c,
            LATERAL jsonb_path_query(c.contacts_processed, '$[*]?(@.type() == "string")'::jsonpath) a(contact_id)
          WHERE (c.tracking_initialised_at IS NULL)
        UNION ALL
         SELECT c.id,
            ((a.contact_id #>> '{}'::text[]))::uuid AS uuid,
            'failed'::text,
            NULL::timestamp with time zone,
            'contacts_failed'::text
           FROM public.campaigns c,
            LATERAL jsonb_path_query(c.contacts_failed, '$[*]?(@.type() == "string")'::jsonpath) a(contact_id)
          WHERE (c.tracking_initialised_at IS NULL)) t
  GROUP BY campaign_id, contact_id;
alter view daybatch.old_mails owner to daybatch_owner;
grant select on daybatch.old_mails to daybatch_app;
grant select on daybatch.old_mails to daybatch_operator;
grant select on daybatch.old_mails to daybatch_reader;
comment on view daybatch.old_mails is 'Whom an older method mailed, one row per contact of a campaign, with how often. Example: select campaign_id, status, count(*), sum(mail_count) from daybatch.old_mails group by campaign_id, status;';

create view daybatch.scheduled_jobs as
 SELECT j.due_at,
    j.queue,
    j.state,
    j.campaign_id,
    c.name,
    j.batch_number,
    j.retry_count,
    j.started_at,
    j.output,
    j.job_id
   FROM (daybatch.list_jobs() j(job_id, queue, state, campaign_id, batch_number, due_at, retry_count, started_at, output)
     LEFT JOIN public.campaigns c ON ((c.id = j.campaign_id)));
alter view daybatch.scheduled_jobs owner to daybatch_owner;
grant select on daybatch.scheduled_jobs to daybatch_app;
grant select on daybatch.scheduled_jobs to daybatch_operator;
grant select on daybatch.scheduled_jobs to daybatch_reader;
comment on view daybatch.scheduled_jobs is 'What pg-boss will trigger, and when. Example: select due_at, name, batch_number, state from daybatch.scheduled_jobs order by due_at limit 10;';

create view daybatch.shared_limits as
 SELECT l.rule,
    l.name,
    l.daily_limit,
    u.used,
    GREATEST((l.daily_limit - u.used), 0) AS room,
    u.frees_at
   FROM ((( SELECT 'sender'::text AS rule,
            s.sender AS name,
            s.daily_limit
           FROM daybatch.sender_limits s
        UNION ALL
         SELECT 'domain'::text,
            d.domain,
            d.daily_limit
           FROM daybatch.domain_limits d
          WHERE (d.daily_limit IS NOT NULL)) l
     CROSS JOIN ( SELECT daybatch.current_moment() AS now) clock)
     CROSS JOIN LATERAL ( SELECT (count(*))::integer AS used,
            min(m.counts_until) AS frees_at
           FROM daybatch.counted_mails m
          WHERE ((m.rule = l.rule) AND (m.name = l.name) AND ((m.counts_until IS NULL) OR (m.counts_until > clock.now)))) u);
alter view daybatch.shared_limits owner to daybatch_owner;
grant select on daybatch.shared_limits to daybatch_app;
grant select on daybatch.shared_limits to daybatch_operator;
grant select on daybatch.shared_limits to daybatch_reader;
comment on view daybatch.shared_limits is 'Limits per sender and per recipient domain over all campaigns, and how much of each is used. Example: select rule, name, daily_limit, used, frees_at from daybatch.shared_limits;';

create view daybatch.shared_limits_proof as
 SELECT rule,
    name,
    daily_limit,
    in_force_since,
    mails,
    largest_in_24_hours,
    exceeded_at,
    limit_holds
   FROM daybatch.prove_shared_limits() p(rule, name, daily_limit, in_force_since, mails, largest_in_24_hours, exceeded_at, limit_holds);
alter view daybatch.shared_limits_proof owner to daybatch_owner;
grant select on daybatch.shared_limits_proof to daybatch_app;
grant select on daybatch.shared_limits_proof to daybatch_operator;
grant select on daybatch.shared_limits_proof to daybatch_reader;
comment on view daybatch.shared_limits_proof is 'Per limit of a sender or recipient domain: the most mails in any 24 hours, from the times of hand-over. Example: select rule, name, daily_limit, largest_in_24_hours, exceeded_at, limit_holds from daybatch.shared_limits_proof;';

create view daybatch.smtp_server_status as
 SELECT s.name,
    COALESCE(s.host, 'SMTP_URL'::text) AS host,
    s.port,
    s.tls,
    s.username,
    (s.sealed_password IS NOT NULL) AS has_password,
    s.is_enabled,
    s.is_fallback,
    s.priority,
    s.per_second,
    s.per_minute,
    s.connections,
    u.under_way,
        CASE
            WHEN (s.refused_until > daybatch.current_moment()) THEN s.refused_since
            ELSE NULL::timestamp with time zone
        END AS refused_since,
        CASE
            WHEN (s.refused_until > daybatch.current_moment()) THEN s.refused_until
            ELSE NULL::timestamp with time zone
        END AS refused_until,
        CASE
            WHEN (s.refused_until > daybatch.current_moment()) THEN s.refusal
            ELSE NULL::text
        END AS refusal,
        CASE
            WHEN (s.next_send_at > daybatch.current_moment()) THEN s.next_send_at
            ELSE NULL::timestamp with time zone
        END AS booked_until
   FROM (daybatch.smtp_servers s
     CROSS JOIN LATERAL ( SELECT (COALESCE(sum(cardinality(k.delivery_ids)), (0)::bigint))::integer AS under_way
           FROM daybatch.claims k
          WHERE (COALESCE(k.smtp_server, 'default'::text) = s.name)) u);
alter view daybatch.smtp_server_status owner to daybatch_owner;
grant select on daybatch.smtp_server_status to daybatch_app;
grant select on daybatch.smtp_server_status to daybatch_operator;
grant select on daybatch.smtp_server_status to daybatch_reader;
comment on view daybatch.smtp_server_status is 'SMTP servers, their limits and whether one refuses. Example: select name, under_way, refusal from daybatch.smtp_server_status;';

create view daybatch.sweep_log as
 SELECT sweep_id,
    source,
    started_at,
    (finished_at - started_at) AS took,
    looked_at_count,
    opened_count,
    closed_count,
    failed_count,
    jobs_mended_count,
    claims_released_count,
    done_by
   FROM daybatch.sweeps s;
alter view daybatch.sweep_log owner to daybatch_owner;
grant select on daybatch.sweep_log to daybatch_app;
grant select on daybatch.sweep_log to daybatch_operator;
grant select on daybatch.sweep_log to daybatch_reader;
comment on view daybatch.sweep_log is 'Runs of the sweep and the cron, with what each did. Example: select started_at, source, opened_count, failed_count, took from daybatch.sweep_log order by sweep_id desc limit 10;';

create view daybatch.webhook_log as
 SELECT t.try_id,
    t.tried_at,
    "substring"(w.url, '^https?://([^/?#]+)'::text) AS host,
    m.event_type,
    t.attempt_number,
    t.status_code,
    t.answer,
    t.took_ms,
    m.status,
    m.due_at,
    m.event_id,
    m.campaign_id,
    m.message_id,
    m.webhook_id
   FROM ((daybatch.webhook_tries t
     JOIN daybatch.webhook_messages m ON ((m.message_id = t.message_id)))
     JOIN daybatch.webhooks w ON ((w.webhook_id = m.webhook_id)));
alter view daybatch.webhook_log owner to daybatch_owner;
grant select on daybatch.webhook_log to daybatch_app;
grant select on daybatch.webhook_log to daybatch_operator;
grant select on daybatch.webhook_log to daybatch_reader;
comment on view daybatch.webhook_log is 'Each try of a webhook message with the receiver''s answer. Example: select tried_at, host, event_type, status_code, answer, status from daybatch.webhook_log order by try_id desc limit 20;';

create view daybatch.webhook_status as
 SELECT w.webhook_id,
    "substring"(w.url, '^https?://([^/?#]+)'::text) AS host,
    w.event_types,
    w.campaign_id,
    w.is_enabled,
    w.disabled_reason,
    w.failing_since,
    (COALESCE(o.waiting_count, (0)::bigint))::integer AS waiting_count,
    o.next_try_at,
    (COALESCE(o.dead_count, (0)::bigint))::integer AS dead_count,
    l.delivered_at AS last_delivered_at,
    w.previous_until AS previous_secret_until,
    w.created_at,
    w.created_by
   FROM ((daybatch.webhooks w
     LEFT JOIN LATERAL ( SELECT count(*) FILTER (WHERE (m.status = 'waiting'::text)) AS waiting_count,
            min(m.due_at) AS next_try_at,
            count(*) FILTER (WHERE (m.status = 'dead'::text)) AS dead_count
           FROM daybatch.webhook_messages m
          WHERE ((m.webhook_id = w.webhook_id) AND (m.status <> 'delivered'::text))) o ON (true))
     LEFT JOIN LATERAL ( SELECT m.delivered_at
           FROM daybatch.webhook_messages m
          WHERE ((m.webhook_id = w.webhook_id) AND (m.status = 'delivered'::text))
          ORDER BY m.created_at DESC, m.message_id DESC
         LIMIT 1) l ON (true));
alter view daybatch.webhook_status owner to daybatch_owner;
grant select on daybatch.webhook_status to daybatch_app;
grant select on daybatch.webhook_status to daybatch_operator;
grant select on daybatch.webhook_status to daybatch_reader;
comment on view daybatch.webhook_status is 'Webhooks: what waits, what is dead, what is off and why. Example: select host, is_enabled, waiting_count, dead_count, failing_since from daybatch.webhook_status;';

create view daybatch.worker_status as
 SELECT worker_id,
    started_at,
    seen_at,
    (seen_at > (daybatch.current_moment() - '00:03:00'::interval)) AS is_alive,
    connections,
    held_count,
    problem,
    ( SELECT count(*) AS count
           FROM daybatch.claims k
          WHERE (k.worker_id = w.worker_id)) AS claims
   FROM daybatch.workers w;
alter view daybatch.worker_status owner to daybatch_owner;
grant select on daybatch.worker_status to daybatch_app;
grant select on daybatch.worker_status to daybatch_operator;
grant select on daybatch.worker_status to daybatch_reader;
comment on view daybatch.worker_status is 'Delivering processes, whether they live, and their problem. Example: select worker_id, is_alive, problem from daybatch.worker_status;';


-- functions (the bodies are in sql/functions; here their md5)

create function daybatch.add_attachment(p_campaign_id uuid, p_file_name text, p_media_type text, p_content bytea, p_content_id text DEFAULT NULL::text)
returns bigint language plpgsql volatile security definer set search_path="" set jit=off -- body 1882267bb2a0b719c8a565ea1aaae0a6
alter function daybatch.add_attachment(uuid,text,text,bytea,text) owner to daybatch_owner;
grant execute on function daybatch.add_attachment(uuid,text,text,bytea,text) to daybatch_app;
grant execute on function daybatch.add_attachment(uuid,text,text,bytea,text) to daybatch_operator;
grant execute on function daybatch.add_attachment(uuid,text,text,bytea,text) to daybatch_service;
comment on function daybatch.add_attachment(uuid,text,text,bytea,text) is 'Puts a file to a campaign''s message, from its next batch on. Example: select daybatch.add_attachment(id, ''terms.txt'', ''text/plain'', ''as agreed'') from public.campaigns limit 0;';

create function daybatch.add_contacts(p_campaign_id uuid, p_contact_ids uuid[])
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body 219442ca18304c118a6ec3eb0183e215
alter function daybatch.add_contacts(uuid,uuid[]) owner to daybatch_owner;
grant execute on function daybatch.add_contacts(uuid,uuid[]) to daybatch_operator;
grant execute on function daybatch.add_contacts(uuid,uuid[]) to daybatch_service;
comment on function daybatch.add_contacts(uuid,uuid[]) is 'Adds contacts to a running campaign''s audience, at the end; returns how many are new. Example: select daybatch.add_contacts(c.id, array[p.id]) from public.campaigns as c, public.contacts as p limit 0;';

create function daybatch.add_list_contacts(p_list_id uuid, p_contacts jsonb)
returns jsonb language plpgsql volatile security definer set search_path="" set jit=off -- body 76253bbaf4a75909eab92e57ed72de68
alter function daybatch.add_list_contacts(uuid,jsonb) owner to daybatch_owner;
grant execute on function daybatch.add_list_contacts(uuid,jsonb) to daybatch_app;
grant execute on function daybatch.add_list_contacts(uuid,jsonb) to daybatch_operator;
grant execute on function daybatch.add_list_contacts(uuid,jsonb) to daybatch_service;
comment on function daybatch.add_list_contacts(uuid,jsonb) is 'Puts contacts on a list and answers how many were added, there already, rejected. Example: select daybatch.add_list_contacts(id, ''[{"email": "ada@example.org"}]'') from public.contact_lists limit 1;';

create function daybatch.add_outcomes(p_campaign_id uuid, p_sent integer DEFAULT 0, p_failed integer DEFAULT 0, p_in_doubt integer DEFAULT 0, p_skipped integer DEFAULT 0, p_deferred integer DEFAULT 0)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body ca200cc72013777356edd1859a2ab0e8
alter function daybatch.add_outcomes(uuid,integer,integer,integer,integer,integer) owner to daybatch_owner;
comment on function daybatch.add_outcomes(uuid,integer,integer,integer,integer,integer) is 'Adds outcomes to the counts of the open batch (part of report_outcomes). Example: select daybatch.add_outcomes(id, p_sent => 1) from public.campaigns limit 0;';

create function daybatch.adopt_old_mails(p_campaign_id uuid, p_audience uuid[])
returns TABLE(root_number integer, audience uuid[], remaining uuid[], processed uuid[], failed uuid[], first_mailed_at timestamp with time zone, next_due_at timestamp with time zone) language plpgsql volatile security definer set search_path="" set jit=off set TimeZone=UTC -- body 41e38c5c8c6909cecfd50c1f8a358754
alter function daybatch.adopt_old_mails(uuid,uuid[]) owner to daybatch_owner;
comment on function daybatch.adopt_old_mails(uuid,uuid[]) is 'Takes the mails of an older method into the ledger of a campaign (part of initialize_contact_tracking). Example: select root_number from daybatch.adopt_old_mails(''00000000-0000-0000-0000-000000000000'', ''{}'');';

create function daybatch.adopt_report(p_campaign_id uuid DEFAULT NULL::uuid)
returns TABLE(campaign_id uuid, name text, status text, is_initialised boolean, audience bigint, already_mailed bigint, failed bigint, ambiguous bigint, remaining bigint, duplicates bigint, last_mail_at timestamp with time zone, sums_agree boolean) language plpgsql stable security definer set search_path="" set jit=off -- body 2a6dde36b85323bb01ef2430845a974b
alter function daybatch.adopt_report(uuid) owner to daybatch_owner;
grant execute on function daybatch.adopt_report(uuid) to daybatch_operator;
grant execute on function daybatch.adopt_report(uuid) to daybatch_service;
comment on function daybatch.adopt_report(uuid) is 'What an older method had done to each campaign and what daybatch makes of it, before and after the take-over. Example: select name, audience, already_mailed, failed, ambiguous, remaining, duplicates, sums_agree from daybatch.adopt_report();';

create function daybatch.advance_campaign(p_campaign_id uuid, p_batch_number integer, p_remaining integer)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body 6cb084519328b0b5618d834f550dab0d
alter function daybatch.advance_campaign(uuid,integer,integer) owner to daybatch_owner;
comment on function daybatch.advance_campaign(uuid,integer,integer) is 'Writes history and moves a campaign on after the close of a batch (part of close_batch). Example: select daybatch.advance_campaign(id, 1, 0) from public.campaigns limit 0;';

create function daybatch.are_acceptances(p_reports jsonb)
returns boolean language plpgsql immutable set search_path="" -- body 1062d27d0ea43ec95d48b150940631d3
alter function daybatch.are_acceptances(jsonb) owner to daybatch_owner;
comment on function daybatch.are_acceptances(jsonb) is 'Whether every report is an acceptance. Example: select daybatch.are_acceptances(''[{"stage": "message", "reply_code": 250}]'');';

create function daybatch.begin_import(p_list_id uuid, p_file_name text DEFAULT NULL::text, p_import_id uuid DEFAULT NULL::uuid, p_is_atomic boolean DEFAULT true, p_byte_count bigint DEFAULT NULL::bigint, p_file_head text DEFAULT NULL::text, p_format text DEFAULT NULL::text, p_mapping jsonb DEFAULT NULL::jsonb)
returns uuid language plpgsql volatile security definer set search_path="" set jit=off -- body 2ac36d7e185268bdb9a122a2854fffd8
alter function daybatch.begin_import(uuid,text,uuid,boolean,bigint,text,text,jsonb) owner to daybatch_owner;
grant execute on function daybatch.begin_import(uuid,text,uuid,boolean,bigint,text,text,jsonb) to daybatch_operator;
grant execute on function daybatch.begin_import(uuid,text,uuid,boolean,bigint,text,text,jsonb) to daybatch_service;
comment on function daybatch.begin_import(uuid,text,uuid,boolean,bigint,text,text,jsonb) is 'Begins an import of contacts into a list, or goes on with one that broke off, and returns its id. Example: select daybatch.begin_import(id, ''contacts.csv'') from public.contact_lists limit 1;';

create function daybatch.begin_request(p_request_key bytea, p_body_hash bytea)
returns TABLE(is_new boolean, status_code integer, headers jsonb, body text) language plpgsql volatile security definer set search_path="" set jit=off -- body 05856ebedd6b98c769d58e66b32c7296
alter function daybatch.begin_request(bytea,bytea) owner to daybatch_owner;
grant execute on function daybatch.begin_request(bytea,bytea) to daybatch_operator;
grant execute on function daybatch.begin_request(bytea,bytea) to daybatch_service;
comment on function daybatch.begin_request(bytea,bytea) is 'Begins a request with an Idempotency-Key, or gives its answer again. Example: select is_new from daybatch.begin_request(sha256(''key''), sha256(''body''));';

create function daybatch.begin_sending(p_campaign_id uuid, p_claim_tokens uuid[], p_delivery_ids bigint[])
returns TABLE(delivery_id bigint, may_send boolean, refusal text) language plpgsql volatile security definer set search_path="" set jit=off -- body 8fc2f7feaa5b3e5751b03ff96f1ad3f1
alter function daybatch.begin_sending(uuid,uuid[],bigint[]) owner to daybatch_owner;
grant execute on function daybatch.begin_sending(uuid,uuid[],bigint[]) to daybatch_operator;
grant execute on function daybatch.begin_sending(uuid,uuid[],bigint[]) to daybatch_service;
comment on function daybatch.begin_sending(uuid,uuid[],bigint[]) is 'Commits the intent to send before the message data leaves; only deliveries answered may_send = true may go out. Example: select b.* from public.campaigns as c, daybatch.begin_sending(c.id, array[gen_random_uuid()], array[1]) as b where c.name = ''Spring offer'';';

create function daybatch.begin_sending_rules(p_campaign_id uuid, p_batch_number integer)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body e24026964e781ab792d74ed7ac89f084
alter function daybatch.begin_sending_rules(uuid,integer) owner to daybatch_owner;
comment on function daybatch.begin_sending_rules(uuid,integer) is 'Sets what the sending rules of a batch just opened need (part of open_batch). Example: select daybatch.begin_sending_rules(id, 1) from public.campaigns limit 0;';

create function daybatch.book_mails(p_name text, p_count integer, p_now timestamp with time zone)
returns integer[] language sql volatile security definer set search_path="" set jit=off -- body 60a5e1304239a6ff1f13565fb4aacc25
alter function daybatch.book_mails(text,integer,timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.book_mails(text,integer,timestamp with time zone) is 'Books places in an SMTP server''s rate (part of claim_deliveries). Example: select daybatch.book_mails(''default'', 0, daybatch.current_moment());';

create function daybatch.calculate_address_key(p_email text)
returns bytea language sql stable security definer set search_path="" set jit=off -- body 5e158a4f4853d101223edf26213a6756
alter function daybatch.calculate_address_key(text) owner to daybatch_owner;
grant execute on function daybatch.calculate_address_key(text) to daybatch_operator;
comment on function daybatch.calculate_address_key(text) is 'Keyed hash of an address, as in deliveries and suppressions. Example: select encode(daybatch.calculate_address_key(''ada@example.org''), ''hex'');';

create function daybatch.calculate_batch_limit(p_limit integer, p_interval interval, p_rules jsonb)
returns integer language sql immutable security definer set search_path="" -- body 234a45bc87333910788c5ec48a966f5c
alter function daybatch.calculate_batch_limit(integer,interval,jsonb) owner to daybatch_owner;
comment on function daybatch.calculate_batch_limit(integer,interval,jsonb) is 'The limit of a batch: the campaign''s, or its sender''s where that is smaller. Example: select daybatch.calculate_batch_limit(500, interval ''24 hours'', ''{"sender_limit": 200}'');';

create function daybatch.calculate_due_time(p_earliest timestamp with time zone, p_rules jsonb)
returns timestamp with time zone language plpgsql stable security definer set search_path="" set jit=off -- body d5d7317e61a7085d19f8380d71f15cba
alter function daybatch.calculate_due_time(timestamp with time zone,jsonb) owner to daybatch_owner;
grant execute on function daybatch.calculate_due_time(timestamp with time zone,jsonb) to daybatch_app;
grant execute on function daybatch.calculate_due_time(timestamp with time zone,jsonb) to daybatch_operator;
grant execute on function daybatch.calculate_due_time(timestamp with time zone,jsonb) to daybatch_reader;
comment on function daybatch.calculate_due_time(timestamp with time zone,jsonb) is 'The first moment from a given one on at which the rules let a batch be due. Example: select daybatch.calculate_due_time(daybatch.current_moment(), ''{"daily_send_time": "09:00", "send_time_zone": "Europe/Berlin"}'');';

create function daybatch.calculate_job_id(p_campaign_id uuid, p_batch_number integer, p_due_at timestamp with time zone)
returns uuid language sql immutable set search_path="" -- body 587e0fd268f992c97d7aa55e7ce7c72c
alter function daybatch.calculate_job_id(uuid,integer,timestamp with time zone) owner to daybatch_owner;
grant execute on function daybatch.calculate_job_id(uuid,integer,timestamp with time zone) to daybatch_app;
grant execute on function daybatch.calculate_job_id(uuid,integer,timestamp with time zone) to daybatch_operator;
grant execute on function daybatch.calculate_job_id(uuid,integer,timestamp with time zone) to daybatch_reader;
comment on function daybatch.calculate_job_id(uuid,integer,timestamp with time zone) is 'The id of the pg-boss job of a batch. Example: select daybatch.calculate_job_id(id, current_batch_number, next_batch_send_time) from public.campaigns;';

create function daybatch.calculate_next_limit(p_limit integer, p_rules jsonb)
returns integer language sql immutable security definer set search_path="" -- body 832b708e961aa8be090e849373e7c57b
alter function daybatch.calculate_next_limit(integer,jsonb) owner to daybatch_owner;
comment on function daybatch.calculate_next_limit(integer,jsonb) is 'The limit after one more batch of a ramp-up. Example: select daybatch.calculate_next_limit(50, ''{"ramp_up_percent": 20, "ramp_up_to": 500}'');';

create function daybatch.calculate_retry_delay(p_deferral_count integer, p_first_delay interval, p_batch_interval interval)
returns interval language sql immutable set search_path="" -- body aae536523d629746d3956028d745b4d5
alter function daybatch.calculate_retry_delay(integer,interval,interval) owner to daybatch_owner;
grant execute on function daybatch.calculate_retry_delay(integer,interval,interval) to daybatch_operator;
comment on function daybatch.calculate_retry_delay(integer,interval,interval) is 'How long a deferred delivery waits. Example: select daybatch.calculate_retry_delay(2, interval ''15 minutes'', interval ''24 hours'');';

create function daybatch.calculate_spacing(p_counted_at timestamp with time zone, p_interval interval, p_rules jsonb)
returns TABLE(batch_interval interval, next_due_at timestamp with time zone) language plpgsql stable security definer set search_path="" set jit=off -- body b0494739f1f1b2db6aec0ed1fefb4510
alter function daybatch.calculate_spacing(timestamp with time zone,interval,jsonb) owner to daybatch_owner;
comment on function daybatch.calculate_spacing(timestamp with time zone,interval,jsonb) is 'The interval that a batch freezes, and when the next is due. Example: select * from daybatch.calculate_spacing(''2026-03-28 09:00+01'', interval ''24 hours'', ''{"daily_send_time": "09:00", "send_time_zone": "Europe/Berlin"}'');';

create function daybatch.calculate_version(p_campaign_id uuid)
returns text language sql stable security definer set search_path="" set jit=off set TimeZone=UTC -- body 0a86b0e5a524ca116afa95982c1f7d15
alter function daybatch.calculate_version(uuid) owner to daybatch_owner;
comment on function daybatch.calculate_version(uuid) is 'The version of a campaign''s definition, message and status. Example: select name, daybatch.calculate_version(id) from public.campaigns where name = ''Spring offer'';';

create function daybatch.calculate_webhook_delay(p_attempt_number integer)
returns interval language sql immutable set search_path="" -- body dab1d1e39208e8450da5bb8ecfe33216
alter function daybatch.calculate_webhook_delay(integer) owner to daybatch_owner;
comment on function daybatch.calculate_webhook_delay(integer) is 'How long a webhook message waits after its n-th try. Example: select n, daybatch.calculate_webhook_delay(n) from generate_series(1, 11) as n;';

create function daybatch.cancel_campaign(p_campaign_id uuid, p_reason text DEFAULT NULL::text)
returns text language plpgsql volatile security definer set search_path="" set jit=off -- body 4035c3ba8d805a5f1f2efeb2367b1d95
alter function daybatch.cancel_campaign(uuid,text) owner to daybatch_owner;
grant execute on function daybatch.cancel_campaign(uuid,text) to daybatch_app;
grant execute on function daybatch.cancel_campaign(uuid,text) to daybatch_operator;
grant execute on function daybatch.cancel_campaign(uuid,text) to daybatch_service;
comment on function daybatch.cancel_campaign(uuid,text) is 'Cancels a campaign; whom it has not mailed stays in contacts_remaining. Example: select daybatch.cancel_campaign(id, ''offer withdrawn'') from public.campaigns where name = ''Spring offer'';';

create function daybatch.change_smtp_server(p_campaign_id uuid, p_batch_number integer, p_delivery_ids bigint[], p_claim_tokens uuid[], p_now timestamp with time zone)
returns boolean language plpgsql volatile security definer set search_path="" set jit=off -- body c6626cffe159b78e29217b82cde791f5
alter function daybatch.change_smtp_server(uuid,integer,bigint[],uuid[],timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.change_smtp_server(uuid,integer,bigint[],uuid[],timestamp with time zone) is 'Moves a batch to a fall-back SMTP server (part of report_outcomes). Example: select daybatch.change_smtp_server(null, 1, ''{}'', ''{}'', daybatch.current_moment()) limit 0;';

create function daybatch.check_api_key(p_key_id text, p_key_hash bytea)
returns TABLE(key_id text, name text, scope text) language plpgsql volatile security definer set search_path="" set jit=off -- body e4e5e2cbaeb2f1eedba1efd45cd67d06
alter function daybatch.check_api_key(text,bytea) owner to daybatch_owner;
grant execute on function daybatch.check_api_key(text,bytea) to daybatch_operator;
grant execute on function daybatch.check_api_key(text,bytea) to daybatch_service;
comment on function daybatch.check_api_key(text,bytea) is 'Whose a key of the API is; no row when it is not good. Example: select name, scope from daybatch.check_api_key(''01234567'', sha256(''dbk_01234567_''));';

create function daybatch.check_application()
returns TABLE(finding text) language plpgsql volatile security definer set search_path="" set jit=off -- body 8286a46e362de35d7ca3f3d5a111fd92
alter function daybatch.check_application() owner to daybatch_owner;
grant execute on function daybatch.check_application() to daybatch_operator;
comment on function daybatch.check_application() is 'What an older application''s triggers and constraints would refuse the engine, tried and rolled back; no row when nothing. Example: select finding from daybatch.check_application();';

create function daybatch.check_awake()
returns void language plpgsql stable set search_path="" set jit=off -- body 8452ad3c4b6dc614e9a886b95b4a35b3
alter function daybatch.check_awake() owner to daybatch_owner;
comment on function daybatch.check_awake() is 'Raises MB009 while the engine sleeps. Example: select daybatch.check_awake();';

create function daybatch.check_campaign_fields(p_fields jsonb)
returns void language plpgsql stable security definer set search_path="" set jit=off -- body 6d3949ee3a8739f86a5cf77688652d14
alter function daybatch.check_campaign_fields(jsonb) owner to daybatch_owner;
comment on function daybatch.check_campaign_fields(jsonb) is 'Raises what cannot be set on a campaign (part of create_campaign). Example: select daybatch.check_campaign_fields(''{"name": "Spring offer"}'');';

create function daybatch.check_installation(p_installation_id uuid DEFAULT NULL::uuid, p_high_water bigint DEFAULT NULL::bigint)
returns TABLE(state text, installation_id uuid, high_water bigint, explanation text) language plpgsql volatile security definer set search_path="" set jit=off -- body 92f69fac7c10a5e765f92cbbd4768804
alter function daybatch.check_installation(uuid,bigint) owner to daybatch_owner;
grant execute on function daybatch.check_installation(uuid,bigint) to daybatch_operator;
grant execute on function daybatch.check_installation(uuid,bigint) to daybatch_service;
comment on function daybatch.check_installation(uuid,bigint) is 'Whether this database is the one the service last ran on, or a copy, a restore, a replica. Example: select state, explanation from daybatch.check_installation();';

create function daybatch.check_list(p_list_id uuid)
returns void language plpgsql stable security definer set search_path="" set jit=off -- body b0f157e1f212e7c9a6b0a45f93dee75d
alter function daybatch.check_list(uuid) owner to daybatch_owner;
comment on function daybatch.check_list(uuid) is 'Raises MB005 for an unknown list. Example: select daybatch.check_list(id) from public.contact_lists;';

create function daybatch.check_lists_visible()
returns trigger language plpgsql volatile set search_path="" set jit=off -- body 525ea98958838197bbb2d85914719b36
alter function daybatch.check_lists_visible() owner to daybatch_owner;
comment on function daybatch.check_lists_visible() is 'Trigger of public.campaigns: refuses lists that the inserter cannot see. Example: select id, name from public.contact_lists;';

create function daybatch.check_message(p_campaign_id uuid)
returns TABLE(error_code text, reason text, hint text) language plpgsql stable security definer set search_path="" set jit=off -- body 25369a1aa208052c333bd356c63787bb
alter function daybatch.check_message(uuid) owner to daybatch_owner;
grant execute on function daybatch.check_message(uuid) to daybatch_operator;
comment on function daybatch.check_message(uuid) is 'Why a campaign''s message cannot be sent (no row: it can). Example: select c.name, m.reason from public.campaigns as c, daybatch.check_message(c.id) as m;';

create function daybatch.check_operation()
returns TABLE(name text, state text, finding text) language plpgsql volatile security definer set search_path="" set jit=off -- body e5e635e946162cf3e6eb96b80aa628aa
alter function daybatch.check_operation() owner to daybatch_owner;
grant execute on function daybatch.check_operation() to daybatch_operator;
grant execute on function daybatch.check_operation() to daybatch_reader;
grant execute on function daybatch.check_operation() to daybatch_service;
comment on function daybatch.check_operation() is 'Whether workers, batches, sweeps and vacuum run well, and what to do. Example: select name, state, finding from daybatch.check_operation() where state <> ''ok'';';

create function daybatch.check_reports(p_reports jsonb)
returns void language plpgsql immutable set search_path="" -- body b54294df6eaa65b750351bbf34d3ce4e
alter function daybatch.check_reports(jsonb) owner to daybatch_owner;
comment on function daybatch.check_reports(jsonb) is 'Raises MB017 when a report of outcomes is malformed. Example: select daybatch.check_reports(''[]'');';

create function daybatch.check_row_security()
returns void language plpgsql stable security definer set search_path="" set jit=off -- body 4dd7b1a85eff308e7e2bfc55d468a513
alter function daybatch.check_row_security() owner to daybatch_owner;
grant execute on function daybatch.check_row_security() to daybatch_operator;
comment on function daybatch.check_row_security() is 'Raises MB019 when row level security hides application rows from the engine. Example: select daybatch.check_row_security();';

create function daybatch.check_sending_rules(p_rules jsonb)
returns void language plpgsql stable security definer set search_path="" set jit=off -- body f288cd5f83925dbd7f1b240fc266a126
alter function daybatch.check_sending_rules(jsonb) owner to daybatch_owner;
comment on function daybatch.check_sending_rules(jsonb) is 'Raises what is not possible in sending rules (part of create_campaign). Example: select daybatch.check_sending_rules(''{"ramp_up_by": 10, "ramp_up_to": 200}'');';

create function daybatch.check_startable(p_campaign_id uuid, p_name text, p_lists jsonb)
returns void language plpgsql stable security definer set search_path="" set jit=off -- body 54e3e61ebfd5797f863de65e7526491a
alter function daybatch.check_startable(uuid,text,jsonb) owner to daybatch_owner;
comment on function daybatch.check_startable(uuid,text,jsonb) is 'Raises what would keep a campaign from sending (part of start_campaign). Example: select daybatch.check_startable(id, name, to_jsonb(contact_list_ids)) from public.campaigns limit 0;';

create function daybatch.check_vacuum()
returns TABLE(name text, state text, finding text) language plpgsql volatile security definer set search_path="" set jit=off -- body d7b6b0a90d68ea4011d5e62b62b4575d
alter function daybatch.check_vacuum() owner to daybatch_owner;
comment on function daybatch.check_vacuum() is 'Whether dead rows of the hot tables are cleaned away (part of check_operation). Example: select state, finding from daybatch.check_vacuum();';

create function daybatch.check_version(p_campaign_id uuid, p_versions text[])
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body a938d6051082f35e3671b077c4196ef4
alter function daybatch.check_version(uuid,text[]) owner to daybatch_owner;
grant execute on function daybatch.check_version(uuid,text[]) to daybatch_operator;
grant execute on function daybatch.check_version(uuid,text[]) to daybatch_service;
comment on function daybatch.check_version(uuid,text[]) is 'Locks a campaign and refuses (MB050) when it was changed. Example: select daybatch.check_version(id, array[daybatch.calculate_version(id)]) from public.campaigns where name = ''Spring offer'';';

create function daybatch.claim_deliveries(p_campaign_id uuid, p_worker_id text, p_limit integer DEFAULT 10, p_smtp_servers text[] DEFAULT NULL::text[])
returns TABLE(delivery_id bigint, claim_token uuid, lease_ms integer, batch_number integer, slot integer, contact_id uuid, attempt_number integer, email text, fields jsonb, message_version integer, message_key text, message_date timestamp with time zone, unsubscribe_token text, smtp_server text, send_in_ms integer) language plpgsql volatile security definer set search_path="" set jit=off -- body 6f0d6d679ed709905c2e5002f9dbe1d7
alter function daybatch.claim_deliveries(uuid,text,integer,text[]) owner to daybatch_owner;
grant execute on function daybatch.claim_deliveries(uuid,text,integer,text[]) to daybatch_operator;
grant execute on function daybatch.claim_deliveries(uuid,text,integer,text[]) to daybatch_service;
comment on function daybatch.claim_deliveries(uuid,text,integer,text[]) is 'Leases up to p_limit deliveries of the open batch to a worker, ready to be sent. Example: select k.delivery_id, k.slot from public.campaigns as c, daybatch.claim_deliveries(c.id, ''psql'', 1) as k where c.name = ''Spring offer'';';

create function daybatch.classify_bounce(p_report jsonb)
returns TABLE(kind text, is_address_fault boolean, status_code text, reason text) language plpgsql immutable set search_path="" -- body 7815ea2987fafd8552bf708d3fdbf4b8
alter function daybatch.classify_bounce(jsonb) owner to daybatch_owner;
grant execute on function daybatch.classify_bounce(jsonb) to daybatch_operator;
comment on function daybatch.classify_bounce(jsonb) is 'What a report about an accepted mail means: hard, soft, blocked, complaint, or null. Example: select * from daybatch.classify_bounce(''{"recipients": [{"action": "failed", "status": "5.1.1", "diagnostic": "smtp; 550 5.1.1 no such user"}]}'');';

create function daybatch.classify_reply(p_stage text, p_reply_code integer, p_enhanced_code text, p_reply_text text)
returns TABLE(rule text, outcome text, scope text) language sql stable security definer set search_path="" set jit=off -- body 773fd1648b2b4bc6adab7afb0b1955c3
alter function daybatch.classify_reply(text,integer,text,text) owner to daybatch_owner;
grant execute on function daybatch.classify_reply(text,integer,text,text) to daybatch_operator;
comment on function daybatch.classify_reply(text,integer,text,text) is 'Rule, outcome and scope of a server''s answer at a stage. Example: select * from daybatch.classify_reply(''rcpt'', 550, ''5.1.1'', ''no such user'');';

create function daybatch.close_batch(p_campaign_id uuid, p_batch_number integer DEFAULT NULL::integer)
returns TABLE(campaign_id uuid, batch_number integer, closed boolean, sent_count integer, failed_count integer, remaining_count integer, completed boolean, reason text) language plpgsql volatile security definer set search_path="" set jit=off -- body 05676ae7dff15cc10ad9704da95f39dc
alter function daybatch.close_batch(uuid,integer) owner to daybatch_owner;
grant execute on function daybatch.close_batch(uuid,integer) to daybatch_operator;
grant execute on function daybatch.close_batch(uuid,integer) to daybatch_service;
comment on function daybatch.close_batch(uuid,integer) is 'Closes the open batch if nothing of it is open, else says why not. Example: select b.closed, b.reason from public.campaigns as c, daybatch.close_batch(c.id) as b where c.name = ''Spring offer'';';

create function daybatch.collect_outcomes()
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body 949da8787396951e9d3387a9a152e1b5
alter function daybatch.collect_outcomes() owner to daybatch_owner;
grant execute on function daybatch.collect_outcomes() to daybatch_operator;
grant execute on function daybatch.collect_outcomes() to daybatch_service;
comment on function daybatch.collect_outcomes() is 'Puts new tries into messages for the webhooks that want delivery_outcomes. Example: select daybatch.collect_outcomes();';

create function daybatch.complete_if_empty(p_campaign_id uuid)
returns boolean language plpgsql volatile security definer set search_path="" set jit=off -- body 2ab6e3d75a362945fa3429be0fabea92
alter function daybatch.complete_if_empty(uuid) owner to daybatch_owner;
comment on function daybatch.complete_if_empty(uuid) is 'Completes a campaign with nobody left (part of process_campaign). Example: select daybatch.complete_if_empty(id) from public.campaigns limit 0;';

create function daybatch.confirm_installation(p_confirm boolean DEFAULT false, p_remembered uuid DEFAULT NULL::uuid)
returns TABLE(installation_id uuid, explanation text) language plpgsql volatile security definer set search_path="" set jit=off -- body b05059146403c37919a41eecf80b7237
alter function daybatch.confirm_installation(boolean,uuid) owner to daybatch_owner;
grant execute on function daybatch.confirm_installation(boolean,uuid) to daybatch_operator;
grant execute on function daybatch.confirm_installation(boolean,uuid) to daybatch_service;
comment on function daybatch.confirm_installation(boolean,uuid) is 'Confirms that a restored or copied database sends from now on; without true it only says what is the matter. Example: select explanation from daybatch.confirm_installation();';

create function daybatch.contract_version()
returns integer language sql immutable set search_path="" -- body 6ebceba1516d1b8c52d508dc3039fc26
alter function daybatch.contract_version() owner to daybatch_owner;
grant execute on function daybatch.contract_version() to daybatch_operator;
grant execute on function daybatch.contract_version() to daybatch_reader;
grant execute on function daybatch.contract_version() to daybatch_service;
comment on function daybatch.contract_version() is 'Version of the functions'' contract with the service; a service refuses another one. Example: select daybatch.contract_version();';

create function daybatch.count_answers(p_campaign_id uuid, p_rules text[])
returns text language plpgsql volatile security definer set search_path="" set jit=off -- body 66727c0ce6f7c8dbc67aaae9ca43e587
alter function daybatch.count_answers(uuid,text[]) owner to daybatch_owner;
comment on function daybatch.count_answers(uuid,text[]) is 'Counts servers'' final answers and says why a campaign must pause, or null (part of report_outcomes). Example: select daybatch.count_answers(null, ''{}'') limit 0;';

create function daybatch.count_batch(p_campaign_id uuid)
returns void language sql volatile security definer set search_path="" set jit=off -- body 4174f3ef41bafa80bd0203a0166198e0
alter function daybatch.count_batch(uuid) owner to daybatch_owner;
comment on function daybatch.count_batch(uuid) is 'Counts the open batch of a campaign anew (part of open_batch). Example: select daybatch.count_batch(id) from public.campaigns limit 0;';

create function daybatch.count_contacts(p_campaign_id uuid)
returns void language sql volatile security definer set search_path="" set jit=off -- body faa70b7ac8883286b39edd578fd58fab
alter function daybatch.count_contacts(uuid) owner to daybatch_owner;
comment on function daybatch.count_contacts(uuid) is 'Writes the lengths of a campaign''s arrays down (part of close_batch). Example: select * from daybatch.contact_counts;';

create function daybatch.count_domains(p_campaign_id uuid, p_batch_number integer)
returns jsonb language sql stable security definer set search_path="" set jit=off -- body ffca1b853a3633c75348efced7169ed8
alter function daybatch.count_domains(uuid,integer) owner to daybatch_owner;
comment on function daybatch.count_domains(uuid,integer) is 'Slots of a batch per domain that has a limit (part of open_batch). Example: select daybatch.count_domains(id, 1) from public.campaigns limit 0;';

create function daybatch.count_failures(p_campaign_id uuid, p_batch_numbers integer[] DEFAULT NULL::integer[])
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body 8af648d70d266333f46cc9b424eef892
alter function daybatch.count_failures(uuid,integer[]) owner to daybatch_owner;
comment on function daybatch.count_failures(uuid,integer[]) is 'Counts the failures in closed batches of a campaign anew (part of close_batch). Example: select daybatch.count_failures(id) from public.campaigns where name = ''Spring offer'';';

create function daybatch.count_hand_overs(p_batch daybatch.batches, p_claim_tokens uuid[], p_delivery_ids bigint[], p_now timestamp with time zone)
returns void language sql volatile security definer set search_path="" set jit=off -- body 6ee9f5db374e4d575a6aae3d1ad54b42
alter function daybatch.count_hand_overs(daybatch.batches,uuid[],bigint[],timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.count_hand_overs(daybatch.batches,uuid[],bigint[],timestamp with time zone) is 'Starts the interval for which mails count (part of begin_sending). Example: select daybatch.count_hand_overs(b, ''{}'', ''{}'', daybatch.current_moment()) from daybatch.batches as b limit 0;';

create function daybatch.count_largest_interval(p_campaign_id uuid, p_interval interval)
returns integer language plpgsql stable security definer set search_path="" set jit=off -- body b546686bb7666f8cd1f1df8b5b9d1443
alter function daybatch.count_largest_interval(uuid,interval) owner to daybatch_owner;
grant execute on function daybatch.count_largest_interval(uuid,interval) to daybatch_app;
grant execute on function daybatch.count_largest_interval(uuid,interval) to daybatch_operator;
grant execute on function daybatch.count_largest_interval(uuid,interval) to daybatch_reader;
comment on function daybatch.count_largest_interval(uuid,interval) is 'Largest number of mails a campaign handed over in any stretch of an interval. Example: select daybatch.count_largest_interval(id, interval ''24 hours'') from public.campaigns;';

create function daybatch.count_mails(p_batch daybatch.batches, p_claim_token uuid, p_delivery_ids bigint[])
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body d8e528a31d46fb71ec60deb1e6c642db
alter function daybatch.count_mails(daybatch.batches,uuid,bigint[]) owner to daybatch_owner;
comment on function daybatch.count_mails(daybatch.batches,uuid,bigint[]) is 'Gives the mails of a claim their places under the counted limits (part of claim_deliveries). Example: select daybatch.count_mails(b, gen_random_uuid(), ''{}'') from daybatch.batches as b limit 0;';

create function daybatch.count_mails_outside_window(p_campaign_id uuid, p_batch_number integer, p_rules jsonb)
returns integer language sql stable security definer set search_path="" set jit=off -- body a183ff0318ed052eeb563888a8fcb04a
alter function daybatch.count_mails_outside_window(uuid,integer,jsonb) owner to daybatch_owner;
grant execute on function daybatch.count_mails_outside_window(uuid,integer,jsonb) to daybatch_app;
grant execute on function daybatch.count_mails_outside_window(uuid,integer,jsonb) to daybatch_operator;
grant execute on function daybatch.count_mails_outside_window(uuid,integer,jsonb) to daybatch_reader;
comment on function daybatch.count_mails_outside_window(uuid,integer,jsonb) is 'How many mails of a batch were begun outside of its send window. Example: select daybatch.count_mails_outside_window(campaign_id, batch_number, sending_rules) from daybatch.batches where sending_rules ? ''send_window_from'';';

create function daybatch.count_past_mails(p_campaign_id uuid, p_interval interval, p_now timestamp with time zone)
returns void language sql volatile security definer set search_path="" set jit=off -- body 6d5700f8bb18829bb8c879a9617f6719
alter function daybatch.count_past_mails(uuid,interval,timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.count_past_mails(uuid,interval,timestamp with time zone) is 'Counts what a campaign handed over in the interval before its first rolling batch (part of open_batch). Example: select daybatch.count_past_mails(id, interval ''24 hours'', daybatch.current_moment()) from public.campaigns limit 0;';

create function daybatch.count_rolling_mails(p_campaign_id uuid, p_batch_number integer, p_interval interval)
returns integer language sql stable security definer set search_path="" set jit=off -- body a81a915b1c31ff9fe31c86516ec4695f
alter function daybatch.count_rolling_mails(uuid,integer,interval) owner to daybatch_owner;
grant execute on function daybatch.count_rolling_mails(uuid,integer,interval) to daybatch_app;
grant execute on function daybatch.count_rolling_mails(uuid,integer,interval) to daybatch_operator;
grant execute on function daybatch.count_rolling_mails(uuid,integer,interval) to daybatch_reader;
comment on function daybatch.count_rolling_mails(uuid,integer,interval) is 'Most mails of a campaign in any stretch that ends with a mail of a batch. Example: select daybatch.count_rolling_mails(id, 1, interval ''24 hours'') from public.campaigns;';

create function daybatch.create_api_key(p_name text, p_scope text DEFAULT 'read'::text, p_expires_at timestamp with time zone DEFAULT NULL::timestamp with time zone)
returns TABLE(key_id text, api_key text) language plpgsql volatile security definer set search_path="" set jit=off -- body 83b11aee62504885a4a5bd86bef2ca03
alter function daybatch.create_api_key(text,text,timestamp with time zone) owner to daybatch_owner;
grant execute on function daybatch.create_api_key(text,text,timestamp with time zone) to daybatch_operator;
grant execute on function daybatch.create_api_key(text,text,timestamp with time zone) to daybatch_service;
comment on function daybatch.create_api_key(text,text,timestamp with time zone) is 'Makes a key of the API and shows it once. Example: select key_id, api_key from daybatch.create_api_key(''shop backend'', ''write'', daybatch.current_moment() + interval ''8760 hours'');';

create function daybatch.create_campaign(p_campaign jsonb)
returns uuid language plpgsql volatile security definer set search_path="" set jit=off -- body de34a675f8d3d6416f1b2dceff2fe8da
alter function daybatch.create_campaign(jsonb) owner to daybatch_owner;
grant execute on function daybatch.create_campaign(jsonb) to daybatch_app;
grant execute on function daybatch.create_campaign(jsonb) to daybatch_operator;
grant execute on function daybatch.create_campaign(jsonb) to daybatch_service;
comment on function daybatch.create_campaign(jsonb) is 'Makes a campaign from JSON and returns its id. Example: select daybatch.create_campaign(''{"name": "Spring offer", "text_body": "Hello {{first_name|friend}}"}'');';

create function daybatch.create_contact(p_contact jsonb)
returns jsonb language plpgsql volatile security definer set search_path="" set jit=off -- body 0e2df79356bf837922c3494d67e1cf74
alter function daybatch.create_contact(jsonb) owner to daybatch_owner;
grant execute on function daybatch.create_contact(jsonb) to daybatch_app;
grant execute on function daybatch.create_contact(jsonb) to daybatch_operator;
grant execute on function daybatch.create_contact(jsonb) to daybatch_service;
comment on function daybatch.create_contact(jsonb) is 'Makes a contact (or answers the one with that address). Example: select daybatch.create_contact(''{"email": "ada@example.org", "first_name": "Ada"}'');';

create function daybatch.create_contact_list(p_name text)
returns jsonb language plpgsql volatile security definer set search_path="" set jit=off set TimeZone=UTC -- body f8e5f115e2c07cb65803189881cab678
alter function daybatch.create_contact_list(text) owner to daybatch_owner;
grant execute on function daybatch.create_contact_list(text) to daybatch_app;
grant execute on function daybatch.create_contact_list(text) to daybatch_operator;
grant execute on function daybatch.create_contact_list(text) to daybatch_service;
comment on function daybatch.create_contact_list(text) is 'Makes a contact list and returns it as JSON. Example: select daybatch.create_contact_list(''Customers 2026'');';

create function daybatch.create_webhook(p_webhook_id uuid, p_url text, p_event_types text[], p_sealed_secret text, p_campaign_id uuid DEFAULT NULL::uuid)
returns uuid language plpgsql volatile security definer set search_path="" set jit=off -- body f22064835092ad12fd69e23e586d0fe4
alter function daybatch.create_webhook(uuid,text,text[],text,uuid) owner to daybatch_owner;
grant execute on function daybatch.create_webhook(uuid,text,text[],text,uuid) to daybatch_operator;
grant execute on function daybatch.create_webhook(uuid,text,text[],text,uuid) to daybatch_service;
comment on function daybatch.create_webhook(uuid,text,text[],text,uuid) is 'Makes a webhook with a secret that the service has sealed. Example: select daybatch.create_webhook(gen_random_uuid(), ''https://example.com/hooks/mail'', ''{batch_closed}'', ''v1.2026.sealed.by-the-service'');';

create function daybatch.current_moment()
returns timestamp with time zone language sql volatile set search_path="" set jit=off -- body d20f3234dc0bdac0a507cd200bd58e92
alter function daybatch.current_moment() owner to daybatch_owner;
grant execute on function daybatch.current_moment() to daybatch_app;
grant execute on function daybatch.current_moment() to daybatch_operator;
grant execute on function daybatch.current_moment() to daybatch_reader;
grant execute on function daybatch.current_moment() to daybatch_service;
comment on function daybatch.current_moment() is 'The only clock the engine reads (the database''s own). Example: select daybatch.current_moment();';

create function daybatch.describe_overview()
returns jsonb language plpgsql stable security definer set search_path="" set jit=off set TimeZone=UTC -- body 5f0bff46797e180655d340f08da05a93
alter function daybatch.describe_overview() owner to daybatch_owner;
grant execute on function daybatch.describe_overview() to daybatch_operator;
grant execute on function daybatch.describe_overview() to daybatch_service;
comment on function daybatch.describe_overview() is 'All campaigns in one object, for the page. Example: select jsonb_pretty(daybatch.describe_overview());';

create function daybatch.describe_tracking(p_insert boolean)
returns text language plpgsql stable security definer set search_path="" set jit=off -- body ac90b82c33ca1dfe9bafc79f19b8cb59
alter function daybatch.describe_tracking(boolean) owner to daybatch_owner;
comment on function daybatch.describe_tracking(boolean) is 'The statement that writes outcomes into public.email_tracking (part of write_tracking); null without that table. Example: select daybatch.describe_tracking(true);';

create function daybatch.discard_imports()
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body de46a50061878ef2111350755ea61336
alter function daybatch.discard_imports() owner to daybatch_owner;
comment on function daybatch.discard_imports() is 'Takes the staged rows of abandoned imports away and answers how many there were. Example: select daybatch.discard_imports();';

create function daybatch.enqueue_batch(p_campaign_id uuid, p_batch_number integer, p_due_at timestamp with time zone)
returns uuid language plpgsql volatile security definer set search_path="" set jit=off -- body a914afbec0aa999df3ab8561af315f9e
alter function daybatch.enqueue_batch(uuid,integer,timestamp with time zone) owner to daybatch_owner;
grant execute on function daybatch.enqueue_batch(uuid,integer,timestamp with time zone) to daybatch_operator;
comment on function daybatch.enqueue_batch(uuid,integer,timestamp with time zone) is 'Puts the pg-boss job of a batch into its table; once however often called. Example: select daybatch.enqueue_batch(id, current_batch_number, next_batch_send_time) from public.campaigns where status = ''sending'';';

create function daybatch.enqueue_notice(p_notice_id bigint, p_due_at timestamp with time zone)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body 898965f55b1cda9209e2fe6b4e36fd0d
alter function daybatch.enqueue_notice(bigint,timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.enqueue_notice(bigint,timestamp with time zone) is 'Puts the jobs of a notice into pg-boss''s table (part of record_notice). Example: select daybatch.enqueue_notice(notice_id, due_at) from daybatch.notices where given_at is null;';

create function daybatch.enqueue_outcomes()
returns void language sql volatile security definer set search_path="" set jit=off -- body 25d1e51e9d1bac0eb5ae728175b718b5
alter function daybatch.enqueue_outcomes() owner to daybatch_owner;
comment on function daybatch.enqueue_outcomes() is 'Has delivery outcomes collected for webhooks within ten seconds. Example: select daybatch.enqueue_outcomes();';

create function daybatch.enqueue_started_campaign()
returns trigger language plpgsql volatile security definer set search_path="" set jit=off -- body a4a7f56dd4333fd726b15fdd1ec65fce
alter function daybatch.enqueue_started_campaign() owner to daybatch_owner;
comment on function daybatch.enqueue_started_campaign() is 'Trigger of public.campaigns: puts the job of a started campaign into pg-boss. Example: update public.campaigns set status = ''sending'' where name = ''Spring offer'';';

create function daybatch.enqueue_webhook_job(p_message_id uuid, p_webhook_id uuid, p_due_at timestamp with time zone)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body c25850ebe39800599edb69a23a8f4d1f
alter function daybatch.enqueue_webhook_job(uuid,uuid,timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.enqueue_webhook_job(uuid,uuid,timestamp with time zone) is 'Puts the job of a webhook message into pg-boss''s table. Example: select daybatch.enqueue_webhook_job(message_id, webhook_id, due_at) from daybatch.webhook_messages where status = ''waiting'';';

create function daybatch.enqueue_webhooks(p_event_id bigint, p_campaign_id uuid, p_event text)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body c181feb9ac22163b5583a0ae14076499
alter function daybatch.enqueue_webhooks(bigint,uuid,text) owner to daybatch_owner;
comment on function daybatch.enqueue_webhooks(bigint,uuid,text) is 'Makes the webhook messages of a line of the history (part of record_event). Example: select daybatch.enqueue_webhooks(event_id, campaign_id, event) from daybatch.events order by event_id desc limit 1;';

create function daybatch.erase_contact(p_contact_id uuid)
returns boolean language plpgsql volatile security definer set search_path="" set jit=off -- body 5ddc98be55f42c5fc73e7a6fd7885dab
alter function daybatch.erase_contact(uuid) owner to daybatch_owner;
grant execute on function daybatch.erase_contact(uuid) to daybatch_operator;
grant execute on function daybatch.erase_contact(uuid) to daybatch_service;
comment on function daybatch.erase_contact(uuid) is 'Removes a contact''s personal data; the never-twice key and the totals stay. Example: select daybatch.erase_contact(id) from public.contacts where lower(email) = ''ada@example.org'';';

create function daybatch.explain_contact(p_campaign_id uuid, p_contact_id uuid)
returns TABLE(happened_at timestamp with time zone, what text, detail text) language plpgsql stable security definer set search_path="" set jit=off -- body cfde0054affea9ffdb5b327cceaab84b
alter function daybatch.explain_contact(uuid,uuid) owner to daybatch_owner;
grant execute on function daybatch.explain_contact(uuid,uuid) to daybatch_operator;
grant execute on function daybatch.explain_contact(uuid,uuid) to daybatch_service;
comment on function daybatch.explain_contact(uuid,uuid) is 'The story of one contact in one campaign, in order. Example: select e.* from daybatch.deliveries as d, daybatch.explain_contact(d.campaign_id, d.contact_id) as e limit 20;';

create function daybatch.explain_open_batch(p_campaign_id uuid, p_batch_number integer)
returns text language plpgsql stable security definer set search_path="" set jit=off -- body f4204c5d2f65fbc9b8d37116147c3455
alter function daybatch.explain_open_batch(uuid,integer) owner to daybatch_owner;
grant execute on function daybatch.explain_open_batch(uuid,integer) to daybatch_operator;
comment on function daybatch.explain_open_batch(uuid,integer) is 'Why a batch cannot be closed now; null when it can. Example: select campaign_id, daybatch.explain_open_batch(campaign_id, batch_number) from daybatch.batch_history where closed_at is null;';

create function daybatch.export_contacts(p_list_id uuid DEFAULT NULL::uuid, p_after_id uuid DEFAULT NULL::uuid, p_limit integer DEFAULT 5000)
returns TABLE(contact_id uuid, email text, first_name text, last_name text, attributes jsonb, unsubscribed_at timestamp with time zone) language plpgsql stable security definer set search_path="" set jit=off -- body e09038656544696238f7386409915dac
alter function daybatch.export_contacts(uuid,uuid,integer) owner to daybatch_owner;
grant execute on function daybatch.export_contacts(uuid,uuid,integer) to daybatch_operator;
grant execute on function daybatch.export_contacts(uuid,uuid,integer) to daybatch_service;
comment on function daybatch.export_contacts(uuid,uuid,integer) is 'Contacts of a list, or all, a page at a time. Example: select email, first_name from daybatch.export_contacts() limit 10;';

create function daybatch.export_deliveries(p_campaign_id uuid, p_statuses text[] DEFAULT NULL::text[], p_after_id uuid DEFAULT NULL::uuid, p_limit integer DEFAULT 5000)
returns TABLE(contact_id uuid, email text, batch_number integer, status text, reason text, attempt_count integer, settled_at timestamp with time zone, stage text, reply_code integer, enhanced_code text, reply_text text) language plpgsql stable security definer set search_path="" set jit=off -- body ace980afa44bdfb01b8c55a3b7848c3e
alter function daybatch.export_deliveries(uuid,text[],uuid,integer) owner to daybatch_owner;
grant execute on function daybatch.export_deliveries(uuid,text[],uuid,integer) to daybatch_operator;
grant execute on function daybatch.export_deliveries(uuid,text[],uuid,integer) to daybatch_service;
comment on function daybatch.export_deliveries(uuid,text[],uuid,integer) is 'Deliveries of a campaign with the last answers, a page at a time. Example: select e.email, e.status, e.reply_text from public.campaigns as c, daybatch.export_deliveries(c.id, ''{failed}'') as e;';

create function daybatch.export_suppressions()
returns TABLE(email text, address_key text, reason text, list_id uuid, source text, created_at timestamp with time zone) language sql stable security definer set search_path="" set jit=off -- body 13d62a132d85f0aa388eee7a587c73cf
alter function daybatch.export_suppressions() owner to daybatch_owner;
grant execute on function daybatch.export_suppressions() to daybatch_operator;
grant execute on function daybatch.export_suppressions() to daybatch_service;
comment on function daybatch.export_suppressions() is 'Every suppression, with the address where a contact has it. Example: select * from daybatch.export_suppressions() limit 10;';

create function daybatch.extend_claims(p_claim_tokens uuid[])
returns TABLE(claim_token uuid, lease_ms integer) language plpgsql volatile security definer set search_path="" set jit=off -- body 8c8ef10fa614ea0b5a14dfd65b5610d1
alter function daybatch.extend_claims(uuid[]) owner to daybatch_owner;
grant execute on function daybatch.extend_claims(uuid[]) to daybatch_operator;
grant execute on function daybatch.extend_claims(uuid[]) to daybatch_service;
comment on function daybatch.extend_claims(uuid[]) is 'Heartbeat: prolongs live claims by a lease and returns them; a missing token is lost. Example: select * from daybatch.extend_claims(array[gen_random_uuid()]);';

create function daybatch.fill_batch(p_campaign_id uuid, p_batch_number integer)
returns TABLE(delivery_count integer, skipped_count integer) language plpgsql volatile security definer set search_path="" set jit=off set work_mem=64MB -- body 2859ed34d4be3ea420d1500cc6939a95
alter function daybatch.fill_batch(uuid,integer) owner to daybatch_owner;
comment on function daybatch.fill_batch(uuid,integer) is 'Selects the contacts of a batch just opened (part of open_batch). Example: select * from daybatch.fill_batch(''00000000-0000-0000-0000-000000000000'', 1);';

create function daybatch.find_bounced_delivery(p_report jsonb, p_is_signed boolean)
returns bigint language plpgsql stable security definer set search_path="" set jit=off -- body cf21c7ec05e682ec7b66c0ddac71c0e5
alter function daybatch.find_bounced_delivery(jsonb,boolean) owner to daybatch_owner;
comment on function daybatch.find_bounced_delivery(jsonb,boolean) is 'The delivery that a bounce or complaint is about (part of record_bounces). Example: select daybatch.find_bounced_delivery(''{"email": "ada@example.org"}'', true);';

create function daybatch.find_contact(p_email text)
returns jsonb language plpgsql stable security definer set search_path="" set jit=off set TimeZone=UTC -- body 15d1f50ea0f4c4d3f5b0b2375e7664e6
alter function daybatch.find_contact(text) owner to daybatch_owner;
grant execute on function daybatch.find_contact(text) to daybatch_operator;
grant execute on function daybatch.find_contact(text) to daybatch_service;
comment on function daybatch.find_contact(text) is 'The contact with an address. Example: select daybatch.find_contact(''ada@example.org'') from public.contacts where email = ''ada@example.org'';';

create function daybatch.find_due_time(p_campaign_id uuid, p_now timestamp with time zone, p_rules jsonb, p_from_scratch boolean DEFAULT false)
returns timestamp with time zone language plpgsql stable security definer set search_path="" set jit=off -- body 012a423c461086874d135f43c168b51b
alter function daybatch.find_due_time(uuid,timestamp with time zone,jsonb,boolean) owner to daybatch_owner;
comment on function daybatch.find_due_time(uuid,timestamp with time zone,jsonb,boolean) is 'When the next batch of a campaign may open, with its sending rules. Example: select daybatch.find_due_time(id, daybatch.current_moment(), daybatch.get_sending_rules(id)) from public.campaigns where name = ''Spring offer'';';

create function daybatch.find_event_position()
returns jsonb language sql stable security definer set search_path="" set jit=off -- body eef9dca56500cfdf69be24251f7492c8
alter function daybatch.find_event_position() owner to daybatch_owner;
grant execute on function daybatch.find_event_position() to daybatch_operator;
grant execute on function daybatch.find_event_position() to daybatch_service;
comment on function daybatch.find_event_position() is 'Where the history ends now, and which ids below may still come. Example: select daybatch.find_event_position();';

create function daybatch.find_last_batch(p_contacts integer, p_limit integer, p_interval interval, p_due_at timestamp with time zone, p_rules jsonb)
returns TABLE(batches integer, due_at timestamp with time zone) language plpgsql stable security definer set search_path="" set jit=off -- body 39dd0fbf1cd78b49c5cd3ce822067f32
alter function daybatch.find_last_batch(integer,integer,interval,timestamp with time zone,jsonb) owner to daybatch_owner;
comment on function daybatch.find_last_batch(integer,integer,interval,timestamp with time zone,jsonb) is 'How many batches so many contacts take, and when the last one is due (part of forecast_finish). Example: select * from daybatch.find_last_batch(17, 5, interval ''24 hours'', daybatch.current_moment(), null);';

create function daybatch.find_next_batch(p_campaign_id uuid, p_limit integer DEFAULT NULL::integer)
returns TABLE(send_limit integer, next_limit integer, batch_interval interval, batch_number integer, due_at timestamp with time zone, remaining_count integer, sending_rules jsonb, open_number integer, open_due_at timestamp with time zone, open_size integer) language plpgsql stable security definer set search_path="" set jit=off set plan_cache_mode=auto -- body 884ea69cbe98265b4dcbfc3ddec588c3
alter function daybatch.find_next_batch(uuid,integer) owner to daybatch_owner;
comment on function daybatch.find_next_batch(uuid,integer) is 'Where a campaign''s forecast begins: limit, due time, contacts, rules (part of forecast_campaign). Example: select c.name, n.batch_number, n.due_at, n.remaining_count from public.campaigns as c, daybatch.find_next_batch(c.id) as n limit 5;';

create function daybatch.find_room(p_rule text, p_name text, p_limit integer, p_now timestamp with time zone)
returns TABLE(room integer, frees_at timestamp with time zone) language sql volatile security definer set search_path="" set jit=off -- body 284ba5324a701e344c0f1374c1503fbd
alter function daybatch.find_room(text,text,integer,timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.find_room(text,text,integer,timestamp with time zone) is 'How many mails a counted limit has room for, and when a place comes free (part of claim_deliveries). Example: select * from daybatch.find_room(''sender'', ''default'', 500, daybatch.current_moment());';

create function daybatch.find_send_window(p_at timestamp with time zone, p_rules jsonb)
returns TABLE(starts_at timestamp with time zone, ends_at timestamp with time zone) language plpgsql stable security definer set search_path="" set jit=off -- body bf2800aa81a8cc97d58c66f970212933
alter function daybatch.find_send_window(timestamp with time zone,jsonb) owner to daybatch_owner;
grant execute on function daybatch.find_send_window(timestamp with time zone,jsonb) to daybatch_app;
grant execute on function daybatch.find_send_window(timestamp with time zone,jsonb) to daybatch_operator;
grant execute on function daybatch.find_send_window(timestamp with time zone,jsonb) to daybatch_reader;
comment on function daybatch.find_send_window(timestamp with time zone,jsonb) is 'The send window that a moment lies in, or the next one. Example: select * from daybatch.find_send_window(daybatch.current_moment(), ''{"send_window_from": "09:00", "send_window_to": "17:00", "send_time_zone": "Europe/Berlin"}'');';

create function daybatch.find_smtp_server(p_campaign_id uuid, p_current text, p_known text[], p_now timestamp with time zone)
returns TABLE(name text, is_limited boolean) language sql stable security definer set search_path="" set jit=off -- body d71ab3b7163fc552c8d91194cd3422f1
alter function daybatch.find_smtp_server(uuid,text,text[],timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.find_smtp_server(uuid,text,text[],timestamp with time zone) is 'The SMTP server that a campaign''s mails go through now. Example: select s.name from public.campaigns as c, daybatch.find_smtp_server(c.id, null, null, daybatch.current_moment()) as s limit 1;';

create function daybatch.finish_import(p_import_id uuid)
returns jsonb language plpgsql volatile security definer set search_path="" set jit=off -- body 140692583767362d2d17d14249664ffd
alter function daybatch.finish_import(uuid) owner to daybatch_owner;
grant execute on function daybatch.finish_import(uuid) to daybatch_operator;
grant execute on function daybatch.finish_import(uuid) to daybatch_service;
comment on function daybatch.finish_import(uuid) is 'Turns the copied rows of an import into contacts on its list and answers the counts. Example: select daybatch.finish_import(import_id) from daybatch.imports limit 0;';

create function daybatch.finish_request(p_request_key bytea, p_status_code integer DEFAULT NULL::integer, p_headers jsonb DEFAULT '{}'::jsonb, p_body text DEFAULT NULL::text)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body 2afaa8d7404d5bc09bd8711f6b40a1a0
alter function daybatch.finish_request(bytea,integer,jsonb,text) owner to daybatch_owner;
grant execute on function daybatch.finish_request(bytea,integer,jsonb,text) to daybatch_operator;
grant execute on function daybatch.finish_request(bytea,integer,jsonb,text) to daybatch_service;
comment on function daybatch.finish_request(bytea,integer,jsonb,text) is 'Keeps the answer of a request with an Idempotency-Key. Example: select daybatch.finish_request(sha256(''key''), 201, ''{}'', ''{"id": 1}'');';

create function daybatch.forecast_campaign(p_campaign_id uuid, p_limit integer DEFAULT NULL::integer, p_after_number integer DEFAULT NULL::integer, p_count integer DEFAULT NULL::integer)
returns TABLE(batch_number integer, due_at timestamp with time zone, size integer, remaining_after integer, is_under_way boolean) language plpgsql stable security definer set search_path="" set jit=off -- body 206590b12364bff6dd2b51641ae9b535
alter function daybatch.forecast_campaign(uuid,integer,integer,integer) owner to daybatch_owner;
grant execute on function daybatch.forecast_campaign(uuid,integer,integer,integer) to daybatch_app;
grant execute on function daybatch.forecast_campaign(uuid,integer,integer,integer) to daybatch_operator;
grant execute on function daybatch.forecast_campaign(uuid,integer,integer,integer) to daybatch_reader;
grant execute on function daybatch.forecast_campaign(uuid,integer,integer,integer) to daybatch_service;
comment on function daybatch.forecast_campaign(uuid,integer,integer,integer) is 'Each coming batch of a campaign, also with another limit. Example: select f.* from public.campaigns as c, daybatch.forecast_campaign(c.id, 20) as f limit 5;';

create function daybatch.forecast_finish(p_campaign_id uuid, p_limit integer DEFAULT NULL::integer)
returns TABLE(send_limit integer, batches_to_come integer, next_due_at timestamp with time zone, finish_at timestamp with time zone) language plpgsql stable security definer set search_path="" set jit=off -- body d3b37dcfd10cebe305d5db5514568000
alter function daybatch.forecast_finish(uuid,integer) owner to daybatch_owner;
grant execute on function daybatch.forecast_finish(uuid,integer) to daybatch_operator;
grant execute on function daybatch.forecast_finish(uuid,integer) to daybatch_service;
comment on function daybatch.forecast_finish(uuid,integer) is 'When a campaign ends, also with another limit, and in how many batches. Example: select c.name, f.finish_at from public.campaigns as c, daybatch.forecast_finish(c.id, 20) as f limit 5;';

create function daybatch.forget_worker(p_worker_id text)
returns void language sql volatile security definer set search_path="" set jit=off -- body d246e911aaba5e1e3cbf15eb9e8e1750
alter function daybatch.forget_worker(text) owner to daybatch_owner;
grant execute on function daybatch.forget_worker(text) to daybatch_operator;
grant execute on function daybatch.forget_worker(text) to daybatch_service;
comment on function daybatch.forget_worker(text) is 'Takes an ended worker out of worker_status. Example: select daybatch.forget_worker(''psql'');';

create function daybatch.freeze_message(p_campaign_id uuid)
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body d2d969e1c93f136cfa4d595451b789c0
alter function daybatch.freeze_message(uuid) owner to daybatch_owner;
comment on function daybatch.freeze_message(uuid) is 'Keeps the campaign''s message as a version and returns its number. Example: select daybatch.freeze_message(id) from public.campaigns limit 0;';

create function daybatch.get_attachments(p_campaign_id uuid, p_message_version integer DEFAULT NULL::integer)
returns TABLE(file_name text, media_type text, content_id text, content bytea) language sql stable security definer set search_path="" set jit=off -- body 13ab6fa4671bc2b1ad153373895e8aba
alter function daybatch.get_attachments(uuid,integer) owner to daybatch_owner;
grant execute on function daybatch.get_attachments(uuid,integer) to daybatch_operator;
grant execute on function daybatch.get_attachments(uuid,integer) to daybatch_service;
comment on function daybatch.get_attachments(uuid,integer) is 'The files of a version of a campaign''s message. Example: select file_name from daybatch.get_attachments(''00000000-0000-0000-0000-000000000000'', 1);';

create function daybatch.get_campaign(p_campaign_id uuid)
returns jsonb language plpgsql stable security definer set search_path="" set jit=off set TimeZone=UTC set plan_cache_mode=force_generic_plan -- body 9d5a6912ef23eaf8f3bdae4ccdb0ec07
alter function daybatch.get_campaign(uuid) owner to daybatch_owner;
grant execute on function daybatch.get_campaign(uuid) to daybatch_app;
grant execute on function daybatch.get_campaign(uuid) to daybatch_operator;
grant execute on function daybatch.get_campaign(uuid) to daybatch_service;
comment on function daybatch.get_campaign(uuid) is 'One campaign with live counts, blockers and forecast as JSON; MB001 when unknown. Example: select jsonb_pretty(daybatch.get_campaign(id)) from public.campaigns limit 1;';

create function daybatch.get_contact(p_contact_id uuid)
returns jsonb language plpgsql stable security definer set search_path="" set jit=off set TimeZone=UTC -- body 2cb8f3a198008390d6a86c171b5cb5d6
alter function daybatch.get_contact(uuid) owner to daybatch_owner;
grant execute on function daybatch.get_contact(uuid) to daybatch_app;
grant execute on function daybatch.get_contact(uuid) to daybatch_operator;
grant execute on function daybatch.get_contact(uuid) to daybatch_service;
comment on function daybatch.get_contact(uuid) is 'One contact as JSON; MB018 when unknown. Example: select daybatch.get_contact(id) from public.contacts limit 1;';

create function daybatch.get_import(p_import_id uuid)
returns jsonb language plpgsql stable security definer set search_path="" set jit=off set TimeZone=UTC -- body 92c9af3b848b8b4a9710e7d0dab65767
alter function daybatch.get_import(uuid) owner to daybatch_owner;
grant execute on function daybatch.get_import(uuid) to daybatch_operator;
grant execute on function daybatch.get_import(uuid) to daybatch_service;
comment on function daybatch.get_import(uuid) is 'One import as JSON: state, rows and bytes read, rate, seconds left, counts. Example: select daybatch.get_import(import_id) from daybatch.imports;';

create function daybatch.get_message(p_campaign_id uuid, p_message_version integer)
returns TABLE(subject text, sender text, reply_to text, html_body text, text_body text) language sql stable security definer set search_path="" set jit=off -- body f74abfac41d14f9f86447d1f2ab7011a
alter function daybatch.get_message(uuid,integer) owner to daybatch_owner;
grant execute on function daybatch.get_message(uuid,integer) to daybatch_operator;
grant execute on function daybatch.get_message(uuid,integer) to daybatch_service;
comment on function daybatch.get_message(uuid,integer) is 'A version of a campaign''s message; sender null means the service''s MAIL_FROM. Example: select subject from daybatch.get_message(''00000000-0000-0000-0000-000000000000'', 1);';

create function daybatch.get_sender_key(p_sender text)
returns text language sql immutable security definer set search_path="" -- body 9d1ef714a74f159b3f2060ef9256bd26
alter function daybatch.get_sender_key(text) owner to daybatch_owner;
grant execute on function daybatch.get_sender_key(text) to daybatch_app;
grant execute on function daybatch.get_sender_key(text) to daybatch_operator;
grant execute on function daybatch.get_sender_key(text) to daybatch_reader;
comment on function daybatch.get_sender_key(text) is 'The name of a sender in sender_limits. Example: select daybatch.get_sender_key(''Ada <Ada@example.org>'');';

create function daybatch.get_sending_rules(p_campaign_id uuid)
returns jsonb language plpgsql stable security definer set search_path="" set jit=off -- body 0a5c2c9a95db8d56e687737d42a8cdd7
alter function daybatch.get_sending_rules(uuid) owner to daybatch_owner;
grant execute on function daybatch.get_sending_rules(uuid) to daybatch_app;
grant execute on function daybatch.get_sending_rules(uuid) to daybatch_operator;
grant execute on function daybatch.get_sending_rules(uuid) to daybatch_reader;
comment on function daybatch.get_sending_rules(uuid) is 'The sending rules of a campaign; null when none is set. Example: select daybatch.get_sending_rules(id) from public.campaigns where name = ''Spring offer'';';

create function daybatch.grant_mails(p_name text, p_wanted integer, p_now timestamp with time zone)
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body 3fb2c79ad664c064c224bcd7aaabb887
alter function daybatch.grant_mails(text,integer,timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.grant_mails(text,integer,timestamp with time zone) is 'How many mails an SMTP server with limits may get now (part of claim_deliveries). Example: select daybatch.grant_mails(''default'', 10, daybatch.current_moment());';

create function daybatch.guard_engine_columns()
returns trigger language plpgsql volatile security definer set search_path="" set jit=off -- body f5950b9d446e701ecd5ca88a548e0023
alter function daybatch.guard_engine_columns() owner to daybatch_owner;
comment on function daybatch.guard_engine_columns() is 'Trigger of public.campaigns: refuses hand-made changes of the engine''s columns. Example: update public.campaigns set name = name;';

create function daybatch.guard_events()
returns trigger language plpgsql volatile set search_path="" set jit=off -- body dc49bad7f3f26cfc79a7ef712acd551b
alter function daybatch.guard_events() owner to daybatch_owner;
comment on function daybatch.guard_events() is 'Trigger of daybatch.events: refuses every change but purge_history''s. Example: select happened_at, event, done_by from daybatch.events order by event_id desc limit 10;';

create function daybatch.has_job(p_campaign_id uuid, p_batch_number integer, p_due_at timestamp with time zone)
returns boolean language plpgsql stable security definer set search_path="" set jit=off -- body 2e62f12adf00260168db2ea47caea859
alter function daybatch.has_job(uuid,integer,timestamp with time zone) owner to daybatch_owner;
grant execute on function daybatch.has_job(uuid,integer,timestamp with time zone) to daybatch_app;
grant execute on function daybatch.has_job(uuid,integer,timestamp with time zone) to daybatch_operator;
grant execute on function daybatch.has_job(uuid,integer,timestamp with time zone) to daybatch_reader;
comment on function daybatch.has_job(uuid,integer,timestamp with time zone) is 'Whether pg-boss holds the live job of a batch. Example: select name, daybatch.has_job(id, current_batch_number, next_batch_send_time) from public.campaigns where status = ''sending'';';

create function daybatch.import_suppressions(p_rows jsonb, p_source text DEFAULT 'import'::text)
returns jsonb language plpgsql volatile security definer set search_path="" set jit=off -- body b273760736cf8b04a0ebbe4c2b7d0ac0
alter function daybatch.import_suppressions(jsonb,text) owner to daybatch_owner;
grant execute on function daybatch.import_suppressions(jsonb,text) to daybatch_operator;
grant execute on function daybatch.import_suppressions(jsonb,text) to daybatch_service;
comment on function daybatch.import_suppressions(jsonb,text) is 'Suppresses many addresses at once; bad rows come back with why. Example: select daybatch.import_suppressions(''[{"email": "ada@example.org", "reason": "complained"}]'');';

create function daybatch.initialize_contact_tracking(p_campaign_id uuid)
returns TABLE(campaign_id uuid, total_contacts integer, remaining_count integer, processed_count integer, failed_count integer, initialised_now boolean) language plpgsql volatile security definer set search_path="" set jit=off -- body 9a3274e08a592815ef1f40bf217333eb
alter function daybatch.initialize_contact_tracking(uuid) owner to daybatch_owner;
grant execute on function daybatch.initialize_contact_tracking(uuid) to daybatch_operator;
grant execute on function daybatch.initialize_contact_tracking(uuid) to daybatch_service;
comment on function daybatch.initialize_contact_tracking(uuid) is 'Freezes the audience of a campaign into contacts_remaining (once; later calls only answer the counts). Example: select t.* from public.campaigns as c, daybatch.initialize_contact_tracking(c.id) as t where c.name = ''Spring offer'';';

create function daybatch.interrupt_import(p_import_id uuid, p_failure text)
returns boolean language plpgsql volatile security definer set search_path="" set jit=off -- body cc557b436a45e2151e91aec3585ec85e
alter function daybatch.interrupt_import(uuid,text) owner to daybatch_owner;
grant execute on function daybatch.interrupt_import(uuid,text) to daybatch_operator;
grant execute on function daybatch.interrupt_import(uuid,text) to daybatch_service;
comment on function daybatch.interrupt_import(uuid,text) is 'Ends an import that broke off; nothing is left of one that was all or nothing. Example: select daybatch.interrupt_import(import_id, ''the upload was cut'') from daybatch.imports limit 0;';

create function daybatch.is_awake()
returns boolean language sql stable security definer set search_path="" set jit=off -- body 392093e977fee6c960576bc03c40a676
alter function daybatch.is_awake() owner to daybatch_owner;
grant execute on function daybatch.is_awake() to daybatch_app;
grant execute on function daybatch.is_awake() to daybatch_operator;
grant execute on function daybatch.is_awake() to daybatch_reader;
grant execute on function daybatch.is_awake() to daybatch_service;
comment on function daybatch.is_awake() is 'False while the engine sleeps beside an older application (before take_over). Example: select daybatch.is_awake();';

create function daybatch.is_batch_finished(p_campaign_id uuid, p_batch_number integer)
returns boolean language sql stable security definer set search_path="" set jit=off -- body beb3456a91f4a96da09d6cbe68c5e118
alter function daybatch.is_batch_finished(uuid,integer) owner to daybatch_owner;
grant execute on function daybatch.is_batch_finished(uuid,integer) to daybatch_operator;
comment on function daybatch.is_batch_finished(uuid,integer) is 'True when nothing of the batch is left to claim, under claim or to retry. Example: select daybatch.is_batch_finished(''00000000-0000-0000-0000-000000000000'', 1);';

create function daybatch.is_import_alive(p_import_id uuid)
returns boolean language sql stable security definer set search_path="" set jit=off -- body 75d2e3b4d0150e4c7aed84c163be8369
alter function daybatch.is_import_alive(uuid) owner to daybatch_owner;
comment on function daybatch.is_import_alive(uuid) is 'Whether an import is under way (part of begin_import and get_import). Example: select daybatch.is_import_alive(import_id) from daybatch.imports;';

create function daybatch.is_unsubscribe_token(p_token text)
returns boolean language sql stable security definer set search_path="" set jit=off -- body 49cbb181aaa4bad39a54885a08b5db52
alter function daybatch.is_unsubscribe_token(text) owner to daybatch_owner;
grant execute on function daybatch.is_unsubscribe_token(text) to daybatch_operator;
grant execute on function daybatch.is_unsubscribe_token(text) to daybatch_service;
comment on function daybatch.is_unsubscribe_token(text) is 'Whether a token is one of an unsubscribe link. Example: select daybatch.is_unsubscribe_token(''x'');';

create function daybatch.is_valid_address(p_email text)
returns boolean language sql immutable set search_path="" -- body 4ac29b5231440d722b440d177398b9ad
alter function daybatch.is_valid_address(text) owner to daybatch_owner;
grant execute on function daybatch.is_valid_address(text) to daybatch_operator;
comment on function daybatch.is_valid_address(text) is 'Whether a text is one plain e-mail address that can be mailed. Example: select daybatch.is_valid_address(''ada@example.org'');';

create function daybatch.judge_answers(p_campaign_id uuid, p_batch_number integer, p_delivery_ids bigint[], p_claim_tokens uuid[], p_now timestamp with time zone)
returns text language plpgsql volatile security definer set search_path="" set jit=off -- body 10c1415b1150d3c4a2ccdd32c422552d
alter function daybatch.judge_answers(uuid,integer,bigint[],uuid[],timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.judge_answers(uuid,integer,bigint[],uuid[],timestamp with time zone) is 'Cuts a batch off when a quota is used up, and says why to pause when refusals look like ours (part of report_outcomes). Example: select daybatch.judge_answers(null, 1, ''{}'', ''{}'', daybatch.current_moment()) limit 0;';

create function daybatch.judge_bounces(p_campaign_id uuid)
returns text language plpgsql volatile security definer set search_path="" set jit=off -- body ed68f7c470efa710b61a647544d1f182
alter function daybatch.judge_bounces(uuid) owner to daybatch_owner;
comment on function daybatch.judge_bounces(uuid) is 'Pauses a campaign whose bounces or complaints are above its limits (part of record_bounces). Example: select daybatch.judge_bounces(id) from public.campaigns where name = ''Spring offer'';';

create function daybatch.judge_import(p_import_id uuid)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body be3384131091497ea68d51b2ed4363f8
alter function daybatch.judge_import(uuid) owner to daybatch_owner;
comment on function daybatch.judge_import(uuid) is 'Gives staged rows that cannot be used their reason (part of merge_import). Example: select daybatch.judge_import(import_id) from daybatch.imports limit 0;';

create function daybatch.keep_resend_copies(p_campaign_id uuid, p_message_version integer, p_delivery_ids bigint[], p_unsubscribe_tokens text[], p_now timestamp with time zone)
returns void language sql volatile security definer set search_path="" set jit=off -- body be7e4f1dc71789c08fb76bd1d179ad25
alter function daybatch.keep_resend_copies(uuid,integer,bigint[],text[],timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.keep_resend_copies(uuid,integer,bigint[],text[],timestamp with time zone) is 'Keeps what claimed mails are made of, for a second copy (part of claim_deliveries). Example: select daybatch.keep_resend_copies(null, 1, ''{}'', ''{}'', daybatch.current_moment());';

create function daybatch.lift_suppression(p_email text, p_list_id uuid DEFAULT NULL::uuid, p_confirmed boolean DEFAULT false)
returns boolean language plpgsql volatile security definer set search_path="" set jit=off -- body 4cc5b702d2884ea6d482b1608967b404
alter function daybatch.lift_suppression(text,uuid,boolean) owner to daybatch_owner;
grant execute on function daybatch.lift_suppression(text,uuid,boolean) to daybatch_operator;
grant execute on function daybatch.lift_suppression(text,uuid,boolean) to daybatch_service;
comment on function daybatch.lift_suppression(text,uuid,boolean) is 'Takes back a suppression; one that the person asked for needs p_confirmed. Example: select daybatch.lift_suppression(''ada@example.org'');';

create function daybatch.limit_by_counts(p_batch daybatch.batches, p_limit integer, p_now timestamp with time zone)
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body abb12cbeeb61d9302eccd7184188540f
alter function daybatch.limit_by_counts(daybatch.batches,integer,timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.limit_by_counts(daybatch.batches,integer,timestamp with time zone) is 'How many mails the limits over any 24 hours leave to a batch now (part of claim_deliveries). Example: select daybatch.limit_by_counts(b, 10, daybatch.current_moment()) from daybatch.batches as b limit 0;';

create function daybatch.limit_claim(p_batch daybatch.batches, p_limit integer, p_now timestamp with time zone)
returns TABLE(mail_count integer, slot_count integer) language plpgsql volatile security definer set search_path="" set jit=off -- body 5420949ac7e54d81da85519546b15ab2
alter function daybatch.limit_claim(daybatch.batches,integer,timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.limit_claim(daybatch.batches,integer,timestamp with time zone) is 'How many mails of a batch with sending rules, or with a refusing server, may be claimed now (part of claim_deliveries). Example: select a.* from daybatch.batches as b, daybatch.limit_claim(b, 10, daybatch.current_moment()) as a limit 0;';

create function daybatch.list_answers(p_campaign_id uuid, p_limit integer DEFAULT 50)
returns TABLE(outcome text, stage text, rule text, reply_code integer, enhanced_code text, tries integer, contacts integer, last_at timestamp with time zone, reply_text text, is_complete boolean) language plpgsql stable security definer set search_path="" set jit=off set enable_bitmapscan=off -- body d03a874d1e7b1a87be2f5f2a7685e3a2
alter function daybatch.list_answers(uuid,integer) owner to daybatch_owner;
grant execute on function daybatch.list_answers(uuid,integer) to daybatch_operator;
grant execute on function daybatch.list_answers(uuid,integer) to daybatch_service;
comment on function daybatch.list_answers(uuid,integer) is 'What servers answered when they did not accept, grouped. Example: select a.tries, a.rule, a.reply_text from public.campaigns as c, daybatch.list_answers(c.id) as a where c.name = ''Spring offer'';';

create function daybatch.list_api_keys()
returns TABLE(key_id text, name text, scope text, is_usable boolean, created_at timestamp with time zone, created_by text, expires_at timestamp with time zone, revoked_at timestamp with time zone, last_used_at timestamp with time zone) language sql stable security definer set search_path="" set jit=off -- body b42260915197ec978db2dcdb5030d52b
alter function daybatch.list_api_keys() owner to daybatch_owner;
grant execute on function daybatch.list_api_keys() to daybatch_operator;
grant execute on function daybatch.list_api_keys() to daybatch_service;
comment on function daybatch.list_api_keys() is 'The keys of the API, without the keys. Example: select key_id, name, scope, last_used_at from daybatch.list_api_keys() where is_usable;';

create function daybatch.list_attachments(p_campaign_id uuid)
returns TABLE(attachment_id bigint, file_name text, media_type text, content_id text, byte_count integer, added_at timestamp with time zone) language sql stable security definer set search_path="" set jit=off -- body 378b46bdbdb92a3393f3a3f637e86ef7
alter function daybatch.list_attachments(uuid) owner to daybatch_owner;
grant execute on function daybatch.list_attachments(uuid) to daybatch_app;
grant execute on function daybatch.list_attachments(uuid) to daybatch_operator;
grant execute on function daybatch.list_attachments(uuid) to daybatch_service;
comment on function daybatch.list_attachments(uuid) is 'The files of a campaign''s message. Example: select c.name, a.file_name, a.byte_count from public.campaigns as c, daybatch.list_attachments(c.id) as a;';

create function daybatch.list_batches(p_campaign_id uuid, p_after_number integer DEFAULT '-1'::integer, p_limit integer DEFAULT 50)
returns TABLE(batch_number integer, state text, source text, send_limit integer, slot_count integer, due_at timestamp with time zone, opened_at timestamp with time zone, closed_at timestamp with time zone, sent_count integer, failed_count integer, refused_count integer, skipped_count integer, in_doubt_count integer, returned_count integer, remaining_count integer) language plpgsql stable security definer set search_path="" set jit=off set plan_cache_mode=force_generic_plan -- body 412db8c224d59bfa531e8bea78284105
alter function daybatch.list_batches(uuid,integer,integer) owner to daybatch_owner;
grant execute on function daybatch.list_batches(uuid,integer,integer) to daybatch_operator;
grant execute on function daybatch.list_batches(uuid,integer,integer) to daybatch_service;
comment on function daybatch.list_batches(uuid,integer,integer) is 'Batches of a campaign: past, under way, and to come. Example: select b.* from public.campaigns as c, daybatch.list_batches(c.id) as b where c.name = ''Spring offer'';';

create function daybatch.list_batches_ahead(p_contacts integer, p_limit integer, p_interval interval, p_due_at timestamp with time zone, p_rules jsonb, p_after integer DEFAULT 0, p_count integer DEFAULT NULL::integer)
returns TABLE(batch_number integer, due_at timestamp with time zone, size integer, remaining_after integer) language plpgsql stable security definer set search_path="" set jit=off set plan_cache_mode=force_generic_plan -- body bc687d98680f904f4d132953054a8176
alter function daybatch.list_batches_ahead(integer,integer,interval,timestamp with time zone,jsonb,integer,integer) owner to daybatch_owner;
comment on function daybatch.list_batches_ahead(integer,integer,interval,timestamp with time zone,jsonb,integer,integer) is 'The batches that so many contacts take from a first due time on (part of forecast_campaign). Example: select * from daybatch.list_batches_ahead(17, 5, interval ''24 hours'', daybatch.current_moment(), null);';

create function daybatch.list_batching_states()
returns SETOF jsonb language sql stable security definer set search_path="" set jit=off set TimeZone=UTC -- body 6c3dc1ee1ef42f019d3336861e016f62
alter function daybatch.list_batching_states() owner to daybatch_owner;
grant execute on function daybatch.list_batching_states() to daybatch_operator;
grant execute on function daybatch.list_batching_states() to daybatch_service;
comment on function daybatch.list_batching_states() is 'Each active campaign''s batching state and disagreements as JSON. Example: select jsonb_pretty(s) from daybatch.list_batching_states() as s;';

create function daybatch.list_blockers(p_campaign_id uuid)
returns TABLE(blocker text, reason text, since timestamp with time zone, ends_at timestamp with time zone, needs_somebody boolean) language plpgsql stable security definer set search_path="" set jit=off -- body de877c9aa729141d6695f292d9cb4d57
alter function daybatch.list_blockers(uuid) owner to daybatch_owner;
comment on function daybatch.list_blockers(uuid) is 'Why one campaign sends nothing now, as campaign_blockers says. Example: select b.blocker, b.reason, b.ends_at from public.campaigns as c, daybatch.list_blockers(c.id) as b where c.name = ''Spring offer'';';

create function daybatch.list_bounce_limits(p_after_campaign_id uuid DEFAULT NULL::uuid, p_limit integer DEFAULT 50)
returns TABLE(campaign_id uuid, bounce_rate double precision, bounce_minimum integer, complaint_rate double precision, complaint_minimum integer) language sql stable security definer set search_path="" set jit=off -- body 12371670cb37f9eafd1ecf7297aefd77
alter function daybatch.list_bounce_limits(uuid,integer) owner to daybatch_owner;
grant execute on function daybatch.list_bounce_limits(uuid,integer) to daybatch_operator;
grant execute on function daybatch.list_bounce_limits(uuid,integer) to daybatch_service;
comment on function daybatch.list_bounce_limits(uuid,integer) is 'From which rates on bounces and complaints pause campaigns. Example: select * from daybatch.list_bounce_limits();';

create function daybatch.list_campaign_history(p_campaign_id uuid, p_before_id bigint DEFAULT NULL::bigint, p_limit integer DEFAULT 50)
returns TABLE(event_id bigint, happened_at timestamp with time zone, event text, detail jsonb, done_by text, application_name text) language plpgsql stable security definer set search_path="" set jit=off -- body a709329d95e33d05b1823bfd2ad73ee4
alter function daybatch.list_campaign_history(uuid,bigint,integer) owner to daybatch_owner;
grant execute on function daybatch.list_campaign_history(uuid,bigint,integer) to daybatch_operator;
grant execute on function daybatch.list_campaign_history(uuid,bigint,integer) to daybatch_service;
comment on function daybatch.list_campaign_history(uuid,bigint,integer) is 'Who did what to a campaign, the last first. Example: select h.* from public.campaigns as c, daybatch.list_campaign_history(c.id) as h where c.name = ''Spring offer'';';

create function daybatch.list_campaigns(p_status text DEFAULT NULL::text, p_after_created_at timestamp with time zone DEFAULT NULL::timestamp with time zone, p_after_id uuid DEFAULT NULL::uuid, p_limit integer DEFAULT 50, p_name text DEFAULT NULL::text)
returns SETOF jsonb language plpgsql stable security definer set search_path="" set jit=off set TimeZone=UTC set plan_cache_mode=force_generic_plan -- body 207f378fac4e6d7c59ec70954c11fb3c
alter function daybatch.list_campaigns(text,timestamp with time zone,uuid,integer,text) owner to daybatch_owner;
grant execute on function daybatch.list_campaigns(text,timestamp with time zone,uuid,integer,text) to daybatch_app;
grant execute on function daybatch.list_campaigns(text,timestamp with time zone,uuid,integer,text) to daybatch_operator;
grant execute on function daybatch.list_campaigns(text,timestamp with time zone,uuid,integer,text) to daybatch_service;
comment on function daybatch.list_campaigns(text,timestamp with time zone,uuid,integer,text) is 'A page of campaigns with live counts, newest first. Example: select c ->> ''name'' from daybatch.list_campaigns(''sending'', p_name => ''spring'') as c;';

create function daybatch.list_contact_lists(p_after_created_at timestamp with time zone DEFAULT NULL::timestamp with time zone, p_after_id uuid DEFAULT NULL::uuid, p_limit integer DEFAULT 50, p_with_counts boolean DEFAULT true)
returns SETOF jsonb language sql stable security definer set search_path="" set jit=off set TimeZone=UTC -- body 00a129b6356bfc024dcb880dc487de0b
alter function daybatch.list_contact_lists(timestamp with time zone,uuid,integer,boolean) owner to daybatch_owner;
grant execute on function daybatch.list_contact_lists(timestamp with time zone,uuid,integer,boolean) to daybatch_app;
grant execute on function daybatch.list_contact_lists(timestamp with time zone,uuid,integer,boolean) to daybatch_operator;
grant execute on function daybatch.list_contact_lists(timestamp with time zone,uuid,integer,boolean) to daybatch_service;
comment on function daybatch.list_contact_lists(timestamp with time zone,uuid,integer,boolean) is 'A page of contact lists with their sizes. Example: select l ->> ''name'', l ->> ''contact_count'' from daybatch.list_contact_lists() as l;';

create function daybatch.list_contacts(p_after_id uuid DEFAULT NULL::uuid, p_limit integer DEFAULT 50)
returns SETOF jsonb language sql stable security definer set search_path="" set jit=off -- body 42f8cd9db6767f3efdbfa839c8797bdb
alter function daybatch.list_contacts(uuid,integer) owner to daybatch_owner;
grant execute on function daybatch.list_contacts(uuid,integer) to daybatch_app;
grant execute on function daybatch.list_contacts(uuid,integer) to daybatch_operator;
grant execute on function daybatch.list_contacts(uuid,integer) to daybatch_service;
comment on function daybatch.list_contacts(uuid,integer) is 'A page of contacts in the order of their ids. Example: select c ->> ''email'' from daybatch.list_contacts() as c;';

create function daybatch.list_deliveries(p_campaign_id uuid, p_status text DEFAULT NULL::text, p_after_contact_id uuid DEFAULT NULL::uuid, p_limit integer DEFAULT 50, p_rule text DEFAULT NULL::text, p_batch_number integer DEFAULT NULL::integer)
returns TABLE(contact_id uuid, email text, status text, batch_number integer, slot integer, reason text, evidence text, attempt_count integer, stage text, reply_code integer, enhanced_code text, reply_text text, rule text, smtp_server text, sending_at timestamp with time zone, settled_at timestamp with time zone, retry_at timestamp with time zone) language plpgsql stable security definer set search_path="" set jit=off set enable_sort=off set plan_cache_mode=force_generic_plan -- body aed2dc5bdfac628e46de5a1d4f9be382
alter function daybatch.list_deliveries(uuid,text,uuid,integer,text,integer) owner to daybatch_owner;
grant execute on function daybatch.list_deliveries(uuid,text,uuid,integer,text,integer) to daybatch_operator;
grant execute on function daybatch.list_deliveries(uuid,text,uuid,integer,text,integer) to daybatch_service;
comment on function daybatch.list_deliveries(uuid,text,uuid,integer,text,integer) is 'What became of each contact of a campaign, with the server''s words. Example: select d.* from public.campaigns as c, daybatch.list_deliveries(c.id, ''failed'') as d where c.name = ''Spring offer'';';

create function daybatch.list_due_campaigns(p_source text DEFAULT 'sweep'::text, p_limit integer DEFAULT 1000)
returns TABLE(campaign_id uuid) language sql stable security definer set search_path="" set jit=off -- body fb9dc0b6c86654b9176f919e220ec1ac
alter function daybatch.list_due_campaigns(text,integer) owner to daybatch_owner;
grant execute on function daybatch.list_due_campaigns(text,integer) to daybatch_operator;
grant execute on function daybatch.list_due_campaigns(text,integer) to daybatch_service;
comment on function daybatch.list_due_campaigns(text,integer) is 'Campaigns to process now, as the sweep (only those with something to do) or the cron sees them. Example: select * from daybatch.list_due_campaigns();';

create function daybatch.list_failures(p_campaign_id uuid)
returns TABLE(status text, reason text, contacts integer, last_at timestamp with time zone, stage text, reply_code integer, enhanced_code text, reply_text text) language plpgsql stable security definer set search_path="" set jit=off set enable_sort=off set enable_bitmapscan=off set plan_cache_mode=force_generic_plan -- body 052ece6d33fc949a5a40a483f524cac4
alter function daybatch.list_failures(uuid) owner to daybatch_owner;
grant execute on function daybatch.list_failures(uuid) to daybatch_operator;
grant execute on function daybatch.list_failures(uuid) to daybatch_service;
comment on function daybatch.list_failures(uuid) is 'Failures of a campaign by rule or reason, with the last server''s words. Example: select f.* from public.campaigns as c, daybatch.list_failures(c.id) as f where c.name = ''Spring offer'';';

create function daybatch.list_import_rejections(p_import_id uuid, p_after_line integer DEFAULT 0, p_limit integer DEFAULT 200)
returns TABLE(line_number integer, email text, reason text) language plpgsql stable security definer set search_path="" set jit=off -- body 56a7ede133ef8304849fe45a9930feee
alter function daybatch.list_import_rejections(uuid,integer,integer) owner to daybatch_owner;
grant execute on function daybatch.list_import_rejections(uuid,integer,integer) to daybatch_operator;
grant execute on function daybatch.list_import_rejections(uuid,integer,integer) to daybatch_service;
comment on function daybatch.list_import_rejections(uuid,integer,integer) is 'Rejected rows of an import with line number and reason. Example: select r.* from daybatch.imports as i, daybatch.list_import_rejections(i.import_id) as r;';

create function daybatch.list_imports(p_after_created_at timestamp with time zone DEFAULT NULL::timestamp with time zone, p_after_id uuid DEFAULT NULL::uuid, p_limit integer DEFAULT 50)
returns SETOF jsonb language sql stable security definer set search_path="" set jit=off -- body c9526fa5a12620139dbf4d2fb0fa4564
alter function daybatch.list_imports(timestamp with time zone,uuid,integer) owner to daybatch_owner;
grant execute on function daybatch.list_imports(timestamp with time zone,uuid,integer) to daybatch_operator;
grant execute on function daybatch.list_imports(timestamp with time zone,uuid,integer) to daybatch_service;
comment on function daybatch.list_imports(timestamp with time zone,uuid,integer) is 'A page of imports, newest first. Example: select i ->> ''file_name'', i ->> ''state'' from daybatch.list_imports() as i;';

create function daybatch.list_jobs()
returns TABLE(job_id uuid, queue text, state text, campaign_id uuid, batch_number integer, due_at timestamp with time zone, retry_count integer, started_at timestamp with time zone, output text) language plpgsql stable security definer set search_path="" set jit=off -- body 65e07d6ee6a9a6d91c9cabfd6121f8fe
alter function daybatch.list_jobs() owner to daybatch_owner;
grant execute on function daybatch.list_jobs() to daybatch_app;
grant execute on function daybatch.list_jobs() to daybatch_operator;
grant execute on function daybatch.list_jobs() to daybatch_reader;
comment on function daybatch.list_jobs() is 'Live pg-boss jobs of our queues. Example: select queue, state, due_at from daybatch.list_jobs();';

create function daybatch.list_misplaced_contacts(p_campaign_id uuid)
returns TABLE(rule text, disagreement text) language plpgsql stable security definer set search_path="" set jit=off set work_mem=64MB -- body b5df82359b9f4b132e81a4095cd13b13
alter function daybatch.list_misplaced_contacts(uuid) owner to daybatch_owner;
grant execute on function daybatch.list_misplaced_contacts(uuid) to daybatch_app;
grant execute on function daybatch.list_misplaced_contacts(uuid) to daybatch_operator;
grant execute on function daybatch.list_misplaced_contacts(uuid) to daybatch_reader;
comment on function daybatch.list_misplaced_contacts(uuid) is 'Contacts about whom a campaign''s arrays and ledger disagree (part of the view audit). Example: select m.* from public.campaigns as c, daybatch.list_misplaced_contacts(c.id) as m where c.name = ''Spring offer'';';

create function daybatch.list_needs()
returns TABLE(campaign_id uuid, name text, blocker text, reason text, since timestamp with time zone) language plpgsql stable security definer set search_path="" set jit=off -- body 604fef4eefeca72de369c060666e527a
alter function daybatch.list_needs() owner to daybatch_owner;
grant execute on function daybatch.list_needs() to daybatch_operator;
comment on function daybatch.list_needs() is 'What waits for somebody, per started campaign; a row without a campaign holds for all. Example: select name, reason from daybatch.list_needs();';

create function daybatch.list_overview(p_search text DEFAULT NULL::text, p_show text DEFAULT NULL::text, p_after_created_at timestamp with time zone DEFAULT NULL::timestamp with time zone, p_after_id uuid DEFAULT NULL::uuid, p_limit integer DEFAULT 50)
returns SETOF jsonb language plpgsql stable security definer set search_path="" set jit=off set TimeZone=UTC -- body b0e36b643a17f187667ed7a43b2ab381
alter function daybatch.list_overview(text,text,timestamp with time zone,uuid,integer) owner to daybatch_owner;
grant execute on function daybatch.list_overview(text,text,timestamp with time zone,uuid,integer) to daybatch_operator;
grant execute on function daybatch.list_overview(text,text,timestamp with time zone,uuid,integer) to daybatch_service;
comment on function daybatch.list_overview(text,text,timestamp with time zone,uuid,integer) is 'A page of campaigns as the overview shows them, with blockers and forecast end. Example: select c ->> ''name'', c ->> ''finish_at'' from daybatch.list_overview(''offer'', ''sending'') as c;';

create function daybatch.list_progress(p_campaign_ids uuid[] DEFAULT NULL::uuid[], p_also uuid[] DEFAULT '{}'::uuid[])
returns TABLE(campaign_id uuid, batch_number integer, delivery_count integer, queued_count integer, claimed_count integer, sending_count integer, sent_count integer, failed_count integer, in_doubt_count integer, skipped_count integer, deferred_count integer) language sql stable security definer set search_path="" set jit=off -- body 4ebf019cdb3ea3781396b5784fb8de58
alter function daybatch.list_progress(uuid[],uuid[]) owner to daybatch_owner;
grant execute on function daybatch.list_progress(uuid[],uuid[]) to daybatch_operator;
grant execute on function daybatch.list_progress(uuid[],uuid[]) to daybatch_service;
comment on function daybatch.list_progress(uuid[],uuid[]) is 'Counts of the open batches whose mails are under way. Example: select campaign_id, sent_count, delivery_count from daybatch.list_progress();';

create function daybatch.list_smtp_server_states()
returns SETOF jsonb language sql stable security definer set search_path="" set jit=off set TimeZone=UTC -- body 6b8992de48037e1f9e066054c1d4f509
alter function daybatch.list_smtp_server_states() owner to daybatch_owner;
grant execute on function daybatch.list_smtp_server_states() to daybatch_operator;
grant execute on function daybatch.list_smtp_server_states() to daybatch_service;
comment on function daybatch.list_smtp_server_states() is 'SMTP servers, their limits and whether one refuses. Example: select s ->> ''name'', s ->> ''refusal'' from daybatch.list_smtp_server_states() as s;';

create function daybatch.list_smtp_servers()
returns TABLE(name text, host text, port integer, tls text, username text, sealed_password text, is_enabled boolean, is_fallback boolean, connections integer, changed_at timestamp with time zone) language sql stable security definer set search_path="" set jit=off -- body 6dc5b07194f6f895d4624b02ef9d7a1e
alter function daybatch.list_smtp_servers() owner to daybatch_owner;
grant execute on function daybatch.list_smtp_servers() to daybatch_operator;
grant execute on function daybatch.list_smtp_servers() to daybatch_service;
comment on function daybatch.list_smtp_servers() is 'The SMTP servers with sealed passwords, for services. Example: select name, host, port from daybatch.list_smtp_servers();';

create function daybatch.list_suppressions(p_after_id bigint DEFAULT 0, p_limit integer DEFAULT 50, p_email text DEFAULT NULL::text)
returns SETOF jsonb language plpgsql stable security definer set search_path="" set jit=off -- body 679a910a21ed5a395eab83912ffaa808
alter function daybatch.list_suppressions(bigint,integer,text) owner to daybatch_owner;
grant execute on function daybatch.list_suppressions(bigint,integer,text) to daybatch_operator;
grant execute on function daybatch.list_suppressions(bigint,integer,text) to daybatch_service;
comment on function daybatch.list_suppressions(bigint,integer,text) is 'Suppressions in the order of their ids, or those of one address. Example: select * from daybatch.list_suppressions(p_email => ''ada@example.org'');';

create function daybatch.list_webhook_messages(p_webhook_id uuid, p_status text DEFAULT NULL::text, p_after_created_at timestamp with time zone DEFAULT NULL::timestamp with time zone, p_after_id uuid DEFAULT NULL::uuid, p_limit integer DEFAULT 50)
returns SETOF jsonb language plpgsql stable security definer set search_path="" set jit=off -- body b5f63d41a655b2296246230a911c6445
alter function daybatch.list_webhook_messages(uuid,text,timestamp with time zone,uuid,integer) owner to daybatch_owner;
grant execute on function daybatch.list_webhook_messages(uuid,text,timestamp with time zone,uuid,integer) to daybatch_operator;
grant execute on function daybatch.list_webhook_messages(uuid,text,timestamp with time zone,uuid,integer) to daybatch_service;
comment on function daybatch.list_webhook_messages(uuid,text,timestamp with time zone,uuid,integer) is 'The messages of a webhook, newest first. Example: select m.* from daybatch.webhook_status as w, daybatch.list_webhook_messages(w.webhook_id, ''dead'') as m;';

create function daybatch.list_webhook_secrets()
returns TABLE(webhook_id uuid, sealed_secret text, previous_sealed_secret text) language sql stable security definer set search_path="" set jit=off -- body 6de0bdf8841db208f0d7adff92df77d4
alter function daybatch.list_webhook_secrets() owner to daybatch_owner;
grant execute on function daybatch.list_webhook_secrets() to daybatch_operator;
grant execute on function daybatch.list_webhook_secrets() to daybatch_service;
comment on function daybatch.list_webhook_secrets() is 'The sealed secrets of webhooks, for services. Example: select webhook_id from daybatch.list_webhook_secrets();';

create function daybatch.list_webhooks(p_webhook_id uuid DEFAULT NULL::uuid, p_after_created_at timestamp with time zone DEFAULT NULL::timestamp with time zone, p_after_id uuid DEFAULT NULL::uuid, p_limit integer DEFAULT 50)
returns SETOF jsonb language sql stable security definer set search_path="" set jit=off -- body baff49d7efede3206151d704f5d9b3b9
alter function daybatch.list_webhooks(uuid,timestamp with time zone,uuid,integer) owner to daybatch_owner;
grant execute on function daybatch.list_webhooks(uuid,timestamp with time zone,uuid,integer) to daybatch_operator;
grant execute on function daybatch.list_webhooks(uuid,timestamp with time zone,uuid,integer) to daybatch_service;
comment on function daybatch.list_webhooks(uuid,timestamp with time zone,uuid,integer) is 'Webhooks with their state, for the API. Example: select * from daybatch.list_webhooks();';

create function daybatch.list_work(p_limit integer DEFAULT 100)
returns TABLE(campaign_id uuid, batch_number integer, ready_at timestamp with time zone, is_ready boolean, wait_ms integer) language sql volatile security definer set search_path="" set jit=off -- body 58584f8a4ef730b631594a2128b2d9dd
alter function daybatch.list_work(integer) owner to daybatch_owner;
grant execute on function daybatch.list_work(integer) to daybatch_operator;
grant execute on function daybatch.list_work(integer) to daybatch_service;
comment on function daybatch.list_work(integer) is 'Open batches with something to claim, release or close, and when. Example: select * from daybatch.list_work();';

create function daybatch.lock_campaign(p_campaign_id uuid)
returns TABLE(id uuid, name text, status text, daily_send_limit integer, lists jsonb, scheduled_at timestamp with time zone, next_batch_send_time timestamp with time zone, current_batch_number integer, tracking_initialised_at timestamp with time zone, batch_interval interval, in_doubt_policy text) language plpgsql volatile security definer set search_path="" set jit=off -- body db87c56302ae4faa3dc87807d2473ff8
alter function daybatch.lock_campaign(uuid) owner to daybatch_owner;
comment on function daybatch.lock_campaign(uuid) is 'Locks a campaign for this transaction and returns its engine fields; MB001 when unknown. Example: select l.name, l.status from public.campaigns as c, daybatch.lock_campaign(c.id) as l where c.name = ''Spring offer'';';

create function daybatch.lock_import(p_import_id uuid)
returns daybatch.imports language plpgsql volatile security definer set search_path="" set jit=off -- body 5baa9bbcef43b81f93f1216a609ca441
alter function daybatch.lock_import(uuid) owner to daybatch_owner;
comment on function daybatch.lock_import(uuid) is 'Locks an import for a change (part of finish_import). Example: select (daybatch.lock_import(import_id)).list_id from daybatch.imports limit 0;';

create function daybatch.lock_webhook(p_webhook_id uuid)
returns boolean language plpgsql volatile security definer set search_path="" set jit=off -- body 0e2da48a91b6258d036c90dd8ec9243d
alter function daybatch.lock_webhook(uuid) owner to daybatch_owner;
comment on function daybatch.lock_webhook(uuid) is 'Locks a webhook (part of its functions). Example: select daybatch.lock_webhook(webhook_id) from daybatch.webhooks;';

create function daybatch.make_return_paths(p_delivery_ids bigint[])
returns text[] language sql stable security definer set search_path="" set jit=off -- body ee20c3df768d8e2d9f00286cf7893d3f
alter function daybatch.make_return_paths(bigint[]) owner to daybatch_owner;
grant execute on function daybatch.make_return_paths(bigint[]) to daybatch_operator;
grant execute on function daybatch.make_return_paths(bigint[]) to daybatch_service;
comment on function daybatch.make_return_paths(bigint[]) is 'The tokens of deliveries for their return paths, in their order. Example: select daybatch.make_return_paths(array[1, 2]);';

create function daybatch.make_token(p_purpose text, p_payload bytea)
returns text language sql stable security definer set search_path="" set jit=off -- body 354b65ba45b62c85aef652c3bd347740
alter function daybatch.make_token(text,bytea) owner to daybatch_owner;
comment on function daybatch.make_token(text,bytea) is 'Signs a payload for one purpose; read_token gives it back. Example: select daybatch.read_token(''bounce'', daybatch.make_token(''bounce'', int8send(1)));';

create function daybatch.make_tokens(p_purpose text, p_payloads bytea[])
returns text[] language plpgsql stable security definer set search_path="" set jit=off -- body 0e2d197a617f48e4dcbf79786c96998a
alter function daybatch.make_tokens(text,bytea[]) owner to daybatch_owner;
comment on function daybatch.make_tokens(text,bytea[]) is 'Signs payloads for one purpose, many at once, in their order (see make_token). Example: select daybatch.make_tokens(''bounce'', array[int8send(1), int8send(2)]);';

create function daybatch.mark_engine_writes(p_on boolean)
returns void language sql volatile set search_path="" set jit=off -- body c43655175611811f5beaef669aca2334
alter function daybatch.mark_engine_writes(boolean) owner to daybatch_owner;
comment on function daybatch.mark_engine_writes(boolean) is 'Lets the engine''s functions write the engine''s columns (owner only). Example: select daybatch.mark_engine_writes(false);';

create function daybatch.mark_finish_date()
returns trigger language plpgsql volatile security definer set search_path="" set jit=off -- body 1437410578dcbf3aa8f62facdabb8a73
alter function daybatch.mark_finish_date() owner to daybatch_owner;
comment on function daybatch.mark_finish_date() is 'Trigger of public.campaigns: lets the next sweep look at a finish date that may have moved. Example: select campaign_id from daybatch.finish_marks;';

create function daybatch.mark_unsubscribed(p_contact_id uuid, p_source text)
returns boolean language plpgsql volatile security definer set search_path="" set jit=off -- body 612cbdd4685f8f22a9f976606136583a
alter function daybatch.mark_unsubscribed(uuid,text) owner to daybatch_owner;
comment on function daybatch.mark_unsubscribed(uuid,text) is 'Marks a contact as unsubscribed (part of unsubscribe_contact). Example: select daybatch.mark_unsubscribed(id, ''manual'') from public.contacts where lower(email) = ''ada@example.org'';';

create function daybatch.mask_addresses(p_text text)
returns text language sql immutable set search_path="" -- body eec81efab544b1994dbb9b7b6a61e494
alter function daybatch.mask_addresses(text) owner to daybatch_owner;
comment on function daybatch.mask_addresses(text) is 'Replaces mail addresses in a text. Example: select daybatch.mask_addresses(''550 <ada@example.org>: no such user'');';

create function daybatch.mend_webhooks()
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body 1823af432d482ba5eacba04f9928a8bd
alter function daybatch.mend_webhooks() owner to daybatch_owner;
comment on function daybatch.mend_webhooks() is 'Puts lost jobs of webhook messages back (part of record_sweep). Example: select daybatch.mend_webhooks();';

create function daybatch.merge_import(p_import_id uuid, p_limit integer DEFAULT 20000)
returns jsonb language plpgsql volatile security definer set search_path="" set jit=off set lock_timeout=10min -- body e062ec3a824cd3fb4a78bec8c57397ae
alter function daybatch.merge_import(uuid,integer) owner to daybatch_owner;
grant execute on function daybatch.merge_import(uuid,integer) to daybatch_operator;
grant execute on function daybatch.merge_import(uuid,integer) to daybatch_service;
comment on function daybatch.merge_import(uuid,integer) is 'Turns the next staged rows of an import into contacts on its list. Example: select daybatch.merge_import(import_id, 20000) from daybatch.imports limit 0;';

create function daybatch.move_due_time(p_campaign_id uuid, p_from_scratch boolean DEFAULT false)
returns timestamp with time zone language plpgsql volatile security definer set search_path="" set jit=off -- body 469b980005aef513b9e19d6d48b4cb32
alter function daybatch.move_due_time(uuid,boolean) owner to daybatch_owner;
comment on function daybatch.move_due_time(uuid,boolean) is 'Sets the due time of the next batch to what the sending rules make of it. Example: select daybatch.move_due_time(id) from public.campaigns where name = ''Spring offer'';';

create function daybatch.next_transaction_id()
returns xid8 language sql stable security definer set search_path="" set jit=off -- body 1cdb536d64923867c2fd01ceb0c295c6
alter function daybatch.next_transaction_id() owner to daybatch_owner;
comment on function daybatch.next_transaction_id() is 'The id that the next transaction will have, null in one that has written. Example: select daybatch.next_transaction_id();';

create function daybatch.note_finish_dates()
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body bb1004f99250e0a20c263930471cbdfa
alter function daybatch.note_finish_dates() owner to daybatch_owner;
comment on function daybatch.note_finish_dates() is 'Tells operators of forecast finish dates that moved (part of every sweep). Example: select daybatch.note_finish_dates();';

create function daybatch.note_refusal(p_campaign_id uuid, p_batch_number integer, p_refusal text, p_now timestamp with time zone)
returns void language sql volatile security definer set search_path="" set jit=off -- body b99c293ea16f75c13eb597b7cfb18ba8
alter function daybatch.note_refusal(uuid,integer,text,timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.note_refusal(uuid,integer,text,timestamp with time zone) is 'Makes a batch wait because its server refuses (part of report_outcomes). Example: select daybatch.note_refusal(''00000000-0000-0000-0000-000000000000'', 1, ''connect: refused'', daybatch.current_moment());';

create function daybatch.note_shared_limit()
returns trigger language plpgsql volatile security definer set search_path="" set jit=off -- body b77514dba0b1f5596e47540de1f3b939
alter function daybatch.note_shared_limit() owner to daybatch_owner;
comment on function daybatch.note_shared_limit() is 'Trigger of sender_limits and domain_limits: counts what a new limit finds. Example: insert into daybatch.domain_limits (domain, batch_limit) values (''example.org'', 100);';

create function daybatch.open_batch(p_campaign_id uuid, p_source text DEFAULT 'manual'::text)
returns TABLE(campaign_id uuid, batch_number integer, delivery_count integer, skipped_count integer, opened_at timestamp with time zone, next_batch_send_time timestamp with time zone) language plpgsql volatile security definer set search_path="" set jit=off -- body 33dfe192649bcf7ae773806ae8d6c080
alter function daybatch.open_batch(uuid,text) owner to daybatch_owner;
grant execute on function daybatch.open_batch(uuid,text) to daybatch_operator;
comment on function daybatch.open_batch(uuid,text) is 'Opens the next batch of a campaign if it is due (else MB006 says when). Example: select o.* from daybatch.due_batches as d, daybatch.open_batch(d.campaign_id) as o where d.is_due;';

create function daybatch.pass_over_domains(p_batch daybatch.batches, p_delivery_ids bigint[], p_now timestamp with time zone)
returns bigint[] language plpgsql volatile security definer set search_path="" set jit=off -- body ccc95cb47ef1dbf296ad837c39b944e4
alter function daybatch.pass_over_domains(daybatch.batches,bigint[],timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.pass_over_domains(daybatch.batches,bigint[],timestamp with time zone) is 'The deliveries that the daily limits of their domains leave room for (part of claim_deliveries). Example: select daybatch.pass_over_domains(b, ''{}'', daybatch.current_moment()) from daybatch.batches as b limit 0;';

create function daybatch.pause_campaign(p_campaign_id uuid, p_reason text DEFAULT NULL::text)
returns text language plpgsql volatile security definer set search_path="" set jit=off -- body 49788f7320c57e0c0d0cea272212458c
alter function daybatch.pause_campaign(uuid,text) owner to daybatch_owner;
grant execute on function daybatch.pause_campaign(uuid,text) to daybatch_app;
grant execute on function daybatch.pause_campaign(uuid,text) to daybatch_operator;
grant execute on function daybatch.pause_campaign(uuid,text) to daybatch_service;
comment on function daybatch.pause_campaign(uuid,text) is 'Pauses a campaign at once, with a reason. Example: select daybatch.pause_campaign(id, ''wrong subject'') from public.campaigns where name = ''Spring offer'';';

create function daybatch.preview_audience(p_list_ids uuid[])
returns TABLE(contacts integer, eligible integer, reasons jsonb) language plpgsql stable security definer set search_path="" set jit=off set work_mem=64MB set random_page_cost=1.1 set parallel_tuple_cost=0 set plan_cache_mode=force_custom_plan -- body 327271e5807ae119fd3f82f41185894c
alter function daybatch.preview_audience(uuid[]) owner to daybatch_owner;
grant execute on function daybatch.preview_audience(uuid[]) to daybatch_operator;
grant execute on function daybatch.preview_audience(uuid[]) to daybatch_service;
comment on function daybatch.preview_audience(uuid[]) is 'How many contacts lists name, and why some cannot be mailed. Example: select p.* from daybatch.preview_audience(array(select id from public.contact_lists)) as p;';

create function daybatch.preview_message(p_campaign_id uuid, p_contact_id uuid DEFAULT NULL::uuid, p_test_address text DEFAULT NULL::text)
returns TABLE(contact_id uuid, email text, fields jsonb, subject text, sender text, reply_to text, html_body text, text_body text, problem text) language plpgsql stable security definer set search_path="" set jit=off -- body 3f2b3cc327a57af1ec4c81a9993ceccb
alter function daybatch.preview_message(uuid,uuid,text) owner to daybatch_owner;
grant execute on function daybatch.preview_message(uuid,uuid,text) to daybatch_app;
grant execute on function daybatch.preview_message(uuid,uuid,text) to daybatch_operator;
grant execute on function daybatch.preview_message(uuid,uuid,text) to daybatch_service;
comment on function daybatch.preview_message(uuid,uuid,text) is 'What a contact''s mail would be made of now; changes nothing. Example: select p.email, p.subject, p.problem from public.campaigns as c, daybatch.preview_message(c.id) as p where c.name = ''Spring offer'';';

create function daybatch.process_campaign(p_campaign_id uuid, p_source text DEFAULT 'manual'::text)
returns TABLE(campaign_id uuid, name text, action text, batch_number integer, delivery_count integer, next_batch_send_time timestamp with time zone, reason text, error_code text) language plpgsql volatile security definer set search_path="" set jit=off -- body 63068f53a394dc1caa18f5852da805a9
alter function daybatch.process_campaign(uuid,text) owner to daybatch_owner;
comment on function daybatch.process_campaign(uuid,text) is 'Moves one campaign one step on and says what was done (part of process_campaigns). Example: select p.action, p.reason from public.campaigns as c, daybatch.process_campaign(c.id) as p where c.name = ''Spring offer'';';

create function daybatch.process_campaigns(p_campaign_id uuid DEFAULT NULL::uuid, p_source text DEFAULT 'manual'::text)
returns TABLE(campaign_id uuid, name text, action text, batch_number integer, delivery_count integer, next_batch_send_time timestamp with time zone, reason text, error_code text) language plpgsql volatile security definer set search_path="" set jit=off -- body bd518ab91d85d1d0ee6f6a0241dfd728
alter function daybatch.process_campaigns(uuid,text) owner to daybatch_owner;
grant execute on function daybatch.process_campaigns(uuid,text) to daybatch_operator;
grant execute on function daybatch.process_campaigns(uuid,text) to daybatch_service;
comment on function daybatch.process_campaigns(uuid,text) is 'Opens, closes and completes whatever is due: of one campaign, or of all. Example: select * from daybatch.process_campaigns();';

create function daybatch.prove_shared_limits(p_since timestamp with time zone DEFAULT '-infinity'::timestamp with time zone)
returns TABLE(rule text, name text, daily_limit integer, in_force_since timestamp with time zone, mails integer, largest_in_24_hours integer, exceeded_at timestamp with time zone, limit_holds boolean) language sql stable security definer set search_path="" set jit=off -- body fc0f66f06916f5ff6cbcbce671b1562c
alter function daybatch.prove_shared_limits(timestamp with time zone) owner to daybatch_owner;
grant execute on function daybatch.prove_shared_limits(timestamp with time zone) to daybatch_app;
grant execute on function daybatch.prove_shared_limits(timestamp with time zone) to daybatch_operator;
grant execute on function daybatch.prove_shared_limits(timestamp with time zone) to daybatch_reader;
comment on function daybatch.prove_shared_limits(timestamp with time zone) is 'The proof of the limits of senders and recipient domains, from the times of hand-over. Example: select rule, name, largest_in_24_hours, limit_holds from daybatch.prove_shared_limits(now() - interval ''72 hours'');';

create function daybatch.purge_deliveries(p_older_than interval DEFAULT '8760:00:00'::interval, p_limit integer DEFAULT 10000)
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body c9edf3665c34a3fef85b2d7f637032a3
alter function daybatch.purge_deliveries(interval,integer) owner to daybatch_owner;
grant execute on function daybatch.purge_deliveries(interval,integer) to daybatch_operator;
grant execute on function daybatch.purge_deliveries(interval,integer) to daybatch_service;
comment on function daybatch.purge_deliveries(interval,integer) is 'Deletes old tries in bounded steps; never-twice keys and totals stay. Example: select daybatch.purge_deliveries(interval ''8760 hours'', 1000);';

create function daybatch.purge_history(p_older_than interval DEFAULT '8760:00:00'::interval, p_limit integer DEFAULT 10000)
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body 3b7dbbb87d16d0584a245ec4d7b696b8
alter function daybatch.purge_history(interval,integer) owner to daybatch_owner;
grant execute on function daybatch.purge_history(interval,integer) to daybatch_operator;
grant execute on function daybatch.purge_history(interval,integer) to daybatch_service;
comment on function daybatch.purge_history(interval,integer) is 'Deletes old events and sweeps in bounded steps; those of active campaigns stay. Example: select daybatch.purge_history(interval ''8760 hours'', 1000);';

create function daybatch.read_batch_counts(p_campaign_id uuid)
returns TABLE(queued_count integer, claimed_count integer, sending_count integer, sent_count integer, failed_count integer, in_doubt_count integer, skipped_count integer, deferred_count integer) language plpgsql stable security definer set search_path="" set jit=off set enable_seqscan=off set enable_bitmapscan=off -- body f05823d3f4a86cd9136a489bfd115dbf
alter function daybatch.read_batch_counts(uuid) owner to daybatch_owner;
grant execute on function daybatch.read_batch_counts(uuid) to daybatch_app;
grant execute on function daybatch.read_batch_counts(uuid) to daybatch_operator;
grant execute on function daybatch.read_batch_counts(uuid) to daybatch_reader;
comment on function daybatch.read_batch_counts(uuid) is 'How many mails of the open batch stand where, at no cost of its size. Example: select c.name, n.* from public.campaigns as c, daybatch.read_batch_counts(c.id) as n;';

create function daybatch.read_events(p_after bigint, p_missing bigint[] DEFAULT '{}'::bigint[], p_campaign_id uuid DEFAULT NULL::uuid, p_until bigint DEFAULT NULL::bigint, p_limit integer DEFAULT 500)
returns jsonb language plpgsql stable security definer set search_path="" set jit=off -- body 0f0551f2442f5cc317faca0f0dcd8334
alter function daybatch.read_events(bigint,bigint[],uuid,bigint,integer) owner to daybatch_owner;
grant execute on function daybatch.read_events(bigint,bigint[],uuid,bigint,integer) to daybatch_operator;
grant execute on function daybatch.read_events(bigint,bigint[],uuid,bigint,integer) to daybatch_service;
comment on function daybatch.read_events(bigint,bigint[],uuid,bigint,integer) is 'Lines of the history after an id, for event streams. Example: select daybatch.read_events(0, p_limit => 10);';

create function daybatch.read_metrics()
returns TABLE(metric text, label text, value double precision) language plpgsql stable security definer set search_path="" set jit=off -- body 5927c3c9a6279999beb209f197b64ee1
alter function daybatch.read_metrics() owner to daybatch_owner;
grant execute on function daybatch.read_metrics() to daybatch_operator;
grant execute on function daybatch.read_metrics() to daybatch_reader;
grant execute on function daybatch.read_metrics() to daybatch_service;
comment on function daybatch.read_metrics() is 'Figures of the whole database for Prometheus: open deliveries, lateness, doubts, queues, workers. Example: select metric, label, value from daybatch.read_metrics();';

create function daybatch.read_token(p_purpose text, p_token text)
returns bytea language plpgsql stable security definer set search_path="" set jit=off -- body 44b3a8189e9c6da33578782efa28e129
alter function daybatch.read_token(text,text) owner to daybatch_owner;
comment on function daybatch.read_token(text,text) is 'The payload that was signed for this purpose, null for anything else. Example: select daybatch.read_token(''unsubscribe'', daybatch.make_token(''bounce'', int8send(1))) is null;';

create function daybatch.record_bounces(p_source text, p_reports jsonb, p_signed_at timestamp with time zone DEFAULT NULL::timestamp with time zone)
returns TABLE(place integer, result text, kind text, campaign_id uuid, delivery_id bigint, suppressed boolean) language plpgsql volatile security definer set search_path="" set jit=off -- body 53d0cf62f5b08774a92d398d95ffc455
alter function daybatch.record_bounces(text,jsonb,timestamp with time zone) owner to daybatch_owner;
grant execute on function daybatch.record_bounces(text,jsonb,timestamp with time zone) to daybatch_operator;
grant execute on function daybatch.record_bounces(text,jsonb,timestamp with time zone) to daybatch_service;
comment on function daybatch.record_bounces(text,jsonb,timestamp with time zone) is 'Records bounces and complaints, suppresses addresses, pauses a campaign above its limits. Example: select * from daybatch.record_bounces(''postmark'', ''[{"email": "ada@example.org", "word": "permanent"}]'');';

create function daybatch.record_campaign_change()
returns trigger language plpgsql volatile security definer set search_path="" set jit=off -- body 30bace5ee1fc1059a82c1d15b75c9ea6
alter function daybatch.record_campaign_change() owner to daybatch_owner;
comment on function daybatch.record_campaign_change() is 'Trigger of public.campaigns: writes who changed what to daybatch.events. Example: select happened_at, event, done_by, detail from daybatch.events order by event_id desc limit 10;';

create function daybatch.record_event(p_campaign_id uuid, p_event text, p_detail jsonb DEFAULT '{}'::jsonb)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body f4a917a7f653273cdc21eb791df63b0a
alter function daybatch.record_event(uuid,text,jsonb) owner to daybatch_owner;
comment on function daybatch.record_event(uuid,text,jsonb) is 'Appends a line to daybatch.events. Example: select daybatch.record_event(null, ''note'', ''{"text": "moved to the new mail server"}'');';

create function daybatch.record_notice(p_campaign_id uuid, p_cause text, p_detail jsonb DEFAULT '{}'::jsonb, p_webhook_id uuid DEFAULT NULL::uuid)
returns bigint language plpgsql volatile security definer set search_path="" set jit=off -- body b6980f89f38ccb6d9b239704c058d8cc
alter function daybatch.record_notice(uuid,text,jsonb,uuid) owner to daybatch_owner;
grant execute on function daybatch.record_notice(uuid,text,jsonb,uuid) to daybatch_operator;
comment on function daybatch.record_notice(uuid,text,jsonb,uuid) is 'Tells operators of a campaign or a webhook, at most once per cause and hour. Example: select daybatch.record_notice(id, ''bounce_rate'', ''{"reason": "6 % of 200 bounced"}'') from public.campaigns where name = ''Spring offer'';';

create function daybatch.record_staged_rows(p_import_id uuid, p_after_line integer, p_line integer)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body a2da499ce98eeae3d43f1c423c03f108
alter function daybatch.record_staged_rows(uuid,integer,integer) owner to daybatch_owner;
grant execute on function daybatch.record_staged_rows(uuid,integer,integer) to daybatch_operator;
grant execute on function daybatch.record_staged_rows(uuid,integer,integer) to daybatch_service;
comment on function daybatch.record_staged_rows(uuid,integer,integer) is 'Says to which line the rows of an import are staged. Example: select daybatch.record_staged_rows(import_id, 0, 1000) from daybatch.imports limit 0;';

create function daybatch.record_sweep(p_source text, p_started_at timestamp with time zone, p_counts integer[])
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body 53de40c6e36521c7f78c37c8ee908d75
alter function daybatch.record_sweep(text,timestamp with time zone,integer[]) owner to daybatch_owner;
grant execute on function daybatch.record_sweep(text,timestamp with time zone,integer[]) to daybatch_operator;
grant execute on function daybatch.record_sweep(text,timestamp with time zone,integer[]) to daybatch_service;
comment on function daybatch.record_sweep(text,timestamp with time zone,integer[]) is 'Ends a sweep: releases expired claims, mends lost jobs, writes the log (part of process_campaigns). Example: select daybatch.record_sweep(''manual'', daybatch.current_moment(), ''{0,0,0,0}'');';

create function daybatch.record_webhook_try(p_message_id uuid, p_attempt_number integer, p_status_code integer, p_answer text, p_took_ms integer, p_retry_after_s integer DEFAULT NULL::integer)
returns text language plpgsql volatile security definer set search_path="" set jit=off -- body 5d6d6a2869e58c34dc728626905e7281
alter function daybatch.record_webhook_try(uuid,integer,integer,text,integer,integer) owner to daybatch_owner;
grant execute on function daybatch.record_webhook_try(uuid,integer,integer,text,integer,integer) to daybatch_operator;
grant execute on function daybatch.record_webhook_try(uuid,integer,integer,text,integer,integer) to daybatch_service;
comment on function daybatch.record_webhook_try(uuid,integer,integer,text,integer,integer) is 'Records what a receiver answered, and decides what follows. Example: select daybatch.record_webhook_try(message_id, attempt_count + 1, 200, ''ok'', 12) from daybatch.webhook_messages where status = ''waiting'' limit 1;';

create function daybatch.release_claims(p_claim_tokens uuid[])
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body 02d61307c64d9b9851618a7a33b31a63
alter function daybatch.release_claims(uuid[]) owner to daybatch_owner;
grant execute on function daybatch.release_claims(uuid[]) to daybatch_operator;
grant execute on function daybatch.release_claims(uuid[]) to daybatch_service;
comment on function daybatch.release_claims(uuid[]) is 'Gives back what a worker claimed and has not begun; returns how many. Example: select daybatch.release_claims(array[gen_random_uuid()]);';

create function daybatch.release_expired_claims(p_limit integer DEFAULT 1000)
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body 6a9e5c4676fc86c3768dfe9a08d5297c
alter function daybatch.release_expired_claims(integer) owner to daybatch_owner;
grant execute on function daybatch.release_expired_claims(integer) to daybatch_operator;
grant execute on function daybatch.release_expired_claims(integer) to daybatch_service;
comment on function daybatch.release_expired_claims(integer) is 'Releases claims of workers that died: claimed to queued, sending to in doubt. Example: select daybatch.release_expired_claims();';

create function daybatch.remove_attachment(p_campaign_id uuid, p_attachment_id bigint)
returns boolean language plpgsql volatile security definer set search_path="" set jit=off -- body 94e52fc10c9817f30c17b9a4ad8d56c6
alter function daybatch.remove_attachment(uuid,bigint) owner to daybatch_owner;
grant execute on function daybatch.remove_attachment(uuid,bigint) to daybatch_app;
grant execute on function daybatch.remove_attachment(uuid,bigint) to daybatch_operator;
grant execute on function daybatch.remove_attachment(uuid,bigint) to daybatch_service;
comment on function daybatch.remove_attachment(uuid,bigint) is 'Takes a file from a campaign''s message, from its next batch on. Example: select daybatch.remove_attachment(campaign_id, attachment_id) from daybatch.attachments limit 0;';

create function daybatch.remove_contact(p_campaign_id uuid, p_contact_id uuid)
returns boolean language plpgsql volatile security definer set search_path="" set jit=off -- body e1b1fd87fefaf117cf65164ea809442f
alter function daybatch.remove_contact(uuid,uuid) owner to daybatch_owner;
grant execute on function daybatch.remove_contact(uuid,uuid) to daybatch_operator;
comment on function daybatch.remove_contact(uuid,uuid) is 'Takes a contact out of a campaign before its turn; false when it was mailed already. Example: select daybatch.remove_contact(c.id, p.id) from public.campaigns as c, public.contacts as p limit 0;';

create function daybatch.remove_contacts(p_campaign_id uuid, p_contact_ids uuid[])
returns SETOF uuid language plpgsql volatile security definer set search_path="" set jit=off -- body e9f27cc71023431b7ac815d03138da71
alter function daybatch.remove_contacts(uuid,uuid[]) owner to daybatch_owner;
grant execute on function daybatch.remove_contacts(uuid,uuid[]) to daybatch_operator;
grant execute on function daybatch.remove_contacts(uuid,uuid[]) to daybatch_service;
comment on function daybatch.remove_contacts(uuid,uuid[]) is 'Takes several contacts out of a campaign before their turn. Example: select daybatch.remove_contacts(c.id, array[p.id]) from public.campaigns as c, public.contacts as p limit 0;';

create function daybatch.remove_smtp_server(p_name text)
returns boolean language plpgsql volatile security definer set search_path="" set jit=off -- body 8c87e49f40bbd583f3617ac1d2b37a85
alter function daybatch.remove_smtp_server(text) owner to daybatch_owner;
grant execute on function daybatch.remove_smtp_server(text) to daybatch_operator;
grant execute on function daybatch.remove_smtp_server(text) to daybatch_service;
comment on function daybatch.remove_smtp_server(text) is 'Takes an SMTP server away. Example: select daybatch.remove_smtp_server(''an old relay'');';

create function daybatch.remove_webhook(p_webhook_id uuid)
returns boolean language plpgsql volatile security definer set search_path="" set jit=off -- body 490a695b820b7a5b9e2afcba2e517490
alter function daybatch.remove_webhook(uuid) owner to daybatch_owner;
grant execute on function daybatch.remove_webhook(uuid) to daybatch_operator;
grant execute on function daybatch.remove_webhook(uuid) to daybatch_service;
comment on function daybatch.remove_webhook(uuid) is 'Removes a webhook with its messages. Example: select daybatch.remove_webhook(webhook_id) from daybatch.webhook_status where host = ''old.example.com'';';

create function daybatch.reopen_campaign(p_campaign_id uuid, p_now timestamp with time zone)
returns boolean language plpgsql volatile security definer set search_path="" set jit=off -- body 0c7eaef76e56036c5c38e4d63e505ad3
alter function daybatch.reopen_campaign(uuid,timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.reopen_campaign(uuid,timestamp with time zone) is 'Lets a completed campaign that got contacts back go on (part of add_contacts and resolve_in_doubt). Example: select daybatch.reopen_campaign(id, daybatch.current_moment()) from public.campaigns limit 0;';

create function daybatch.replace_adapter(p_view_name text, p_query text)
returns void language plpgsql volatile set search_path="" set jit=off -- body e86a200d4d30f60ef64cc4eacaf2fd8a
alter function daybatch.replace_adapter(text,text) owner to daybatch_owner;
comment on function daybatch.replace_adapter(text,text) is 'Makes an adapter view unless a DBA has replaced it (part of a deploy). Example: select a.view_name from daybatch.adapters as a;';

create function daybatch.replay_webhook(p_webhook_id uuid, p_since_event_id bigint DEFAULT NULL::bigint, p_since timestamp with time zone DEFAULT NULL::timestamp with time zone, p_message_id uuid DEFAULT NULL::uuid, p_limit integer DEFAULT 10000)
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body 92478e2c728e34d9695591b8a404b220
alter function daybatch.replay_webhook(uuid,bigint,timestamp with time zone,uuid,integer) owner to daybatch_owner;
grant execute on function daybatch.replay_webhook(uuid,bigint,timestamp with time zone,uuid,integer) to daybatch_operator;
grant execute on function daybatch.replay_webhook(uuid,bigint,timestamp with time zone,uuid,integer) to daybatch_service;
comment on function daybatch.replay_webhook(uuid,bigint,timestamp with time zone,uuid,integer) is 'Tells a webhook again, one message or everything since. Example: select daybatch.replay_webhook(webhook_id, p_since => now() - interval ''1 hour'') from daybatch.webhook_status;';

create function daybatch.report_import_progress(p_import_id uuid, p_phase text, p_row_count integer, p_byte_count bigint, p_merged_count integer DEFAULT 0)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body a91b387f4011ae6e1be25ac264fd7148
alter function daybatch.report_import_progress(uuid,text,integer,bigint,integer) owner to daybatch_owner;
grant execute on function daybatch.report_import_progress(uuid,text,integer,bigint,integer) to daybatch_operator;
grant execute on function daybatch.report_import_progress(uuid,text,integer,bigint,integer) to daybatch_service;
comment on function daybatch.report_import_progress(uuid,text,integer,bigint,integer) is 'Tells how far an import is. Example: select daybatch.report_import_progress(import_id, ''reading'', 1000, 65536) from daybatch.imports;';

create function daybatch.report_outcomes(p_campaign_id uuid, p_reports jsonb)
returns TABLE(delivery_id bigint, recorded boolean, status text, rule text, batch_finished boolean) language plpgsql volatile security definer set search_path="" set jit=off -- body 8943c28d708947bc6d2a822ce318f6b2
alter function daybatch.report_outcomes(uuid,jsonb) owner to daybatch_owner;
grant execute on function daybatch.report_outcomes(uuid,jsonb) to daybatch_operator;
grant execute on function daybatch.report_outcomes(uuid,jsonb) to daybatch_service;
comment on function daybatch.report_outcomes(uuid,jsonb) is 'Records what servers answered and decides what it means; repeatable, stale tokens change nothing. Example: select r.* from public.campaigns as c, daybatch.report_outcomes(c.id, ''[]'') as r where c.name = ''Spring offer'';';

create function daybatch.report_worker(p_worker_id text, p_connections integer, p_held_count integer DEFAULT 0, p_problem text DEFAULT NULL::text)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body aa143f6be5a5294e60c1af628e417ea3
alter function daybatch.report_worker(text,integer,integer,text) owner to daybatch_owner;
grant execute on function daybatch.report_worker(text,integer,integer,text) to daybatch_operator;
grant execute on function daybatch.report_worker(text,integer,integer,text) to daybatch_service;
comment on function daybatch.report_worker(text,integer,integer,text) is 'A worker''s sign of life, shown by worker_status. Example: select daybatch.report_worker(''psql'', 1);';

create function daybatch.reseal_webhook_secret(p_webhook_id uuid, p_sealed_secret text, p_previous_sealed_secret text)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body af78b13711ac64171b9615361372ac3e
alter function daybatch.reseal_webhook_secret(uuid,text,text) owner to daybatch_owner;
grant execute on function daybatch.reseal_webhook_secret(uuid,text,text) to daybatch_operator;
grant execute on function daybatch.reseal_webhook_secret(uuid,text,text) to daybatch_service;
comment on function daybatch.reseal_webhook_secret(uuid,text,text) is 'Stores the secrets of a webhook sealed with another key. Example: select daybatch.reseal_webhook_secret(webhook_id, ''v1.2027.sealed.by-the-service'', null) from daybatch.webhooks;';

create function daybatch.resolve_all_in_doubt(p_campaign_id uuid, p_as text, p_contact_ids uuid[] DEFAULT NULL::uuid[])
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body e93634064f510ef1918aa65ade0d2615
alter function daybatch.resolve_all_in_doubt(uuid,text,uuid[]) owner to daybatch_owner;
grant execute on function daybatch.resolve_all_in_doubt(uuid,text,uuid[]) to daybatch_operator;
grant execute on function daybatch.resolve_all_in_doubt(uuid,text,uuid[]) to daybatch_service;
comment on function daybatch.resolve_all_in_doubt(uuid,text,uuid[]) is 'Settles all (or some contacts'') mails in doubt of a campaign as sent or not_sent. Example: select daybatch.resolve_all_in_doubt(id, ''sent'') from public.campaigns where name = ''Spring offer'';';

create function daybatch.resolve_in_doubt(p_campaign_id uuid, p_contact_id uuid, p_as text)
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body f23007c09772c8ffb7319d9cd2c3fbec
alter function daybatch.resolve_in_doubt(uuid,uuid,text) owner to daybatch_owner;
grant execute on function daybatch.resolve_in_doubt(uuid,uuid,text) to daybatch_operator;
comment on function daybatch.resolve_in_doubt(uuid,uuid,text) is 'Settles one mail in doubt as sent or not_sent. Example: select daybatch.resolve_in_doubt(campaign_id, contact_id, ''sent'') from daybatch.deliveries where status = ''in_doubt'' limit 0;';

create function daybatch.resume_campaign(p_campaign_id uuid)
returns text language plpgsql volatile security definer set search_path="" set jit=off -- body 1e490467d671b14f5565a68916238e32
alter function daybatch.resume_campaign(uuid) owner to daybatch_owner;
grant execute on function daybatch.resume_campaign(uuid) to daybatch_app;
grant execute on function daybatch.resume_campaign(uuid) to daybatch_operator;
grant execute on function daybatch.resume_campaign(uuid) to daybatch_service;
comment on function daybatch.resume_campaign(uuid) is 'Resumes a paused campaign; its next batch is due at its old time or now, whichever is later. Example: select daybatch.resume_campaign(id) from public.campaigns where name = ''Spring offer'';';

create function daybatch.retry_failed(p_campaign_id uuid, p_contact_ids uuid[] DEFAULT NULL::uuid[])
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body d3c56a164ae3b373d946f5dd541e6714
alter function daybatch.retry_failed(uuid,uuid[]) owner to daybatch_owner;
grant execute on function daybatch.retry_failed(uuid,uuid[]) to daybatch_operator;
grant execute on function daybatch.retry_failed(uuid,uuid[]) to daybatch_service;
comment on function daybatch.retry_failed(uuid,uuid[]) is 'Puts refused contacts back to remaining and returns how many. Example: select daybatch.retry_failed(id) from public.campaigns where name = ''Spring offer'';';

create function daybatch.return_claims(p_campaign_id uuid, p_claim_tokens uuid[], p_expired boolean)
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body 08bb82c7634861070525785ddb4ed77f
alter function daybatch.return_claims(uuid,uuid[],boolean) owner to daybatch_owner;
comment on function daybatch.return_claims(uuid,uuid[],boolean) is 'Takes a campaign''s claims back: claimed to queued, sending to in doubt when the worker is gone (part of release_claims). Example: select daybatch.return_claims(id, ''{}'', true) from public.campaigns limit 0;';

create function daybatch.return_unsent(p_campaign_id uuid, p_batch_number integer)
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body f16e0e99f59064bee6362fa2547df4c3
alter function daybatch.return_unsent(uuid,integer) owner to daybatch_owner;
comment on function daybatch.return_unsent(uuid,integer) is 'Returns the unsent deliveries of a batch to remaining (part of close_batch). Example: select daybatch.return_unsent(id, 1) from public.campaigns limit 0;';

create function daybatch.revoke_api_key(p_key_id text)
returns boolean language plpgsql volatile security definer set search_path="" set jit=off -- body 2cef47840c7eaab45a5cfadfd9133a70
alter function daybatch.revoke_api_key(text) owner to daybatch_owner;
grant execute on function daybatch.revoke_api_key(text) to daybatch_operator;
grant execute on function daybatch.revoke_api_key(text) to daybatch_service;
comment on function daybatch.revoke_api_key(text) is 'Takes a key of the API back. Example: select daybatch.revoke_api_key(key_id) from daybatch.list_api_keys() where name = ''shop backend'';';

create function daybatch.rotate_token_key(p_retire boolean DEFAULT false)
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body 1621af19af001ea44a46cdfa07bd8bd3
alter function daybatch.rotate_token_key(boolean) owner to daybatch_owner;
grant execute on function daybatch.rotate_token_key(boolean) to daybatch_operator;
grant execute on function daybatch.rotate_token_key(boolean) to daybatch_service;
comment on function daybatch.rotate_token_key(boolean) is 'Makes a new key for return paths and unsubscribe links; true also retires the older ones. Example: select daybatch.rotate_token_key();';

create function daybatch.rotate_webhook_secret(p_webhook_id uuid, p_sealed_secret text, p_keep interval DEFAULT '24:00:00'::interval)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body 38bd5b9ac2dce34e1f235209f2db6035
alter function daybatch.rotate_webhook_secret(uuid,text,interval) owner to daybatch_owner;
grant execute on function daybatch.rotate_webhook_secret(uuid,text,interval) to daybatch_operator;
grant execute on function daybatch.rotate_webhook_secret(uuid,text,interval) to daybatch_service;
comment on function daybatch.rotate_webhook_secret(uuid,text,interval) is 'Gives a webhook another secret; the one before signs too for a while. Example: select daybatch.rotate_webhook_secret(webhook_id, ''v1.2026.sealed.by-the-service'') from daybatch.webhooks;';

create function daybatch.schedule_campaign(p_campaign_id uuid, p_scheduled_at timestamp with time zone)
returns text language plpgsql volatile security definer set search_path="" set jit=off -- body 29363a1b98709a76e71cf7b99b5b7b3b
alter function daybatch.schedule_campaign(uuid,timestamp with time zone) owner to daybatch_owner;
grant execute on function daybatch.schedule_campaign(uuid,timestamp with time zone) to daybatch_app;
grant execute on function daybatch.schedule_campaign(uuid,timestamp with time zone) to daybatch_operator;
grant execute on function daybatch.schedule_campaign(uuid,timestamp with time zone) to daybatch_service;
comment on function daybatch.schedule_campaign(uuid,timestamp with time zone) is 'Schedules a campaign for a moment. Example: select daybatch.schedule_campaign(id, now() + interval ''2 hours'') from public.campaigns where name = ''Summer offer'';';

create function daybatch.set_bounce_limits(p_campaign_id uuid DEFAULT NULL::uuid, p_bounce_rate numeric DEFAULT NULL::numeric, p_bounce_minimum integer DEFAULT NULL::integer, p_complaint_rate numeric DEFAULT NULL::numeric, p_complaint_minimum integer DEFAULT NULL::integer)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body c74183ad54ff8c35cd7069914b0ec73c
alter function daybatch.set_bounce_limits(uuid,numeric,integer,numeric,integer) owner to daybatch_owner;
grant execute on function daybatch.set_bounce_limits(uuid,numeric,integer,numeric,integer) to daybatch_operator;
grant execute on function daybatch.set_bounce_limits(uuid,numeric,integer,numeric,integer) to daybatch_service;
comment on function daybatch.set_bounce_limits(uuid,numeric,integer,numeric,integer) is 'Sets from which share on bounces and complaints pause a campaign, or all. Example: select daybatch.set_bounce_limits(id, p_bounce_rate => 0.02) from public.campaigns where name = ''Spring offer'';';

create function daybatch.set_daily_limit(p_campaign_id uuid, p_limit integer)
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body cdab099fe90564c14fae1c52aed1e97a
alter function daybatch.set_daily_limit(uuid,integer) owner to daybatch_owner;
grant execute on function daybatch.set_daily_limit(uuid,integer) to daybatch_app;
grant execute on function daybatch.set_daily_limit(uuid,integer) to daybatch_operator;
grant execute on function daybatch.set_daily_limit(uuid,integer) to daybatch_service;
comment on function daybatch.set_daily_limit(uuid,integer) is 'Changes the daily limit from the next batch on. Example: select daybatch.set_daily_limit(id, 20) from public.campaigns where name = ''Spring offer'';';

create function daybatch.set_smtp_server(p_name text, p_server jsonb)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body 5c116732e2cbfffa64ca5bf29ebe744f
alter function daybatch.set_smtp_server(text,jsonb) owner to daybatch_owner;
grant execute on function daybatch.set_smtp_server(text,jsonb) to daybatch_operator;
grant execute on function daybatch.set_smtp_server(text,jsonb) to daybatch_service;
comment on function daybatch.set_smtp_server(text,jsonb) is 'Makes or changes an SMTP server, or the limits of default. Example: select daybatch.set_smtp_server(''default'', ''{"per_second": 10, "connections": 4}'');';

create function daybatch.settle_accepted(p_campaign_id uuid, p_reports jsonb, p_now timestamp with time zone)
returns TABLE(settled_count integer, settled_ids bigint[], settled_tokens uuid[]) language plpgsql volatile security definer set search_path="" set jit=off -- body b0944bd6db2e21536e572d2d28690c97
alter function daybatch.settle_accepted(uuid,jsonb,timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.settle_accepted(uuid,jsonb,timestamp with time zone) is 'Settles reports that are all acceptances (part of settle_reports). Example: select settled_count from daybatch.settle_accepted(''00000000-0000-0000-0000-000000000000'', ''[]'', daybatch.current_moment());';

create function daybatch.settle_deliveries(p_campaign_id uuid, p_delivery_ids bigint[], p_status text, p_now timestamp with time zone)
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body dd3e59467808c06148425359d2a7b838
alter function daybatch.settle_deliveries(uuid,bigint[],text,timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.settle_deliveries(uuid,bigint[],text,timestamp with time zone) is 'Moves settled deliveries to sent or back to remaining, ledger and arrays together (part of resolve_in_doubt). Example: select daybatch.settle_deliveries(''00000000-0000-0000-0000-000000000000'', ''{}'', ''sent'', daybatch.current_moment());';

create function daybatch.settle_late_report(p_campaign_id uuid, p_report jsonb, p_now timestamp with time zone)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body 858574f3964001aa45e58b1602ee4519
alter function daybatch.settle_late_report(uuid,jsonb,timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.settle_late_report(uuid,jsonb,timestamp with time zone) is 'Settles a doubt by an acceptance that came late (part of report_outcomes). Example: select daybatch.settle_late_report(''00000000-0000-0000-0000-000000000000'', ''{"delivery_id": 1, "stage": "rcpt"}'', daybatch.current_moment());';

create function daybatch.settle_replies(p_campaign_id uuid, p_reports jsonb, p_now timestamp with time zone)
returns TABLE(settled_count integer, settled_ids bigint[], settled_tokens uuid[], refusal text, pause_reason text) language plpgsql volatile security definer set search_path="" set jit=off -- body db2ff70f509cb942f7b111f34d4c2908
alter function daybatch.settle_replies(uuid,jsonb,timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.settle_replies(uuid,jsonb,timestamp with time zone) is 'Settles reports with other answers than acceptances (part of settle_reports). Example: select settled_count from daybatch.settle_replies(''00000000-0000-0000-0000-000000000000'', ''[]'', daybatch.current_moment());';

create function daybatch.settle_reports(p_campaign_id uuid, p_reports jsonb, p_now timestamp with time zone, p_are_accepted boolean)
returns TABLE(settled_count integer, settled_ids bigint[], settled_tokens uuid[], refusal text, pause_reason text) language plpgsql volatile security definer set search_path="" set jit=off -- body ad76981ea81daf0f9562a59e8c9ec35b
alter function daybatch.settle_reports(uuid,jsonb,timestamp with time zone,boolean) owner to daybatch_owner;
comment on function daybatch.settle_reports(uuid,jsonb,timestamp with time zone,boolean) is 'Settles reports of live claims (part of report_outcomes). Example: select settled_count from daybatch.settle_reports(''00000000-0000-0000-0000-000000000000'', ''[]'', daybatch.current_moment(), true);';

create function daybatch.shift_campaign_back(p_campaign_id uuid, p_by interval)
returns void language plpgsql volatile set search_path="" set jit=off -- body a9d598916373c4690767fd664bc4daef
alter function daybatch.shift_campaign_back(uuid,interval) owner to daybatch_owner;
comment on function daybatch.shift_campaign_back(uuid,interval) is 'Moves a simulated campaign''s times back (part of test_batch_campaign, owner only). Example: select daybatch.shift_campaign_back(id, interval ''24 hours'') from public.campaigns limit 0;';

create function daybatch.simulate_batches(p_contacts integer, p_limit integer)
returns jsonb language plpgsql volatile set search_path="" set jit=off -- body 0c0001c6e4912980ba39d28e27086b49
alter function daybatch.simulate_batches(integer,integer) owner to daybatch_owner;
comment on function daybatch.simulate_batches(integer,integer) is 'The body of test_batch_campaign; call that one. Example: select daybatch.test_batch_campaign() -> ''ok'';';

create function daybatch.simulate_campaign(p_contacts integer, p_limit integer DEFAULT 5, p_interval interval DEFAULT '24:00:00'::interval, p_start_at timestamp with time zone DEFAULT NULL::timestamp with time zone, p_rules jsonb DEFAULT NULL::jsonb)
returns TABLE(batch_number integer, due_at timestamp with time zone, size integer, remaining_after integer) language plpgsql stable security definer set search_path="" set jit=off -- body de4620408a7f4c61d6a961e2b0de3b56
alter function daybatch.simulate_campaign(integer,integer,interval,timestamp with time zone,jsonb) owner to daybatch_owner;
grant execute on function daybatch.simulate_campaign(integer,integer,interval,timestamp with time zone,jsonb) to daybatch_app;
grant execute on function daybatch.simulate_campaign(integer,integer,interval,timestamp with time zone,jsonb) to daybatch_operator;
grant execute on function daybatch.simulate_campaign(integer,integer,interval,timestamp with time zone,jsonb) to daybatch_reader;
grant execute on function daybatch.simulate_campaign(integer,integer,interval,timestamp with time zone,jsonb) to daybatch_service;
comment on function daybatch.simulate_campaign(integer,integer,interval,timestamp with time zone,jsonb) is 'The batches that so many contacts take at a limit. Example: select * from daybatch.simulate_campaign(17, 5);';

create function daybatch.skip_ineligible(p_campaign_id uuid, p_lists jsonb, p_delivery_ids bigint[])
returns bigint[] language plpgsql volatile security definer set search_path="" set jit=off -- body 827a02251c211fc25f0093a7e76b069a
alter function daybatch.skip_ineligible(uuid,jsonb,bigint[]) owner to daybatch_owner;
comment on function daybatch.skip_ineligible(uuid,jsonb,bigint[]) is 'Settles as skipped those of the deliveries whose contact may not be mailed now, returns the others (part of claim_deliveries). Example: select daybatch.skip_ineligible(''00000000-0000-0000-0000-000000000000'', ''[]'', ''{}'');';

create function daybatch.start_campaign(p_campaign_id uuid)
returns text language plpgsql volatile security definer set search_path="" set jit=off -- body 949905b0d40ba71987357d72ced71c05
alter function daybatch.start_campaign(uuid) owner to daybatch_owner;
grant execute on function daybatch.start_campaign(uuid) to daybatch_app;
grant execute on function daybatch.start_campaign(uuid) to daybatch_operator;
grant execute on function daybatch.start_campaign(uuid) to daybatch_service;
comment on function daybatch.start_campaign(uuid) is 'Starts a campaign now, or refuses with the reason. Example: select daybatch.start_campaign(id) from public.campaigns where name = ''Spring offer'';';

create function daybatch.suppress_address(p_email text, p_reason text DEFAULT 'manual'::text, p_list_id uuid DEFAULT NULL::uuid, p_source text DEFAULT 'manual'::text)
returns boolean language plpgsql volatile security definer set search_path="" set jit=off -- body 25426ef946c180ffa9dca2ab4e6c7ddd
alter function daybatch.suppress_address(text,text,uuid,text) owner to daybatch_owner;
grant execute on function daybatch.suppress_address(text,text,uuid,text) to daybatch_operator;
grant execute on function daybatch.suppress_address(text,text,uuid,text) to daybatch_service;
comment on function daybatch.suppress_address(text,text,uuid,text) is 'Never mail an address again, in any campaign or in those of one list. Example: select daybatch.suppress_address(''ada@example.org'', ''complained'');';

create function daybatch.suppress_import(p_import_id uuid)
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body d97051c4ffe393a3360133cb9c264abf
alter function daybatch.suppress_import(uuid) owner to daybatch_owner;
comment on function daybatch.suppress_import(uuid) is 'Suppresses what a file says must not be mailed (part of merge_import). Example: select daybatch.suppress_import(import_id) from daybatch.imports limit 0;';

create function daybatch.suppress_refused(p_campaign_id uuid, p_delivery_ids bigint[], p_claim_tokens uuid[], p_now timestamp with time zone)
returns integer language plpgsql volatile security definer set search_path="" set jit=off -- body 725217fd7b0a5e25487c868a1bca9ac0
alter function daybatch.suppress_refused(uuid,bigint[],uuid[],timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.suppress_refused(uuid,bigint[],uuid[],timestamp with time zone) is 'Suppresses addresses that a server refused for good (part of report_outcomes). Example: select daybatch.suppress_refused(null, ''{}'', ''{}'', daybatch.current_moment());';

create function daybatch.switch_webhook(p_webhook_id uuid, p_is_enabled boolean, p_reason text DEFAULT NULL::text)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body 6551e5434165352b7f0dd248182aa99b
alter function daybatch.switch_webhook(uuid,boolean,text) owner to daybatch_owner;
grant execute on function daybatch.switch_webhook(uuid,boolean,text) to daybatch_operator;
grant execute on function daybatch.switch_webhook(uuid,boolean,text) to daybatch_service;
comment on function daybatch.switch_webhook(uuid,boolean,text) is 'Switches a webhook on or off. Example: select daybatch.switch_webhook(webhook_id, true) from daybatch.webhook_status where not is_enabled;';

create function daybatch.take_notice(p_notice_id bigint)
returns TABLE(notice_id bigint, campaign_id uuid, name text, status text, cause text, detail jsonb, happened_at timestamp with time zone, total_contacts integer, processed_count integer, failed_count integer, remaining_count integer, next_batch_send_time timestamp with time zone) language sql volatile security definer set search_path="" set jit=off -- body dac7103e50105327032a05372b6c05d0
alter function daybatch.take_notice(bigint) owner to daybatch_owner;
grant execute on function daybatch.take_notice(bigint) to daybatch_operator;
grant execute on function daybatch.take_notice(bigint) to daybatch_service;
comment on function daybatch.take_notice(bigint) is 'A notice with the campaign''s figures, to be told now. Example: select cause, detail from daybatch.take_notice(1);';

create function daybatch.take_over(p_confirm boolean DEFAULT false)
returns text language plpgsql volatile security definer set search_path="" set jit=off -- body 05e6d1eb4815fffec59fca2c8af25242
alter function daybatch.take_over(boolean) owner to daybatch_owner;
grant execute on function daybatch.take_over(boolean) to daybatch_operator;
grant execute on function daybatch.take_over(boolean) to daybatch_service;
comment on function daybatch.take_over(boolean) is 'Wakes the engine beside an older application, once confirmed. Example: select daybatch.take_over();';

create function daybatch.take_webhook_message(p_message_id uuid)
returns TABLE(message_id uuid, webhook_id uuid, url text, sealed_secret text, previous_sealed_secret text, attempt_number integer, body text) language sql stable security definer set search_path="" set jit=off -- body 9a9dfa7ee609ca18f49adceb737df0e9
alter function daybatch.take_webhook_message(uuid) owner to daybatch_owner;
grant execute on function daybatch.take_webhook_message(uuid) to daybatch_operator;
grant execute on function daybatch.take_webhook_message(uuid) to daybatch_service;
comment on function daybatch.take_webhook_message(uuid) is 'A webhook message to be sent now. Example: select t.body from daybatch.webhook_messages as m, daybatch.take_webhook_message(m.message_id) as t limit 1;';

create function daybatch.tell_lists_are_checked()
returns trigger language plpgsql volatile security definer set search_path="" set jit=off -- body 2115c230c1427c7699467e5ec7cc90c7
alter function daybatch.tell_lists_are_checked() owner to daybatch_owner;
comment on function daybatch.tell_lists_are_checked() is 'Trigger of public.campaigns: tells check_lists_visible whether the engine is awake. Example: select current_setting(''daybatch.lists_are_checked'', true);';

create function daybatch.test_batch_campaign()
returns jsonb language plpgsql volatile security definer set search_path="" set jit=off set TimeZone=UTC -- body 23e572a0e8cade8ce4b04efea08b1734
alter function daybatch.test_batch_campaign() owner to daybatch_owner;
grant execute on function daybatch.test_batch_campaign() to daybatch_operator;
grant execute on function daybatch.test_batch_campaign() to daybatch_service;
comment on function daybatch.test_batch_campaign() is 'Runs a simulated campaign through the production functions, rolled back inside, and reports every disagreement. Example: select jsonb_pretty(daybatch.test_batch_campaign());';

create function daybatch.test_webhook(p_webhook_id uuid)
returns uuid language plpgsql volatile security definer set search_path="" set jit=off -- body 54a2418843c708457f75afa9bf6a8b78
alter function daybatch.test_webhook(uuid) owner to daybatch_owner;
grant execute on function daybatch.test_webhook(uuid) to daybatch_operator;
grant execute on function daybatch.test_webhook(uuid) to daybatch_service;
comment on function daybatch.test_webhook(uuid) is 'Sends a webhook a test message. Example: select daybatch.test_webhook(webhook_id) from daybatch.webhook_status where host = ''example.com'';';

create function daybatch.track_deliveries(p_delivery_ids bigint[], p_is_first boolean DEFAULT false)
returns integer language plpgsql volatile security definer set search_path="" set jit=off set lock_timeout=1s -- body 07d7ca5e354c612d7131fd93c2f72af2
alter function daybatch.track_deliveries(bigint[],boolean) owner to daybatch_owner;
comment on function daybatch.track_deliveries(bigint[],boolean) is 'Writes outcomes into public.email_tracking and never fails (part of report_outcomes and of every sweep). Example: select daybatch.track_deliveries(''{}'');';

create function daybatch.track_outcomes()
returns trigger language plpgsql volatile security definer set search_path="" set jit=off -- body cd5377f8ed2ccc9f379b1f29901c8385
alter function daybatch.track_outcomes() owner to daybatch_owner;
comment on function daybatch.track_outcomes() is 'Trigger of daybatch.deliveries beside an older application: tells public.email_tracking each outcome. Example: select tgname from pg_trigger where tgname like ''daybatch_020_track%'';';

create function daybatch.uncount_refused(p_batch daybatch.batches, p_claim_tokens uuid[], p_now timestamp with time zone)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body 4cf0406fe45187ddf617c0d981c2ca3d
alter function daybatch.uncount_refused(daybatch.batches,uuid[],timestamp with time zone) owner to daybatch_owner;
comment on function daybatch.uncount_refused(daybatch.batches,uuid[],timestamp with time zone) is 'Takes refused mails out of the counted limits (part of report_outcomes). Example: select daybatch.uncount_refused(b, ''{}'', daybatch.current_moment()) from daybatch.batches as b limit 0;';

create function daybatch.unsubscribe_by_token(p_token text, p_source text DEFAULT 'link'::text)
returns boolean language plpgsql volatile security definer set search_path="" set jit=off -- body dd54dc1f5268eccca2ea95bb134eced0
alter function daybatch.unsubscribe_by_token(text,text) owner to daybatch_owner;
grant execute on function daybatch.unsubscribe_by_token(text,text) to daybatch_operator;
grant execute on function daybatch.unsubscribe_by_token(text,text) to daybatch_service;
comment on function daybatch.unsubscribe_by_token(text,text) is 'Unsubscribes whoever got the mail with this token; false when that was so already. Example: select daybatch.unsubscribe_by_token(daybatch.make_token(''unsubscribe'', int8send(d.delivery_id))) from daybatch.deliveries as d limit 0;';

create function daybatch.unsubscribe_contact(p_contact_id uuid, p_source text DEFAULT 'manual'::text)
returns boolean language plpgsql volatile security definer set search_path="" set jit=off -- body 1860c3ea082b5915bd86e0edb74ee193
alter function daybatch.unsubscribe_contact(uuid,text) owner to daybatch_owner;
grant execute on function daybatch.unsubscribe_contact(uuid,text) to daybatch_operator;
grant execute on function daybatch.unsubscribe_contact(uuid,text) to daybatch_service;
comment on function daybatch.unsubscribe_contact(uuid,text) is 'Unsubscribes a contact from everything, by contact and by address. Example: select daybatch.unsubscribe_contact(id) from public.contacts where lower(email) = ''ada@example.org'';';

create function daybatch.update_campaign(p_campaign_id uuid, p_changes jsonb)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body 3d5982d3271890192b100b12edbec94c
alter function daybatch.update_campaign(uuid,jsonb) owner to daybatch_owner;
grant execute on function daybatch.update_campaign(uuid,jsonb) to daybatch_app;
grant execute on function daybatch.update_campaign(uuid,jsonb) to daybatch_operator;
grant execute on function daybatch.update_campaign(uuid,jsonb) to daybatch_service;
comment on function daybatch.update_campaign(uuid,jsonb) is 'Changes name, message, limit, or (before the first batch) lists and interval. Example: select daybatch.update_campaign(id, ''{"subject": "Spring has come"}'') from public.campaigns where name = ''Spring offer'';';

create function daybatch.update_contact(p_contact_id uuid, p_changes jsonb)
returns jsonb language plpgsql volatile security definer set search_path="" set jit=off -- body 34009234a8f2c693c6c5e04d492ea49e
alter function daybatch.update_contact(uuid,jsonb) owner to daybatch_owner;
grant execute on function daybatch.update_contact(uuid,jsonb) to daybatch_operator;
grant execute on function daybatch.update_contact(uuid,jsonb) to daybatch_service;
comment on function daybatch.update_contact(uuid,jsonb) is 'Changes a contact; attributes are merged. Example: select daybatch.update_contact(id, ''{"attributes": {"city": "London"}}'') from public.contacts where lower(email) = ''ada@example.org'';';

create function daybatch.verify_campaign(p_campaign_id uuid)
returns TABLE(promise text, holds boolean, figures text) language plpgsql stable security definer set search_path="" set jit=off set work_mem=64MB -- body 85f53b3d753c8680583b169d222b56fd
alter function daybatch.verify_campaign(uuid) owner to daybatch_owner;
grant execute on function daybatch.verify_campaign(uuid) to daybatch_operator;
grant execute on function daybatch.verify_campaign(uuid) to daybatch_reader;
grant execute on function daybatch.verify_campaign(uuid) to daybatch_service;
comment on function daybatch.verify_campaign(uuid) is 'The proof for one campaign, promise by promise; MB022 when one does not hold. Example: select v.* from public.campaigns as c, daybatch.verify_campaign(c.id) as v where c.name = ''Spring offer'';';

create function daybatch.write_suppression(p_address_key bytea, p_list_id uuid, p_reason text, p_source text)
returns boolean language plpgsql volatile security definer set search_path="" set jit=off -- body e30652c12ec24c0403c68eb2e2285386
alter function daybatch.write_suppression(bytea,uuid,text,text) owner to daybatch_owner;
comment on function daybatch.write_suppression(bytea,uuid,text,text) is 'Suppresses an address by its keyed hash (part of suppress_address). Example: select daybatch.write_suppression(daybatch.calculate_address_key(''ada@example.org''), null, ''manual'', ''psql'');';

create function daybatch.write_tracking(p_outcomes jsonb, p_is_first boolean DEFAULT false)
returns void language plpgsql volatile security definer set search_path="" set jit=off -- body 01b954dc282a6977bb662d947a4e381d
alter function daybatch.write_tracking(jsonb,boolean) owner to daybatch_owner;
comment on function daybatch.write_tracking(jsonb,boolean) is 'Writes outcomes into public.email_tracking, where that table is (part of track_deliveries). Example: select daybatch.write_tracking(''[]'');';


-- default privileges

-- none
