-- When batches were opened lately and how late: for read_metrics, beside any number of older batches. The time of an
-- opening never changes, so the index costs one entry a batch.
create index batches_opened_at_idx on daybatch.batches (opened_at);
