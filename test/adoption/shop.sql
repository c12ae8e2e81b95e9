-- An application of another make, as it was before daybatch: tables, constraints, triggers, views, policies and words of its
-- own, 40,000 contacts and 100,000 rows of email_tracking. Times are without a zone and in UTC, keys are drawn by its code.

create schema shop;
create table shop.tenants (id integer primary key, name text not null);
insert into shop.tenants values (1, 'North'), (2, 'South');
create table shop.campaign_log (id bigserial primary key, campaign_id uuid not null, status text not null, logged_at timestamp not null default now());
create table shop.tracking_counters (campaign_id uuid primary key, rows_written bigint not null);

create table public.contacts (
  id uuid primary key,
  tenant_id integer not null default 1 references shop.tenants (id),
  email varchar(254) not null,
  first_name varchar(80),
  consent boolean not null default true,
  created_at timestamp not null default now(),
  constraint contacts_email_once unique (tenant_id, email)
);
create table public.contact_lists (id uuid primary key, tenant_id integer not null default 1, name varchar(80) not null);
create table public.contact_list_members (
  id bigserial primary key,
  list_id uuid not null references public.contact_lists (id) on delete cascade,
  contact_id uuid not null references public.contacts (id) on delete cascade,
  created_at timestamp not null default now(),
  unique (list_id, contact_id)
);
create table public.campaigns (
  id uuid primary key,
  tenant_id integer not null default 1 references shop.tenants (id),
  name varchar(200) not null,
  subject varchar(200),
  text_body text,
  status varchar(20) not null default 'draft',
  contact_list_ids jsonb not null default '[]',
  daily_send_limit integer not null default 100,
  created_at timestamp not null default now(),
  updated_at timestamp not null default now(),
  constraint campaigns_status_check check (status in ('draft', 'approved', 'scheduled', 'sending', 'paused', 'completed', 'cancelled', 'archived')),
  constraint campaigns_name_key unique (tenant_id, name)
);
create table public.email_tracking (
  id uuid not null primary key,
  campaign_id uuid not null references public.campaigns (id) on delete cascade,
  contact_id uuid not null references public.contacts (id) on delete cascade,
  recipient_email varchar(254) not null,
  status varchar(20) not null,
  error_message text,
  provider_id text,
  sent_at timestamp,
  opened_at timestamp,
  created_at timestamp not null default now(),
  updated_at timestamp,
  constraint email_tracking_status_check check (status in ('pending', 'sent', 'opened', 'clicked', 'bounced', 'failed'))
);
create index email_tracking_campaign_idx on public.email_tracking (campaign_id, contact_id);

insert into public.contacts (id, email, first_name)
select md5('contact ' || n)::uuid, 'reader-' || n || '@example.org', 'Reader ' || n from generate_series(1, 40000) as n;
insert into public.contact_lists (id, name) values (md5('everybody')::uuid, 'Everybody'), (md5('few')::uuid, 'A few');
insert into public.contact_list_members (list_id, contact_id, created_at)
select md5('everybody')::uuid, md5('contact ' || n)::uuid, timestamp '2025-01-01' + n * interval '1 second' from generate_series(1, 40000) as n;
insert into public.contact_list_members (list_id, contact_id)
select md5('few')::uuid, md5('contact ' || n)::uuid from generate_series(1, 300) as n;

insert into public.campaigns (id, name, subject, text_body, status, contact_list_ids, daily_send_limit)
select md5(c.name)::uuid, c.name, c.name, 'Hello', c.status, jsonb_build_array(md5(c.list)::uuid), c.send_limit
from (values ('Autumn', 'sending', 'everybody', 500), ('Winter', 'archived', 'everybody', 500), ('Welcome', 'sending', 'everybody', 200),
  ('Fresh', 'approved', 'few', 50)) as c (name, status, list, send_limit);

