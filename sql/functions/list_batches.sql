-- The batches of a campaign in their order, a page at a time: past ones with their frozen counts (state closed), the one
-- under way with its counts so far (open), and the coming ones (forecast: due_at and slot_count only). failed_count is
-- every end that is not sent, as in batch_history: refused_count, skipped_count and in_doubt_count are its parts. The mails
-- of an older method are batch 0 (source old_method). A forecast counts the lists of a draft. Reads only. Errors: MB001.
create or replace function daybatch.list_batches(p_campaign_id uuid, p_after_number integer default -1, p_limit integer default 50)
returns table (batch_number integer, state text, source text, send_limit integer, slot_count integer, due_at timestamptz, opened_at timestamptz,
  closed_at timestamptz, sent_count integer, failed_count integer, refused_count integer, skipped_count integer, in_doubt_count integer,
  returned_count integer, remaining_count integer)
-- found by keys alone: one plan from a session's first call on
language plpgsql stable security definer set search_path = '' set jit = off set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_limit integer := least(greatest(coalesce(p_limit, 50), 1), 200);
begin
  return query
    select b.batch_number, 'closed', b.source, b.send_limit, b.slot_count, b.due_at, b.opened_at, b.closed_at, b.sent_count, b.failed_count,
      b.failed_count - b.skipped_count - b.in_doubt_count, b.skipped_count, b.in_doubt_count, b.returned_count, b.remaining_count
    from daybatch.batches as b
    where b.campaign_id = p_campaign_id and b.batch_number > p_after_number and b.closed_at is not null
    union all
    select b.batch_number, 'open', b.source, b.send_limit, b.slot_count, b.due_at, b.opened_at, null, n.sent_count,
      n.failed_count + n.skipped_count + n.in_doubt_count, n.failed_count, n.skipped_count, n.in_doubt_count, null, null
    from daybatch.batches as b
    cross join lateral daybatch.read_batch_counts(b.campaign_id) as n
    where b.campaign_id = p_campaign_id and b.batch_number > p_after_number and b.closed_at is null
    order by 1 limit v_limit;
  get diagnostics v_limit = row_count;
  v_limit := least(greatest(coalesce(p_limit, 50), 1), 200) - v_limit;
  if v_limit = 0 then
    return;
  end if;
  return query
    select f.batch_number, 'forecast', null::text, null::integer, f.size, f.due_at, null::timestamptz, null::timestamptz, null::integer, null::integer,
      null::integer, null::integer, null::integer, null::integer, f.remaining_after
    -- one more: the batch under way may be among them
    from daybatch.forecast_campaign(p_campaign_id, p_after_number => p_after_number, p_count => v_limit + 1) as f
    where not f.is_under_way
    order by f.batch_number limit v_limit;
end;
$$;

comment on function daybatch.list_batches(uuid, integer, integer) is
  'Batches of a campaign: past, under way, and to come. Example: select b.* from public.campaigns as c, daybatch.list_batches(c.id) as b where c.name = ''Spring offer'';';
