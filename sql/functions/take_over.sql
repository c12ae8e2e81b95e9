-- Wakes the engine where it was installed beside an older application. From here on daybatch alone sends: call it
-- when the old sender is off for good. Without confirmation it only says what would happen. Repeatable.
-- Errors: MB024 a trigger or a constraint of the application would refuse what the engine writes.
create or replace function daybatch.take_over(p_confirm boolean default false)
returns text
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_count integer;
  v_problems text;
begin
  perform 1 from daybatch.settings as s for update;
  if daybatch.is_awake() then
    return 'daybatch is awake';
  end if;
  select string_agg(k.finding, '; ') into v_problems from daybatch.check_application() as k;
  if v_problems is not null and p_confirm then
    raise exception using errcode = 'MB024', message = format('the application''s tables would refuse the engine: %s', v_problems),
      hint = 'Mend what is named, look again (select finding from daybatch.check_application();), then take over.';
  end if;
  select count(*) into v_count from public.campaigns as c where c.status::text in ('sending', 'scheduled');
  if not coalesce(p_confirm, false) then
    return format('asleep: %s campaigns are sending or scheduled and would go on by daybatch. %s Switch the old sender off for good, then: select daybatch.take_over(true);', v_count,
      coalesce('First mend: ' || v_problems || '.', 'See daybatch.adopt_report().'));
  end if;
  update daybatch.settings as s set taken_over_at = daybatch.current_moment();
  perform daybatch.record_event(null, 'taken_over', jsonb_build_object('campaigns', v_count));
  perform daybatch.enqueue_batch(c.id, coalesce(c.current_batch_number, 1), coalesce(c.next_batch_send_time, daybatch.current_moment()))
  from public.campaigns as c where c.status::text = 'sending';
  perform daybatch.enqueue_batch(c.id, coalesce(c.current_batch_number, 1), coalesce(c.scheduled_at, daybatch.current_moment()))
  from public.campaigns as c where c.status::text = 'scheduled';
  perform pg_notify('daybatch', '{"event": "work"}');
  return format('daybatch is awake: %s campaigns go on', v_count);
end;
$$;

comment on function daybatch.take_over(boolean) is
  'Wakes the engine beside an older application, once confirmed. Example: select daybatch.take_over();';
