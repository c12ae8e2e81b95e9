-- One row per batch. The chain of batches is kept by one foreign key: every batch names its predecessor, the moment
-- its interval is counted from and that interval, so that a batch that comes too early is an impossible row.

create table daybatch.campaign_messages (
  campaign_id uuid not null,
  message_version integer not null,
  subject text not null,
  sender text,
  reply_to text,
  html_body text,
  text_body text,
  created_at timestamptz not null,
  primary key (campaign_id, message_version),
  constraint message_has_a_body check (coalesce(html_body, text_body) is not null)
);

comment on table daybatch.campaign_messages is 'The message as each batch froze it: an edit of a running campaign applies from the next batch.';

create table daybatch.batches (
  campaign_id uuid not null,
  batch_number integer not null,
  send_limit integer not null,
  batch_interval interval not null,
  source text not null,
  due_at timestamptz not null,
  opened_at timestamptz not null,
  counted_at timestamptz not null,
  spaced_from timestamptz not null,
  cut_off_at timestamptz not null,
  previous_batch_number integer,
  previous_spaced_from timestamptz,
  previous_interval interval,
  message_version integer,
  -- how many contacts of the head of contacts_remaining the opening took; close_batch rewrites only these
  head_length integer not null default 0,
  slot_count integer not null default 0,
  -- first attempts are claimed by this cursor over the slots: no index mentions status, so updates stay HOT
  next_slot integer not null default 1,
  last_begun_at timestamptz,
  refused_since timestamptz,
  refused_until timestamptz,
  refusal text,
  refusal_count integer not null default 0,
  closed_at timestamptz,
  sent_count integer,
  failed_count integer,
  skipped_count integer,
  in_doubt_count integer,
  returned_count integer,
  remaining_count integer,
  primary key (campaign_id, batch_number),
  constraint a_delivery_copies_its_batch_limit unique (campaign_id, batch_number, send_limit),
  constraint the_next_batch_copies_spacing unique (campaign_id, batch_number, spaced_from, batch_interval),
  constraint predecessor_is_as_the_chain_says foreign key (campaign_id, previous_batch_number, previous_spaced_from, previous_interval)
    references daybatch.batches (campaign_id, batch_number, spaced_from, batch_interval),
  constraint batch_number_is_not_negative check (batch_number >= 0),
  constraint limit_is_at_least_one check (send_limit >= 1),
  constraint interval_is_given_in_hours check (extract(year from batch_interval) = 0 and extract(month from batch_interval) = 0
    and extract(day from batch_interval) = 0 and batch_interval >= interval '1 second'),
  constraint predecessor_is_named_whole_or_not_at_all check (num_nulls(previous_batch_number, previous_spaced_from, previous_interval) in (0, 3)),
  constraint predecessor_is_the_batch_before check (previous_batch_number = batch_number - 1),
  constraint only_the_first_has_no_predecessor check (batch_number <= 1 or previous_batch_number is not null or source = 'old_method'),
  constraint batch_is_not_too_early check (counted_at - previous_spaced_from >= previous_interval),
  constraint counted_at_is_near_the_opening check (source = 'old_method' or (counted_at >= due_at
    and counted_at <= opened_at + least(interval '5 minutes', batch_interval / 10))),
  constraint spacing_never_starts_before_counting check (spaced_from >= counted_at),
  constraint cut_off_is_inside_the_interval check (cut_off_at < counted_at + batch_interval or source = 'old_method'),
  constraint slots_stay_within_the_limit check (slot_count between 0 and send_limit),
  constraint next_slot_is_a_slot_or_one_past check (next_slot between 1 and slot_count + 1),
  constraint refusal_is_told_whole_or_not_at_all check (num_nulls(refused_since, refused_until, refusal) in (0, 3)),
  constraint counts_are_frozen_at_the_close check (
    (closed_at is null) = (num_nulls(sent_count, failed_count, skipped_count, in_doubt_count, returned_count, remaining_count) = 6)
    and num_nulls(sent_count, failed_count, skipped_count, in_doubt_count, returned_count, remaining_count) in (0, 6)),
  constraint sent_never_exceeds_the_limit check (sent_count <= send_limit or source = 'old_method')
);

create unique index batches_only_one_open_per_campaign on daybatch.batches (campaign_id) where closed_at is null;

comment on table daybatch.batches is 'One row per batch of a campaign; the root of an adopted campaign''s chain (source old_method, number 0 or the last of the old history) stands for the mails of an older method.';
comment on column daybatch.batches.counted_at is 'The moment the batch counts from: due_at when opened within the window, else opened_at.';
comment on column daybatch.batches.spaced_from is 'The moment the next interval counts from: counted_at, or the restart after a standstill.';
comment on column daybatch.batches.cut_off_at is 'No first attempt from here on: what is unsent goes back to remaining.';
