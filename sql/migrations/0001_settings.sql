-- What the engine knows of itself: one row of settings, the secrets only its owner reads, and the text of the
-- adapter views as we made them (so that a deploy can tell our view from one a DBA has put in its place).

create table daybatch.settings (
  only_row boolean primary key default true,
  installation_id uuid not null default gen_random_uuid(),
  -- identities that an operator confirmed to be continued by this one
  replaces uuid[] not null default '{}',
  -- of the server's data directory: a dump restored elsewhere is a copy, a promoted replica is not
  system_identifier bigint not null,
  installed_at timestamptz not null default clock_timestamp(),
  found_application boolean not null,
  taken_over_at timestamptz,
  lease interval not null default '60 seconds',
  deferral_period interval not null default '6 hours',
  deferral_limit integer not null default 12,
  first_retry_delay interval not null default '15 minutes',
  constraint there_is_only_one_row check (only_row),
  constraint lease_is_at_least_a_second check (lease >= interval '1 second'),
  constraint deferral_period_is_positive check (deferral_period > interval '0'),
  constraint deferral_limit_is_at_least_one check (deferral_limit >= 1),
  constraint first_retry_delay_is_positive check (first_retry_delay > interval '0')
);

comment on table daybatch.settings is 'The engine''s one row of settings. taken_over_at is null while the engine is asleep (installed beside an older application).';

-- An application that was here before us keeps sending by its own method until take_over(): asleep.
insert into daybatch.settings (system_identifier, found_application, taken_over_at)
select (select c.system_identifier from pg_catalog.pg_control_system() as c), f.found, case when f.found then null else clock_timestamp() end
from (select coalesce(nullif(current_setting('daybatch.found_application', true), ''), 'false')::boolean as found) as f;

create table daybatch.secrets (
  name text primary key,
  value bytea not null,
  created_at timestamptz not null default clock_timestamp()
);

comment on table daybatch.secrets is 'Keys that never leave the database: the key of the address hashes and of the message ids. Only the owner reads them.';

-- gen_random_uuid() draws 122 bits from the server's strong source; no extension is needed.
insert into daybatch.secrets (name, value)
select n.name,
  sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'))
from (values ('address_key'), ('message_key')) as n (name);

create table daybatch.adapters (
  view_name text primary key,
  definition_md5 text not null
);

comment on table daybatch.adapters is 'Fingerprints of the adapter views as the last deploy made them; a view that differs was replaced by a DBA and is left alone.';
