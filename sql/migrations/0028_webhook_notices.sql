-- Operators are told of a webhook that was switched off, too: such a notice belongs to no campaign.

-- squawk-ignore ban-drop-not-null
alter table daybatch.notices alter column campaign_id drop not null;
alter table daybatch.notices add column webhook_id uuid;
-- squawk-ignore constraint-missing-not-valid
alter table daybatch.notices add constraint a_notice_is_of_a_campaign_or_of_a_webhook check (num_nonnulls(campaign_id, webhook_id) = 1);
alter table daybatch.notices drop constraint cause_is_known;
-- squawk-ignore constraint-missing-not-valid
alter table daybatch.notices add constraint cause_is_known
  check (cause in ('paused', 'completed', 'finish_moved', 'bounce_rate', 'smtp_server_changed', 'webhook_switched_off'));

create index notices_webhook_idx on daybatch.notices (webhook_id, cause, due_at) where webhook_id is not null;

comment on table daybatch.notices is 'What operators are told by mail and webhook: at most one per campaign (or webhook), cause and hour. What comes sooner waits, and tells the latest.';
comment on table daybatch.finish_dates is 'The forecast finish of a campaign as first seen, or as told last, so that a move of it can be told, however slowly it goes.';
