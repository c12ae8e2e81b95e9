-- What happened, append-only: who did what to which campaign, and what each sweep did.

create table daybatch.events (
  event_id bigint generated always as identity primary key,
  campaign_id uuid,
  happened_at timestamptz not null,
  event text not null,
  detail jsonb not null default '{}',
  done_by text not null default session_user,
  application_name text not null default coalesce(current_setting('application_name', true), '')
);

create index events_campaign_idx on daybatch.events (campaign_id, event_id);

comment on table daybatch.events is 'Append-only history: counts and reasons, never whole arrays, never addresses.';

create table daybatch.sweeps (
  sweep_id bigint generated always as identity primary key,
  source text not null,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  looked_at_count integer not null,
  opened_count integer not null,
  closed_count integer not null,
  failed_count integer not null,
  jobs_mended_count integer not null default 0,
  claims_released_count integer not null default 0,
  done_by text not null default session_user
);

comment on table daybatch.sweeps is 'One row per run of process_campaigns over all campaigns: its source, what it did, how long.';
