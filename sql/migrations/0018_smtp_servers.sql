-- SMTP servers beside the service's own SMTP_URL, which is the row 'default': per campaign, as fall-back, with limits that
-- all services share. Passwords stand here sealed (AES-256-GCM); the key is in the services' environment only.

create table daybatch.smtp_servers (
  name text primary key,
  host text,
  port integer,
  tls text,
  username text,
  sealed_password text,
  priority integer not null default 100,
  is_fallback boolean not null default false,
  is_enabled boolean not null default true,
  per_second integer,
  per_minute integer,
  connections integer,
  next_send_at timestamptz,
  refused_since timestamptz,
  refused_until timestamptz,
  refusal text,
  refusal_count integer not null default 0,
  changed_at timestamptz not null default clock_timestamp(),
  changed_by text not null default session_user,
  constraint name_is_short_and_plain check (name ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$'),
  constraint only_the_default_is_in_the_environment check ((host is null) = (name = 'default') and num_nulls(host, port, tls) in (0, 3)),
  constraint host_is_a_host check (host ~ '^[A-Za-z0-9:][A-Za-z0-9.:-]{0,252}$'),
  constraint port_is_a_port check (port between 1 and 65535),
  constraint tls_is_known check (tls in ('implicit', 'starttls', 'optional')),
  constraint a_password_is_sealed_and_has_a_user check (sealed_password is null or (username is not null
    and sealed_password ~ '^v1\.[A-Za-z0-9_-]{1,32}\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{22,}$')),
  constraint a_password_leaves_encrypted check (sealed_password is null or tls <> 'optional'
    or host in ('localhost', '::1') or host ~ '^127(\.\d{1,3}){3}$'),
  constraint only_named_servers_have_a_login check (name <> 'default' or (username is null and sealed_password is null)),
  constraint rates_are_at_least_one check (per_second >= 1 and per_minute >= 1),
  constraint connections_are_at_least_one check (connections >= 1),
  constraint a_refusal_is_told_whole_or_not_at_all check (num_nulls(refused_since, refused_until, refusal) in (0, 3))
);

comment on table daybatch.smtp_servers is 'SMTP servers and their limits, shared by all services; default is each service''s SMTP_URL. A password is sealed with a key that is not in the database.';
comment on column daybatch.smtp_servers.is_fallback is 'Takes the mails of campaigns whose own server takes no session, if they were certainly not sent.';
comment on column daybatch.smtp_servers.connections is 'Mails under way at once, over all services; each has a connection of its own.';
comment on column daybatch.smtp_servers.next_send_at is 'Booked up to here: the next mail goes out at this moment at the earliest.';

insert into daybatch.smtp_servers (name) values ('default');

alter table public.campaigns add column if not exists smtp_server text;
comment on column public.campaigns.smtp_server is 'The SMTP server of this campaign, a name in daybatch.smtp_servers; null: default, the service''s SMTP_URL.';

alter table daybatch.batches add column smtp_server text;
comment on column daybatch.batches.smtp_server is 'The SMTP server that the batch goes through now; null: default.';
alter table daybatch.claims add column smtp_server text;
alter table daybatch.delivery_attempts add column smtp_server text;
comment on column daybatch.delivery_attempts.smtp_server is 'The SMTP server of this try; null: default.';
