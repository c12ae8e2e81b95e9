-- What the last deploy made of each view, so that the next one touches only those that change: replacing a view waits
-- for everybody who reads it, and everybody waits behind that.

create table daybatch.applied_views (
  view_name text primary key,
  source_md5 text not null,
  definition_md5 text not null
);

comment on table daybatch.applied_views is 'Fingerprints of each view''s file and of what PostgreSQL made of it; a deploy leaves a view alone when both still fit.';

alter table daybatch.adapters add column query_md5 text;

comment on column daybatch.adapters.query_md5 is 'Fingerprint of the query that the view was made of; a deploy with the same one leaves the view alone.';
