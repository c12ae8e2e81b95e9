-- How many mails a server with limits may get now, over all services: its connections less the mails under way, and as
-- many as its rate has room for in the next two seconds. Holds the server's row until the end of the transaction, which
-- books what it takes (book_mails). Called by claim_deliveries. Locks: the server, after campaign and batch.
create or replace function daybatch.grant_mails(p_name text, p_wanted integer, p_now timestamptz)
returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_server daybatch.smtp_servers;
  v_granted integer := p_wanted;
  v_from timestamptz;
  v_gap double precision;
begin
  select s.* into v_server from daybatch.smtp_servers as s where s.name = p_name for no key update;
  if v_server.connections is not null then
    v_granted := least(v_granted, v_server.connections - (
      select coalesce(sum(cardinality(k.delivery_ids)), 0) from daybatch.claims as k where coalesce(k.smtp_server, 'default') = p_name));
  end if;
  v_gap := greatest(1.0 / v_server.per_second, 60.0 / v_server.per_minute);
  if v_gap is not null then
    v_from := greatest(v_server.next_send_at, p_now);
    v_granted := least(v_granted, floor((extract(epoch from p_now + interval '2 seconds' - v_from) / v_gap + 0.000001)::numeric)::integer + 1);
    if v_from > p_now + interval '2 seconds' then
      v_granted := 0;
    end if;
  end if;
  return greatest(v_granted, 0);
end;
$$;

comment on function daybatch.grant_mails(text, integer, timestamptz) is
  'How many mails an SMTP server with limits may get now (part of claim_deliveries). Example: select daybatch.grant_mails(''default'', 10, daybatch.current_moment());';
