-- What came back after a server had accepted a mail: bounces and complaints, and from which rate on they pause.

create table daybatch.bounces (
  bounce_id bigint generated always as identity primary key,
  campaign_id uuid,
  delivery_id bigint,
  address_key bytea not null,
  kind text not null,
  source text not null,
  status_code text,
  reason text,
  event_at timestamptz,
  recorded_at timestamptz not null,
  has_suppressed boolean not null,
  constraint kind_is_known check (kind in ('hard', 'soft', 'blocked', 'complaint')),
  constraint source_is_known check (source in ('dsn', 'arf', 'ses', 'sendgrid', 'mailgun', 'postmark')),
  constraint delivery_is_named_with_its_campaign check ((campaign_id is null) = (delivery_id is null)),
  constraint reason_is_short check (length(reason) <= 500)
);

-- the same bounce twice counts once
create unique index bounces_once_per_delivery_and_kind on daybatch.bounces (delivery_id, kind) where delivery_id is not null;
create unique index bounces_once_per_unknown_address_and_kind on daybatch.bounces (address_key, kind) where delivery_id is null;
create index bounces_campaign_idx on daybatch.bounces (campaign_id, kind, recorded_at);
create index bounces_address_idx on daybatch.bounces (address_key);

comment on table daybatch.bounces is 'Bounces and complaints that came after a mail was accepted; delivery_id is null where a provider told of an address and no mail of ours is known. No address is kept, only its keyed hash.';
comment on column daybatch.bounces.kind is 'hard: the address is wrong, or refused for good; soft: for now; blocked: we or the message are refused, not the address; complaint: the recipient called it spam.';

create table daybatch.bounce_limits (
  campaign_id uuid,
  bounce_rate numeric not null,
  bounce_minimum integer not null,
  complaint_rate numeric not null,
  complaint_minimum integer not null,
  constraint rates_are_shares check (bounce_rate > 0 and bounce_rate <= 1 and complaint_rate > 0 and complaint_rate <= 1),
  constraint minimums_are_at_least_one check (bounce_minimum >= 1 and complaint_minimum >= 1)
);

create unique index bounce_limits_one_per_campaign on daybatch.bounce_limits
  (coalesce(campaign_id, '00000000-0000-0000-0000-000000000000'));

comment on table daybatch.bounce_limits is 'From which share of accepted mails on bounces and complaints pause a campaign, and from how many on a share counts. The row without a campaign holds for all others.';

-- 5 %: what large providers take for a list that was not cared for; 0.3 %: never to be reached at Gmail and Yahoo
insert into daybatch.bounce_limits (bounce_rate, bounce_minimum, complaint_rate, complaint_minimum) values (0.05, 10, 0.003, 3);
