-- Who failed in each closed batch, and why: so that the failures of a campaign are not counted contact by contact, each of
-- which stands on another page of the ledger, whenever somebody looks.

create table daybatch.batch_failures (
  campaign_id uuid not null,
  batch_number integer not null,
  status text not null,
  reason text not null,
  contacts integer not null,
  last_at timestamptz not null,
  last_delivery_id bigint not null,
  constraint a_batch_fails_once_for_each_reason primary key (campaign_id, batch_number, status, reason),
  constraint failures_belong_to_a_batch foreign key (campaign_id, batch_number) references daybatch.batches (campaign_id, batch_number),
  constraint a_failure_was_not_sent check (status in ('failed', 'skipped', 'in_doubt')),
  constraint a_failure_has_contacts check (contacts > 0)
);

comment on table daybatch.batch_failures is 'Contacts of each closed batch that were not sent, by status and reason, written when it closes and when one of them is settled later. A batch without rows (open, or closed before this table was made) is counted by whoever asks.';

-- The others of those: by their batch. It holds no mail that was sent, so that sending one stays a HOT update.
create index deliveries_failures_of_batch_idx on daybatch.deliveries (campaign_id, batch_number) where reason is not null;
