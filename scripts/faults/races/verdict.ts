import type pg from 'pg'
import type { Row } from '../../../test/helper/make.ts'
import type { Race } from './race.ts'
import type { Ending } from './racer.ts'
import type { Cast } from './stage.ts'

/** Takes a campaign to its end as a service would, a day at a time; answers its last status. */
const FINISH = `
create schema if not exists faults;
create or replace function faults.finish(p_campaign_id uuid) returns text language plpgsql set search_path = '' as $$
declare
  v_status text;
  v_tokens uuid[];
  v_ids bigint[];
begin
  for v_round in 1 .. 20 loop
    -- leases end, retries are due, a batch past its cut-off closes, the next one is due
    update test_clock.moment set at = at + interval '12 hours';
    perform daybatch.release_expired_claims();
    select c.status into v_status from public.campaigns as c where c.id = p_campaign_id;
    if v_status = 'paused' then
      perform daybatch.resume_campaign(p_campaign_id);
    end if;
    perform daybatch.process_campaigns(p_campaign_id, 'sweep');
    loop
      select array_agg(k.claim_token), array_agg(k.delivery_id) into v_tokens, v_ids
      from daybatch.claim_deliveries(p_campaign_id, 'finish', 100) as k;
      exit when v_ids is null;
      perform daybatch.begin_sending(p_campaign_id, v_tokens, v_ids);
      perform daybatch.report_outcomes(p_campaign_id, (
        select jsonb_agg(jsonb_build_object('delivery_id', w.id, 'claim_token', w.token, 'stage', 'message', 'reply_code', 250))
        from unnest(v_tokens, v_ids) as w (token, id)));
    end loop;
    perform daybatch.close_batch(p_campaign_id);
    select c.status into v_status from public.campaigns as c where c.id = p_campaign_id;
    exit when v_status = 'completed' or v_status = 'cancelled' and not exists (
      select from daybatch.batches as b where b.campaign_id = p_campaign_id and b.closed_at is null);
  end loop;
  return v_status;
end;
$$;`

/** What a transaction was promised must stand in the ledger: an intent, and an acceptance. */
const UNKEPT_PROMISES = {
  name: 'promises',
  text: `
    select format('delivery %s was begun, and its ledger row says %s without an attempt', d.delivery_id, d.status) as line
    from unnest($1::bigint[], $2::uuid[]) as begun (delivery_id, claim_token)
    join daybatch.deliveries as d on d.delivery_id = begun.delivery_id
    where (d.status <> 'sending' or d.claim_token <> begun.claim_token) and not exists (
      select from daybatch.delivery_attempts as a where a.delivery_id = d.delivery_id and a.claim_token = begun.claim_token)
    union all
    select format('delivery %s was recorded as sent and is %s', d.delivery_id, d.status)
    from daybatch.deliveries as d where d.delivery_id = any ($3) and d.status <> 'sent'`,
}

/** $1: the campaign, $2: a delivery that a person may have sent again. */
const FINAL_ANOMALIES = {
  name: 'final anomalies',
  text: `
    select format('delivery %s went out twice', a.delivery_id) as line
    from daybatch.delivery_attempts as a
    where a.outcome in ('sent', 'in_doubt', 'accepted_twice') and a.delivery_id is distinct from $2
    group by a.delivery_id having count(distinct a.claim_token) > 1
    union all
    select format('batch %s sent %s mails, its limit is %s', b.batch_number, b.sent_count, b.send_limit)
    from daybatch.batches as b where b.sent_count > b.send_limit
    union all
    select format('batch %s counts from %s after the one before', b.batch_number, b.counted_at - b.previous_spaced_from)
    from daybatch.batches as b where b.counted_at - b.previous_spaced_from < interval '24 hours'
    union all
    select format('%s contacts stand in the arrays, %s are in the audience', count(distinct e.id), max(c.total_contacts))
    from public.campaigns as c, jsonb_array_elements(c.contacts_remaining || c.contacts_processed || c.contacts_failed) as e (id)
    where c.id = $1
    having count(distinct e.id) <> max(c.total_contacts) or count(*) <> max(c.total_contacts)
    union all
    select format('the campaign is %s with batch %s open', c.status, b.batch_number)
    from public.campaigns as c join daybatch.batches as b on b.campaign_id = c.id and b.closed_at is null
    where c.id = $1`,
}

