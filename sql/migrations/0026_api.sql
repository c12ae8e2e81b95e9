-- Who may call the API, and what requests with an Idempotency-Key were answered.

create table daybatch.api_keys (
  key_id text primary key,
  name text not null,
  scope text not null,
  key_hash bytea not null,
  created_at timestamptz not null,
  created_by text not null default session_user,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  constraint key_id_is_eight_hex_digits check (key_id ~ '^[0-9a-f]{8}$'),
  constraint name_is_one_short_line check (length(name) between 1 and 100 and name !~ '[[:cntrl:]]'),
  constraint scope_is_read_write_or_admin check (scope in ('read', 'write', 'admin')),
  constraint key_hash_is_a_sha256 check (octet_length(key_hash) = 32),
  constraint a_key_expires_after_it_was_made check (expires_at > created_at)
);

comment on table daybatch.api_keys is 'Keys of the API: what they may do, until when, and the SHA-256 of each, never the key.';

create table daybatch.idempotent_requests (
  request_key bytea primary key,
  body_hash bytea not null,
  started_at timestamptz not null,
  answered_at timestamptz,
  status_code integer,
  headers jsonb,
  body text,
  constraint an_answer_is_told_whole_or_not_at_all check (num_nulls(answered_at, status_code, headers) in (0, 3)),
  constraint hashes_are_sha256 check (octet_length(request_key) = 32 and octet_length(body_hash) = 32)
);

create index idempotent_requests_started_at_idx on daybatch.idempotent_requests (started_at);

comment on table daybatch.idempotent_requests is 'Requests with an Idempotency-Key of the last 24 hours, by the SHA-256 of key, route and caller, and what they were answered.';
