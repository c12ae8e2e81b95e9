-- Imports of contacts: the service copies raw rows in, SQL judges them.

create table daybatch.imports (
  import_id uuid primary key default gen_random_uuid(),
  list_id uuid not null,
  file_name text,
  started_at timestamptz not null,
  finished_at timestamptz,
  row_count integer,
  imported_count integer,
  existing_count integer,
  added_to_list_count integer,
  rejected_count integer,
  constraint counts_are_known_at_the_end check ((finished_at is null) = (row_count is null))
);

comment on table daybatch.imports is 'One row per import of contacts, with its counts once finished.';

create table daybatch.import_rows (
  import_id uuid not null,
  line_number integer not null,
  email text,
  first_name text,
  last_name text,
  attributes jsonb,
  rejection text
);

create index import_rows_import_idx on daybatch.import_rows (import_id, line_number);

comment on table daybatch.import_rows is 'Staging: rows of a file on their way in; only rejected ones stay, with their line number and reason.';
