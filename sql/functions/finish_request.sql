-- Keeps what a request with an Idempotency-Key was answered; with p_status_code null forgets the request, since it was
-- refused and changed nothing. Called by the service. Locks: the request. Repeatable.
create or replace function daybatch.finish_request(p_request_key bytea, p_status_code integer default null, p_headers jsonb default '{}', p_body text default null)
returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
begin
  if p_status_code is null then
    delete from daybatch.idempotent_requests as r where r.request_key = p_request_key and r.answered_at is null;
  else
    update daybatch.idempotent_requests as r
    set answered_at = daybatch.current_moment(), status_code = p_status_code, headers = coalesce(p_headers, '{}'), body = p_body
    where r.request_key = p_request_key and r.answered_at is null;
  end if;
end;
$$;

comment on function daybatch.finish_request(bytea, integer, jsonb, text) is
  'Keeps the answer of a request with an Idempotency-Key. Example: select daybatch.finish_request(sha256(''key''), 201, ''{}'', ''{"id": 1}'');';
