-- Outcomes that could not be written into an older application's email_tracking: they wait here for the next sweep, and
-- audit shows them.

create table daybatch.untracked_outcomes (
  campaign_id uuid not null,
  delivery_id bigint not null,
  failed_at timestamptz not null,
  problem text not null,
  constraint untracked_outcomes_pkey primary key (delivery_id)
);

comment on table daybatch.untracked_outcomes is 'Outcomes that public.email_tracking did not take, and why; every sweep tries them again.';