const AUDIT = { name: 'audit', text: `select rule || ': ' || disagreement as line from daybatch.audit` }
const TARGET = {
  name: 'target',
  text: 'select status from daybatch.deliveries where campaign_id = $1 and contact_id = $2',
}

export async function prepareVerdict(client: pg.ClientBase): Promise<void> {
  await client.query(FINISH)
}

/** Everything that is wrong after a race, and after the campaign's way to its end from there. */
export async function findAnomalies(
  client: pg.ClientBase,
  cast: Cast,
  race: Race,
  endings: [Ending, Ending],
  sawFirst: boolean,
): Promise<string[]> {
  const lines = async (query: object, values: unknown[] = []) =>
    (await client.query({ ...query, values } as pg.QueryConfig)).rows.map(({ line }) => line as string)
  const { campaign } = cast
  const anomalies = endings.flatMap(({ error }) => error ?? [])
  if (sawFirst) anomalies.push(...findBlindness(cast, race, endings))
  anomalies.push(...(await lines(AUDIT)))

  const begun = endings.flatMap(({ rows }) => rows.filter(row => row.may_send)).map(() => cast.claimed)
  const accepted = endings.flatMap(({ rows }) => rows.filter(row => row.recorded && row.rule === 'accepted'))
  const promises = [
    begun.map(row => row.delivery_id),
    begun.map(row => row.claim_token),
    accepted.map(row => row.delivery_id),
  ]
  anomalies.push(...(await lines(UNKEPT_PROMISES, promises)))

  const target = [campaign, cast.target[race.stage]]
  const before: string | undefined = (await client.query({ ...TARGET, values: target })).rows[0]?.status
  const { rows } = await client.query({
    name: 'finish',
    text: 'select faults.finish($1) as status',
    values: [campaign],
  })
  if (!['completed', 'cancelled'].includes(rows[0].status))
    anomalies.push(`the campaign does not end: it is ${rows[0].status}`)
  const mayRepeat = [race.first, race.second].some(({ sendsAgain }) => sendsAgain)
  anomalies.push(...(await lines(FINAL_ANOMALIES, [campaign, mayRepeat ? cast.doubted.delivery_id : null])))
  anomalies.push(...(await lines(AUDIT)).map(line => `at the end: ${line}`))
  const hasMoved = [race.first, race.second].some(({ name }) => name === 'change address')
  const isBarred = [race.first, race.second].some(
    ({ bars }, index) =>
      bars &&
      (bars === 'contact' || !hasMoved) &&
      (endings[index]!.refused ?? endings[index]!.error) === undefined,
  )
  const after: string | undefined = (await client.query({ ...TARGET, values: target })).rows[0]?.status
  if (isBarred && after === 'sent' && !['claimed', 'sending', 'sent'].includes(before ?? ''))
    anomalies.push(`the target was ${before} when it was barred, and was mailed`)
  return [...new Set(anomalies)]
}

/** The second transaction ran after the first: it must not do what the first forbids. */
function findBlindness(
  { target }: Cast,
  { stage, first, second }: Race,
  endings: [Ending, Ending],
): string[] {
  const [one, two] = endings
  if (one.refused !== undefined || one.error !== undefined) return []
  const does = (row: Row) => row.may_send || row.lease_ms || row.action === 'opened' || row.opened_at
  if (first.stops && second.name !== 'extend' && second.name !== 'sweep' && two.rows.some(does))
    return [`${second.name} went on after ${first.name}`]
  if (first.bars && two.rows.some(row => row.lease_ms && row.contact_id === target[stage]))
    return [`${second.name} took the target after ${first.name}`]
  return []
}
