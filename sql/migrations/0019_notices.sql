-- Notices to operators: what to tell, when, and the finish date that was told last.

create table daybatch.notices (
  notice_id bigint generated always as identity primary key,
  campaign_id uuid not null,
  cause text not null,
  detail jsonb not null,
  created_at timestamptz not null,
  due_at timestamptz not null,
  given_at timestamptz,
  constraint cause_is_known check (cause in ('paused', 'completed', 'finish_moved', 'bounce_rate', 'smtp_server_changed')),
  constraint a_notice_is_not_due_before_it_is_made check (due_at >= created_at)
);

create index notices_campaign_idx on daybatch.notices (campaign_id, cause, due_at);

comment on table daybatch.notices is 'What operators are told by mail and webhook: at most one per campaign, cause and hour. What comes sooner waits, and tells the latest.';

create table daybatch.finish_dates (
  campaign_id uuid primary key,
  looked_at_state text not null,
  finish_at timestamptz
);

comment on table daybatch.finish_dates is 'The forecast finish of a campaign as last seen, so that a move of it can be told.';
