-- Addresses that are never mailed again, by keyed hash: nobody can read an address out of this table.

create table daybatch.suppressions (
  suppression_id bigint generated always as identity primary key,
  address_key bytea not null,
  list_id uuid,
  reason text not null,
  source text not null default 'manual',
  created_at timestamptz not null,
  constraint reason_is_known check (reason in ('unsubscribed', 'bounced', 'complained', 'erased', 'manual'))
);

create unique index suppressions_once_per_address_and_list on daybatch.suppressions
  (address_key, coalesce(list_id, '00000000-0000-0000-0000-000000000000'));

comment on table daybatch.suppressions is 'Never mail again: for all campaigns (list_id null) or for those that name a list.';
