-- Begins a request that has an Idempotency-Key: is_new says do it; otherwise the answer that it was given before, to be
-- given again. For 24 hours a key belongs to one request. One that was begun and never answered is never done a second
-- time under its key: whether it had its effect, only a look can tell. Called by the service; p_request_key is the SHA-256
-- of key, route and caller. Locks: the request. Repeatable.
-- Errors: MB052 the key was used for another body, MB053 under way or its process ended with it.
create or replace function daybatch.begin_request(p_request_key bytea, p_body_hash bytea)
returns table (is_new boolean, status_code integer, headers jsonb, body text)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := daybatch.current_moment();
  v_request daybatch.idempotent_requests;
begin
  insert into daybatch.idempotent_requests as r (request_key, body_hash, started_at)
  values (p_request_key, p_body_hash, v_now)
  on conflict (request_key) do update
    set body_hash = excluded.body_hash, started_at = excluded.started_at, answered_at = null, status_code = null, headers = null, body = null
    where r.started_at <= v_now - interval '24 hours';
  if found then
    return query select true, null::integer, null::jsonb, null::text;
    return;
  end if;
  select r.* into v_request from daybatch.idempotent_requests as r where r.request_key = p_request_key;
  if v_request.body_hash is distinct from p_body_hash then
    raise exception using errcode = 'MB052', message = 'this Idempotency-Key was used for another request',
      hint = 'Use a new key for each new request; a retry sends the same body.';
  elsif v_request.answered_at is null then
    raise exception using errcode = 'MB053', message = 'a request with this Idempotency-Key is under way, or its process ended with it',
      hint = 'Try again in a few seconds. If this stays, look whether the request had its effect before you send it with another key.';
  end if;
  return query select false, v_request.status_code, v_request.headers, v_request.body;
end;
$$;

comment on function daybatch.begin_request(bytea, bytea) is
  'Begins a request with an Idempotency-Key, or gives its answer again. Example: select is_new from daybatch.begin_request(sha256(''key''), sha256(''body''));';
