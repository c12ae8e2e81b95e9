-- Who delivers, and counts that spare the views a look into arrays of millions.

create table daybatch.workers (
  worker_id text primary key,
  started_at timestamptz not null,
  seen_at timestamptz not null,
  connections integer not null,
  held_count integer not null default 0,
  problem text
);

comment on table daybatch.workers is 'Processes that deliver, as they last reported themselves.';

create table daybatch.contact_counts (
  campaign_id uuid primary key,
  remaining_count integer not null,
  processed_count integer not null,
  failed_count integer not null
);

comment on table daybatch.contact_counts is 'Lengths of the three arrays of a campaign, written with every rewrite of them: reading a length out of a large array costs its whole size.';

create table daybatch.removed_contacts (
  campaign_id uuid not null,
  contact_id uuid not null,
  removed_at timestamptz not null,
  removed_by text not null default session_user,
  primary key (campaign_id, contact_id)
);

comment on table daybatch.removed_contacts is 'Contacts taken out of a running campaign: skipped when their turn comes; the arrays stay as they are.';

-- every end but sent has a reason, and sent never had one: the index serves the failure views and costs the hot path
-- nothing (no index mentions status)
create index deliveries_reason_idx on daybatch.deliveries (campaign_id, delivery_id) where reason is not null;