-- Autumn: 30,000 mailed (1 to 30,000), the first 60 of them twice, 500 failed, 40 that the old sender had begun
insert into public.email_tracking (id, campaign_id, contact_id, recipient_email, status, sent_at, created_at, error_message)
select gen_random_uuid(), md5('Autumn')::uuid, md5('contact ' || n)::uuid, 'reader-' || n || '@example.org',
  case when n > 30500 then 'pending' when n > 30000 then 'failed' when n % 7 = 0 then 'opened' else 'sent' end,
  case when n <= 30000 then timestamp '2026-03-02 07:00' - (30000 - n) * interval '1 minute' end, timestamp '2026-02-09 07:00', case when n between 30001 and 30500 then '550 no such user' end
from generate_series(1, 30540) as n;
insert into public.email_tracking (id, campaign_id, contact_id, recipient_email, status, sent_at)
select gen_random_uuid(), md5('Autumn')::uuid, md5('contact ' || n)::uuid, 'reader-' || n || '@example.org', 'sent', timestamp '2026-02-09 06:00' from generate_series(1, 60) as n;
-- Winter: over, everybody mailed
insert into public.email_tracking (id, campaign_id, contact_id, recipient_email, status, sent_at)
select gen_random_uuid(), md5('Winter')::uuid, md5('contact ' || n)::uuid, 'reader-' || n || '@example.org', 'sent', timestamp '2025-12-01' from generate_series(1, 40000) as n;
-- Welcome: 29,400, the last three days ago
insert into public.email_tracking (id, campaign_id, contact_id, recipient_email, status, sent_at)
select gen_random_uuid(), md5('Welcome')::uuid, md5('contact ' || n)::uuid, 'reader-' || n || '@example.org', 'sent', timestamp '2026-02-27 09:00' - (29400 - n) * interval '1 second'
from generate_series(1, 29400) as n;
-- left the list after its mail
delete from public.contact_list_members where list_id = md5('everybody')::uuid and contact_id = md5('contact 17')::uuid;

create view shop.overview as
select c.tenant_id, c.name, c.status, count(e.id) filter (where e.status in ('sent', 'opened', 'clicked')) as mailed,
  count(e.id) filter (where e.status in ('failed', 'bounced')) as failed
from public.campaigns as c left join public.email_tracking as e on e.campaign_id = c.id
group by c.id;

-- its triggers: one minds its own business, one trusts the path and the rights of whoever writes, one brings its own
create function shop.touch() returns trigger language plpgsql as 'begin new.updated_at := now(); return new; end';
create trigger touch before update on public.campaigns for each row execute function shop.touch();
create function shop.log_status() returns trigger language plpgsql as $$
begin
  if new.status is distinct from old.status then
    insert into campaign_log (campaign_id, status) values (new.id, new.status);
  end if;
  return null;
end;
$$;
create trigger log_status after update on public.campaigns for each row execute function shop.log_status();
create function shop.count_rows() returns trigger language plpgsql security definer set search_path = shop as $$
begin
  insert into tracking_counters values (new.campaign_id, 1) on conflict (campaign_id) do update set rows_written = tracking_counters.rows_written + 1;
  return null;
end;
$$;
create trigger count_rows after insert on public.email_tracking for each row execute function shop.count_rows();

-- its login sees one tenant
do $$ begin
  if to_regrole('daybatch_test_shop') is null then create role daybatch_test_shop login password 'x'; end if;
end $$;
alter role daybatch_test_shop set search_path = public, shop;
grant usage on schema shop to daybatch_test_shop;
grant all on all tables in schema shop, public to daybatch_test_shop;
grant all on all sequences in schema shop, public to daybatch_test_shop;
alter table public.campaigns enable row level security;
alter table public.contacts enable row level security;
create policy own_campaigns on public.campaigns to daybatch_test_shop using (tenant_id = current_setting('shop.tenant')::integer);
create policy own_contacts on public.contacts to daybatch_test_shop using (tenant_id = current_setting('shop.tenant')::integer);
analyze;
