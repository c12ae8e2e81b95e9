-- SMTP servers: where, how encrypted, with which limits, what is under way, and whether one refuses. No password, sealed
-- or not.
create or replace view daybatch.smtp_server_status as
select
  s.name, coalesce(s.host, 'SMTP_URL') as host, s.port, s.tls, s.username, s.sealed_password is not null as has_password, s.is_enabled, s.is_fallback, s.priority,
  s.per_second, s.per_minute, s.connections, u.under_way,
  case when s.refused_until > daybatch.current_moment() then s.refused_since end as refused_since,
  case when s.refused_until > daybatch.current_moment() then s.refused_until end as refused_until,
  case when s.refused_until > daybatch.current_moment() then s.refusal end as refusal,
  case when s.next_send_at > daybatch.current_moment() then s.next_send_at end as booked_until
from daybatch.smtp_servers as s
cross join lateral (
  select coalesce(sum(cardinality(k.delivery_ids)), 0)::integer as under_way from daybatch.claims as k where coalesce(k.smtp_server, 'default') = s.name
) as u;

comment on view daybatch.smtp_server_status is
  'SMTP servers, their limits and whether one refuses. Example: select name, under_way, refusal from daybatch.smtp_server_status;';
