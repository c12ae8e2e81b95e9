-- The body of the self-test: makes contacts, a list and a campaign, runs it batch by batch, and compares what the
-- engine did with what the mission says. The caller rolls it back. Owner only.
create or replace function daybatch.simulate_batches(p_contacts integer, p_limit integer)
returns jsonb
language plpgsql volatile set search_path = '' set jit = off
as $$
declare
  v_list uuid := gen_random_uuid();
  v_campaign uuid := gen_random_uuid();
  v_step record;
  v_state record;
  v_early text;
  v_tokens uuid[];
  v_ids bigint[];
  v_begun integer;
  v_expected integer;
  v_timeline jsonb := jsonb '[]';
  v_wrong text[] := array[]::text[];
begin
  insert into public.contact_lists (id, name) values (v_list, 'self-test');
  insert into public.contacts (id, email)
  select md5(v_list::text || n)::uuid, format('contact-%s@self-test.example.org', n) from generate_series(1, p_contacts) as n;
  insert into public.contact_list_members (list_id, contact_id)
  select v_list, md5(v_list::text || n)::uuid from generate_series(1, p_contacts) as n;
  insert into public.campaigns (id, name, text_body, daily_send_limit, contact_list_ids, status)
  values (v_campaign, 'self-test', 'Hello', p_limit, array[v_list], 'sending');

  for v_number in 1 .. (p_contacts + p_limit - 1) / p_limit loop
    v_expected := least(p_limit, p_contacts - (v_number - 1) * p_limit);
    select * into v_step from daybatch.process_campaigns(v_campaign, 'manual');
    if v_step.action is distinct from 'opened' or v_step.delivery_count is distinct from v_expected then
      v_wrong := v_wrong || format('batch %s: expected to open with %s contacts, was %s with %s (%s)', v_number, v_expected,
        v_step.action, coalesce(v_step.delivery_count::text, 'none'), coalesce(v_step.reason, 'no reason'));
      exit;
    end if;
    select array_agg(k.claim_token), array_agg(k.delivery_id) into v_tokens, v_ids
    from daybatch.claim_deliveries(v_campaign, 'self-test', p_limit + 5) as k;
    if coalesce(cardinality(v_ids), 0) <> v_expected then
      v_wrong := v_wrong || format('batch %s: %s contacts could be claimed, not %s', v_number, coalesce(cardinality(v_ids), 0), v_expected);
      exit;
    end if;
    select count(*) into v_begun from daybatch.begin_sending(v_campaign, v_tokens, v_ids) as b where b.may_send;
    perform daybatch.report_outcomes(v_campaign, (
      select jsonb_agg(jsonb_build_object('delivery_id', w.id, 'claim_token', w.token, 'stage', 'message', 'reply_code', 250, 'reply_text', 'self-test'))
      from unnest(v_tokens, v_ids) as w (token, id)));
    perform daybatch.close_batch(v_campaign);
    select c.status::text as status, c.next_batch_send_time, jsonb_array_length(c.contacts_processed) as processed,
      jsonb_array_length(c.contacts_remaining) as remaining, c.batch_history, b.counted_at + b.batch_interval as due_at
    into v_state
    from public.campaigns as c join daybatch.batches as b on b.campaign_id = c.id and b.batch_number = v_number
    where c.id = v_campaign;
    v_timeline := v_state.batch_history;
    if v_begun <> v_expected or v_state.processed <> (v_number - 1) * p_limit + v_expected or v_state.remaining <> p_contacts - v_state.processed then
      v_wrong := v_wrong || format('batch %s: %s begun, %s processed, %s remaining', v_number, v_begun, v_state.processed, v_state.remaining);
    end if;
    if v_state.remaining > 0 then
      if v_state.next_batch_send_time is distinct from v_state.due_at then
        v_wrong := v_wrong || format('batch %s: the next is due %s, not one interval later (%s)', v_number, v_state.next_batch_send_time, v_state.due_at);
      end if;
      select s.action into v_early from daybatch.process_campaigns(v_campaign, 'manual') as s;
      if v_early is distinct from 'waiting' then
        v_wrong := v_wrong || format('batch %s: the next did not wait for its time (%s)', v_number, v_early);
      end if;
      perform daybatch.shift_campaign_back(v_campaign, interval '24 hours');
    elsif v_state.status <> 'completed' then
      v_wrong := v_wrong || format('nobody remains after batch %s, but the campaign is %s', v_number, v_state.status);
    end if;
  end loop;
  v_wrong := v_wrong || array(select a.disagreement from daybatch.audit as a where a.campaign_id = v_campaign);
  if exists (select from daybatch.delivery_attempts as a where a.campaign_id = v_campaign and a.outcome = 'sent' group by a.delivery_id having count(*) > 1) then
    v_wrong := v_wrong || 'a contact was mailed twice'::text;
  end if;
  return jsonb_build_object('ok', cardinality(v_wrong) = 0, 'contacts', p_contacts, 'daily_send_limit', p_limit,
    'timeline', v_timeline, 'disagreements', to_jsonb(v_wrong));
exception when others then
  return jsonb_build_object('ok', false, 'contacts', p_contacts, 'daily_send_limit', p_limit, 'timeline', v_timeline,
    'disagreements', to_jsonb(v_wrong || format('%s (%s)', sqlerrm, sqlstate)));
end;
$$;

comment on function daybatch.simulate_batches(integer, integer) is
  'The body of test_batch_campaign; call that one. Example: select daybatch.test_batch_campaign() -> ''ok'';';
