-- The mission's self-test: a campaign of 17 contacts with a limit of 5 goes through the production functions, with
-- every mail reported as accepted and a day passing between batches; then everything is rolled back inside this
-- function, whatever the caller does. Answers the timeline and every disagreement found.
-- No mail is sent, no job and no notification survives. Locks: only rows of its own. Repeatable.
create or replace function daybatch.test_batch_campaign()
returns jsonb
language plpgsql volatile security definer set search_path = '' set jit = off set timezone = 'UTC'
as $$
declare
  v_answer jsonb;
begin
  begin
    raise exception using errcode = 'MB999', message = daybatch.simulate_batches(17, 5)::text;
  exception when sqlstate 'MB999' then
    v_answer := sqlerrm::jsonb;
  end;
  return v_answer;
end;
$$;

comment on function daybatch.test_batch_campaign() is
  'Runs a simulated campaign through the production functions, rolled back inside, and reports every disagreement. Example: select jsonb_pretty(daybatch.test_batch_campaign());';
