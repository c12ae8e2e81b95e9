-- How far the open batch of each campaign has come, so that a look at it does not count its mails: people watch most while
-- most is sent.

create table daybatch.batch_counts (
  campaign_id uuid primary key,
  batch_number integer not null,
  sent_count integer not null,
  failed_count integer not null,
  in_doubt_count integer not null,
  skipped_count integer not null,
  deferred_count integer not null,
  constraint no_count_is_negative check (least(sent_count, failed_count, in_doubt_count, skipped_count, deferred_count) >= 0)
) with (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

comment on table daybatch.batch_counts is 'Mails of each open batch by what became of them so far, written with every outcome; gone when the batch closes. A batch that was open before this table was made has no row: it is counted.';
