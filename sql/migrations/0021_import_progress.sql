-- Imports in steps: rows are staged in short transactions while the file is read, then merged all at once or in parts.

alter table daybatch.imports
  add column is_atomic boolean not null default true,
  add column format text,
  add column byte_count bigint,
  add column file_head text,
  add column staged_line integer not null default 0,
  add column judged_at timestamptz,
  add column merged_line integer not null default 0,
  add column suppressed_count integer,
  add column failed_at timestamptz,
  add column failure text,
  add constraint a_failure_has_a_time check ((failed_at is null) = (failure is null)) not valid,
  add constraint an_import_ends_one_way check (failed_at is null or finished_at is null) not valid;

create index imports_started_at_idx on daybatch.imports (started_at desc, import_id desc);

comment on column daybatch.imports.is_atomic is 'True: all of it or nothing goes on the list; false: in parts, and an import that broke off goes on after staged_line.';
comment on column daybatch.imports.file_head is 'sha256 of the first 64 KiB of the file: an import goes on with the same file only.';
comment on column daybatch.imports.staged_line is 'The last line of the file whose row is committed in import_rows.';
comment on column daybatch.imports.merged_line is 'The last line whose row is a contact on the list.';

alter table daybatch.import_rows
  add column status text,
  add constraint status_is_why_nobody_may_write check (status in ('unsubscribed', 'bounced', 'complained', 'manual')) not valid;

comment on column daybatch.import_rows.status is 'What the file says of an address that must not be mailed: it is suppressed by that reason, and put on no list.';

create table daybatch.import_progress (
  import_id uuid primary key,
  phase text not null,
  phase_since timestamptz not null,
  row_count integer not null,
  byte_count bigint not null,
  merged_count integer not null,
  updated_at timestamptz not null,
  constraint phase_is_known check (phase in ('reading', 'merging'))
);

comment on table daybatch.import_progress is 'How far an import under way is, as its reader says about once a second: a table of its own, so that looking waits for no merge.';
