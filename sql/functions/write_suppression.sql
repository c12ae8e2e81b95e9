-- The one place that writes a suppression by its keyed hash. What the address's owner asked for (unsubscribed, complained,
-- erased) takes the place of our own decision (bounced, manual), and any other of a server's refusal (source smtp), which
-- retry_failed takes back; nothing takes the place of something stronger.
-- Called by suppress_address, unsubscribe_by_token, record_bounces and suppress_refused. Locks: the suppression.
-- Repeatable: true when there was none.
create or replace function daybatch.write_suppression(p_address_key bytea, p_list_id uuid, p_reason text, p_source text)
returns boolean
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_is_new boolean;
begin
  insert into daybatch.suppressions as s (address_key, list_id, reason, source, created_at)
  values (p_address_key, p_list_id, p_reason, p_source, daybatch.current_moment())
  on conflict (address_key, coalesce(list_id, '00000000-0000-0000-0000-000000000000')) do update set reason = excluded.reason, source = excluded.source
  where s.reason in ('bounced', 'manual')
    and (excluded.reason not in ('bounced', 'manual') or s.source = 'smtp' and excluded.source <> 'smtp')
  returning s.xmax = 0 into v_is_new;
  return coalesce(v_is_new, false);
end;
$$;

comment on function daybatch.write_suppression(bytea, uuid, text, text) is
  'Suppresses an address by its keyed hash (part of suppress_address). Example: select daybatch.write_suppression(daybatch.calculate_address_key(''ada@example.org''), null, ''manual'', ''psql'');';
