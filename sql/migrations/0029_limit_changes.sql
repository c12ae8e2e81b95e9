-- For the proof of the limits of senders and recipient domains: when each was in force, and which batches were opened under
-- a domain's (under its sender's, their sending_rules say).

create table daybatch.limit_changes (
  change_id bigint generated always as identity primary key,
  rule text not null,
  name text not null,
  daily_limit integer,
  is_new boolean not null,
  changed_at timestamptz not null,
  constraint changed_limit_is_of_a_sender_or_a_domain check (rule in ('sender', 'domain')),
  constraint changed_limit_is_at_least_one check (daily_limit >= 1),
  constraint a_new_limit_has_a_number check (daily_limit is not null or not is_new)
);

create index limit_changes_name_idx on daybatch.limit_changes (rule, name, changed_at);

comment on table daybatch.limit_changes is 'Daily limits of senders and recipient domains as they were set; null: taken away. New: there was none before.';

insert into daybatch.limit_changes (rule, name, daily_limit, is_new, changed_at)
select 'sender', s.sender, s.daily_limit, true, now() from daybatch.sender_limits as s
union all
select 'domain', d.domain, d.daily_limit, true, now() from daybatch.domain_limits as d where d.daily_limit is not null;

alter table daybatch.batches add column limited_domains text[];
comment on column daybatch.batches.limited_domains is 'Recipient domains that had a daily limit when the batch was opened; null: none had.';
