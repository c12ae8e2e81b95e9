-- Out-going webhooks: who is told of which events, each message with its tries, and how far delivery outcomes were told.

create table daybatch.webhooks (
  webhook_id uuid primary key,
  url text not null,
  event_types text[] not null,
  campaign_id uuid,
  sealed_secret text not null,
  previous_sealed_secret text,
  previous_until timestamptz,
  is_enabled boolean not null default true,
  disabled_reason text,
  failing_since timestamptz,
  outcomes_after bigint not null,
  outcomes_seen bigint,
  outcomes_seen_xid xid8,
  created_at timestamptz not null,
  created_by text not null default session_user,
  constraint url_is_http check (url ~ '^https?://[^@/?#]+([/?#]|$)'),
  constraint events_are_named check (cardinality(event_types) > 0),
  constraint secrets_are_sealed check (sealed_secret ~ '^v1\.' and previous_sealed_secret ~ '^v1\.'),
  constraint a_previous_secret_has_an_end check (num_nulls(previous_sealed_secret, previous_until) in (0, 2)),
  constraint outcomes_are_seen_with_their_snapshot check (num_nulls(outcomes_seen, outcomes_seen_xid) in (0, 2))
);

comment on table daybatch.webhooks is 'Who is told of which events over HTTP. A secret is sealed with a key that is not in the database.';
comment on column daybatch.webhooks.event_types is 'Names of events, * for every line of daybatch.events, delivery_outcomes for what became of each try.';
comment on column daybatch.webhooks.outcomes_after is 'The last try (attempt_id) that was put into a message; only for delivery_outcomes.';
comment on column daybatch.webhooks.outcomes_seen is 'The highest try seen; told once every transaction of that time (outcomes_seen_xid) has ended.';

create table daybatch.webhook_messages (
  message_id uuid primary key default gen_random_uuid(),
  webhook_id uuid not null,
  event_type text not null,
  campaign_id uuid,
  event_id bigint,
  outcomes_after bigint,
  outcomes_until bigint,
  created_at timestamptz not null,
  status text not null default 'waiting',
  attempt_count integer not null default 0,
  due_at timestamptz,
  delivered_at timestamptz,
  last_status_code integer,
  last_answer text,
  constraint a_message_belongs_to_a_webhook foreign key (webhook_id) references daybatch.webhooks (webhook_id) on delete cascade,
  constraint message_status_is_known check (status in ('waiting', 'delivered', 'dead')),
  constraint only_a_waiting_message_is_due check ((due_at is not null) = (status = 'waiting')),
  constraint a_delivered_message_has_a_time check ((delivered_at is not null) = (status = 'delivered')),
  constraint outcomes_are_a_range check (num_nulls(outcomes_after, outcomes_until) in (0, 2) and outcomes_until > outcomes_after
    and (event_id is null or outcomes_until is null))
);

-- an event is one message of a webhook, however often it is replayed
create unique index webhook_messages_once_per_event on daybatch.webhook_messages (webhook_id, event_id) where event_id is not null;
create index webhook_messages_webhook_idx on daybatch.webhook_messages (webhook_id, created_at, message_id);
create index webhook_messages_open_idx on daybatch.webhook_messages (webhook_id, status) where status <> 'delivered';

comment on table daybatch.webhook_messages is 'What a webhook is told: a line of daybatch.events, or up to 500 tries of delivery_attempts, named by their range and copied nowhere.';

create table daybatch.webhook_tries (
  try_id bigint generated always as identity primary key,
  message_id uuid not null,
  tried_at timestamptz not null,
  attempt_number integer not null,
  status_code integer,
  answer text,
  took_ms integer not null,
  constraint a_try_belongs_to_a_message foreign key (message_id) references daybatch.webhook_messages (message_id) on delete cascade,
  constraint answer_is_short check (length(answer) <= 500)
);

create index webhook_tries_message_idx on daybatch.webhook_tries (message_id, try_id);

comment on table daybatch.webhook_tries is 'One try of one message: the receiver''s status and the beginning of its answer, or why there was none.';
