-- The mission's contact tracking migration, for a database that has the older application's campaigns. In psql,
-- started in the folder sql/:
--
--   \i lib/campaign-contact-tracking-migration.sql
--
-- Adds the tracking columns in place. It may run before or after "npx daybatch migrate", once or often: it is the same
-- file that migrate runs, and "if not exists" throughout. Old rows show NULL until their first processing.
-- The engine itself (functions, views, scheduling) comes with "npx daybatch migrate".

\set ON_ERROR_STOP on
select to_regclass('public.campaigns') is not null as campaigns_exist \gset
\if :campaigns_exist
  begin;
  \ir ../migrations/0002_application_tables.sql
  commit;
  \echo 'campaigns has its contact tracking columns. Next: npx daybatch migrate'
\else
  \echo 'There is no table public.campaigns to extend. For a new database: npx daybatch migrate'
\endif
