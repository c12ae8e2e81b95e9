-- Which campaigns' forecast finish is to be looked at: the sweep reads these instead of every sending campaign.

create table daybatch.finish_marks (
  mark_id bigint generated always as identity,
  campaign_id uuid not null,
  constraint finish_marks_pkey primary key (mark_id)
);

comment on table daybatch.finish_marks is 'Campaigns that changed in what their forecast finish depends on; the next sweep looks at each once and takes its marks away.';

insert into daybatch.finish_marks (campaign_id)
select c.id from public.campaigns as c where c.status::text = 'sending' and c.tracking_initialised_at is not null;
