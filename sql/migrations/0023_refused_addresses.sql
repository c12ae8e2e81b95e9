-- What an answer means for the address and for the campaign: from how many refusals on it is suppressed, or the campaign
-- pauses.

alter table daybatch.reply_rules add column suppress_after smallint;
alter table daybatch.reply_rules add column pause_after smallint;
-- squawk-ignore constraint-missing-not-valid
alter table daybatch.reply_rules add constraint suppress_after_is_at_least_one check (suppress_after >= 1);
-- squawk-ignore constraint-missing-not-valid
alter table daybatch.reply_rules add constraint pause_after_is_at_least_one check (pause_after >= 1);
comment on column daybatch.reply_rules.suppress_after is 'So many refusals of an address suppress it, in every campaign; null: none does.';
comment on column daybatch.reply_rules.pause_after is 'So many refusals by this rule in a row pause the campaign; null: settings.refusals_in_a_row.';

update daybatch.reply_rules set suppress_after = 1 where rule in ('mailbox_unavailable', 'mailbox_disabled') and is_builtin;
update daybatch.reply_rules set suppress_after = 2 where rule = 'recipient_refused' and is_builtin;

insert into daybatch.reply_rules (rule, priority, stages, reply_code, enhanced_code, reply_text, outcome, scope, note, is_builtin, pause_after) values
  ('content_refused', 335, '{message}', '^5', '^5\.[67]\.', null, 'failed', 'recipient', 'The content is refused, surely not delivered; three in a row: the same will be said of the others.', true, 3)
on conflict (rule) do nothing;

create table daybatch.refused_addresses (
  address_key bytea primary key,
  refusal_count integer not null,
  refused_at timestamptz not null,
  constraint refusal_count_is_at_least_one check (refusal_count >= 1)
);

comment on table daybatch.refused_addresses is 'How often servers refused an address for good, by keyed hash, over all campaigns: some answers suppress at the second time only.';
