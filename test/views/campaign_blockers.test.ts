// One row per reason why a campaign sends nothing now, with the moment it ends by itself.
import { readFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import type pg from 'pg'
import { advance, setClock } from '../helper/clock.ts'
import {
  begin,
  byHand,
  call,
  claim,
  closeBatch,
  greylisted,
  loginRefused,
  makeCampaign,
  openBatch,
  type Row,
  report,
  runBatch,
  send,
  serverGone,
} from '../helper/make.ts'
import { after, DAY, HOUR, MINUTE, scenario } from '../helper/scenario.ts'

const COLUMNS = 'blocker, reason, since, ends_at, needs_somebody'
const OF_VIEW = `select ${COLUMNS} from daybatch.campaign_blockers where campaign_id = $1 order by blocker`
const OF_FUNCTION = `select ${COLUMNS} from daybatch.list_blockers($1) order by blocker`

/** The view's rows; list_blockers, which looks first whether there can be any, must have the same. */
async function readBlockers(db: pg.Pool | pg.ClientBase, id: string): Promise<Row[]> {
  const { rows } = await db.query(OF_VIEW, [id])
  const { rows: listed } = await db.query(OF_FUNCTION, [id])
  if (!isDeepStrictEqual(listed, rows)) {
    throw new Error(`list_blockers says ${JSON.stringify(listed)}, campaign_blockers ${JSON.stringify(rows)}`)
  }
  return rows
}

const names = async (db: pg.Pool, id: string) => (await readBlockers(db, id)).map(row => row.blocker)
const reportWorker = (db: pg.Pool, id = 'one', problem: string | null = null) =>
  call(db, 'report_worker', id, 5, 0, problem)

scenario('a campaign that sends has no blocker', async (t, db) => {
  await reportWorker(db)
  const campaign = await makeCampaign(db, { contacts: 3, limit: 2 })
  t.same(await readBlockers(db, campaign.id), [], 'its first batch is due')
  await openBatch(db, campaign.id)
  t.same(await readBlockers(db, campaign.id), [], 'there are slots to claim')
  const rows = await claim(db, campaign.id)
  t.same(await readBlockers(db, campaign.id), [], 'all are claimed')
  await begin(db, campaign.id, rows)
  await report(db, campaign.id, rows.slice(0, 1), greylisted)
  t.same(await readBlockers(db, campaign.id), [], 'one is being sent')
})

scenario('a draft, and what it lacks', async (t, db) => {
  await reportWorker(db)
  const campaign = await makeCampaign(db, { contacts: 0, status: 'draft', text_body: null })
  t.same(await readBlockers(db, campaign.id), [
    {
      blocker: 'audience_empty',
      reason: 'nobody is on its lists',
      since: null,
      ends_at: null,
      needs_somebody: true,
    },
    {
      blocker: 'draft',
      reason: 'not started: daybatch.start_campaign(id)',
      since: (await db.query('select created_at from public.campaigns where id = $1', [campaign.id])).rows[0]
        .created_at,
      ends_at: null,
      needs_somebody: true,
    },
    {
      blocker: 'no_message',
      reason: 'neither html_body nor text_body is set',
      since: null,
      ends_at: null,
      needs_somebody: true,
    },
  ])
})

scenario('scheduled, until its time', async (t, db) => {
  await reportWorker(db)
  const campaign = await makeCampaign(db, {
    status: 'scheduled',
    scheduled_at: after(3 * HOUR).toISOString(),
  })
  t.same(await readBlockers(db, campaign.id), [
    {
      blocker: 'scheduled',
      reason: 'scheduled for 2026-03-02 12:00:00Z',
      since: null,
      ends_at: after(3 * HOUR),
      needs_somebody: false,
    },
  ])
  await setClock(db, after(3 * HOUR))
  await reportWorker(db)
  t.same(await readBlockers(db, campaign.id), [])
})

scenario('paused: by whom, why, since when', async (t, db) => {
  await reportWorker(db)
  const { rows } = await db.query('select session_user as name')
  const campaign = await makeCampaign(db)
  await advance(db, '5 minutes')
  await call(db, 'pause_campaign', campaign.id, 'wrong subject')
  const paused = { since: after(5 * MINUTE), ends_at: null, needs_somebody: true }
  t.same(await readBlockers(db, campaign.id), [
    { blocker: 'paused', reason: `paused by ${rows[0].name}: wrong subject`, ...paused },
  ])
  await call(db, 'resume_campaign', campaign.id)
  await advance(db, '1 minute')
  await call(db, 'pause_campaign', campaign.id)
  t.same(await readBlockers(db, campaign.id), [
    { blocker: 'paused', reason: `paused by ${rows[0].name}`, ...paused, since: after(6 * MINUTE) },
  ])
  // typed by hand: neither reason nor time in the row, both in the history
  const other = await makeCampaign(db)
  await db.query(`update public.campaigns set status = 'paused' where id = $1`, [other.id])
  t.same(await readBlockers(db, other.id), [
    { blocker: 'paused', reason: `paused by ${rows[0].name}`, ...paused, since: after(6 * MINUTE) },
  ])
})

scenario('paused by the engine: in the server’s words, without the address', async (t, db) => {
  await reportWorker(db)
  const campaign = await makeCampaign(db)
  await openBatch(db, campaign.id)
  await report(db, campaign.id, await claim(db, campaign.id), {
    ...loginRefused,
    reply_text: 'no login for <ada@example.org>',
  })
  const [row] = await readBlockers(db, campaign.id)
  t.match(row, { blocker: 'paused', reason: /the server refuses us at auth: 535 5.7.8 no login for/ })
  t.notMatch(row!.reason, 'ada@example.org')
})

scenario('the server refuses, until the next try', async (t, db) => {
  await reportWorker(db)
  const campaign = await makeCampaign(db, { contacts: 2 })
  await openBatch(db, campaign.id)
  await report(db, campaign.id, await claim(db, campaign.id), serverGone)
  t.same(await readBlockers(db, campaign.id), [
    {
      blocker: 'server_refuses',
      reason: 'the server refuses: connect: connection refused',
      since: after(0),
      ends_at: after(30_000),
      needs_somebody: false,
    },
  ])
  await advance(db, '30 seconds')
  t.same(await readBlockers(db, campaign.id), [], 'one mail may find out')
})

scenario('only retries are left, until the first', async (t, db) => {
  await reportWorker(db)
  const campaign = await makeCampaign(db, { contacts: 2 })
  await openBatch(db, campaign.id)
  await send(db, campaign.id, greylisted)
  t.same(await readBlockers(db, campaign.id), [
    {
      blocker: 'retries',
      reason: '2 contacts are deferred, tried again from 2026-03-02 09:15:00Z',
      since: null,
      ends_at: after(15 * MINUTE),
      needs_somebody: false,
    },
  ])
  await setClock(db, after(15 * MINUTE))
  await reportWorker(db)
  t.same(await readBlockers(db, campaign.id), [])
})

scenario('the limit is used up, until the next batch', async (t, db) => {
  await reportWorker(db)
  const campaign = await makeCampaign(db, { contacts: 3, limit: 2 })
  await openBatch(db, campaign.id)
  await advance(db, '1 minute')
  await send(db, campaign.id)
  await closeBatch(db, campaign.id)
  await reportWorker(db)
  t.same(await readBlockers(db, campaign.id), [
    {
      blocker: 'limit',
      reason: 'the limit of 2 is used up until 2026-03-03 09:00:00Z',
      since: after(MINUTE),
      ends_at: after(DAY),
      needs_somebody: false,
    },
  ])
  await setClock(db, after(DAY))
  await reportWorker(db)
  t.same(await readBlockers(db, campaign.id), [])
})

scenario('not due: the old method mailed yesterday', async (t, db) => {
  await reportWorker(db)
  await db.query(
    'create table public.email_tracking (campaign_id uuid, contact_id uuid, sent_at timestamptz, status text)',
  )
  await db.query(`create or replace view daybatch.legacy_mailed as
    select campaign_id, contact_id, sent_at as mailed_at, 'mailed'::text as state from public.email_tracking;
    grant select on public.email_tracking to daybatch_owner`)
  const campaign = await makeCampaign(db, { contacts: 3 })
  await db.query('insert into public.email_tracking values ($1, $2, $3)', [
    campaign.id,
    campaign.contacts[0],
    after(-4 * HOUR),
  ])
  await call(db, 'initialize_contact_tracking', campaign.id)
  t.same(await readBlockers(db, campaign.id), [
    {
      blocker: 'not_due',
      reason: 'not due until 2026-03-03 05:00:00Z',
      since: null,
      ends_at: after(20 * HOUR),
      needs_somebody: false,
    },
  ])
})

scenario('no worker, none alive, none that can send', async (t, db) => {
  const campaign = await makeCampaign(db)
  const noWorker = {
    blocker: 'no_worker',
    reason: 'no delivering process was seen for 3 minutes: npx daybatch serve',
    since: null as Date | null,
    ends_at: null,
    needs_somebody: true,
  }
  t.same(await readBlockers(db, campaign.id), [noWorker])
  await reportWorker(db)
  t.same(await readBlockers(db, campaign.id), [])
  await advance(db, '3 minutes')
  t.same(await readBlockers(db, campaign.id), [{ ...noWorker, since: after(0) }])
  await reportWorker(db, 'one', 'the SMTP server is away')
  t.same(await readBlockers(db, campaign.id), [
    {
      ...noWorker,
      blocker: 'worker_problem',
      reason: 'no delivering process can send: the SMTP server is away',
    },
  ])
  await reportWorker(db, 'two')
  t.same(await readBlockers(db, campaign.id), [], 'another one can')
  await call(db, 'forget_worker', 'two')
  t.same(await names(db, campaign.id), ['worker_problem'])
})

scenario('completed and cancelled send nothing, and need nobody', async (t, db) => {
  await reportWorker(db)
  const done = await makeCampaign(db, { contacts: 1 })
  await runBatch(db, done.id)
  const ended = { since: null, ends_at: null, needs_somebody: false }
  t.same(await readBlockers(db, done.id), [{ blocker: 'completed', reason: 'completed', ...ended }])
  const cancelled = await makeCampaign(db)
  await call(db, 'cancel_campaign', cancelled.id, 'withdrawn')
  t.same(await readBlockers(db, cancelled.id), [{ blocker: 'cancelled', reason: 'cancelled', ...ended }])
})

scenario('several reasons are several rows', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3, limit: 1 })
  await runBatch(db, campaign.id)
  t.same(await names(db, campaign.id), ['limit', 'no_worker'])
  await db.query('delete from public.contact_lists')
  const other = await makeCampaign(db, { lists: campaign.lists })
  t.same(await names(db, other.id), ['audience_empty', 'no_worker'], 'its list was deleted')
})

scenario('asleep beside an older application', async (t, db) => {
  await reportWorker(db)
  const campaign = await makeCampaign(db)
  await byHand(db, 'update daybatch.settings set taken_over_at = null')
  t.same(await names(db, campaign.id), ['asleep'])
  await byHand(db, `update public.campaigns set contact_list_ids = '{}' where id = $1`, [campaign.id])
  t.same(await names(db, campaign.id), ['asleep', 'audience_empty'])
})

/** Each alone stops a campaign whose batch is being sent, or is said to. */
const CAUSES: [blocker: string, statement: string][] = [
  ['asleep', 'update daybatch.settings set taken_over_at = null'],
  ['draft', `update public.campaigns set status = 'draft'`],
  [
    'scheduled',
    `update public.campaigns set status = 'scheduled', scheduled_at = daybatch.current_moment() + interval '1 hour'`,
  ],
  ['paused', `update public.campaigns set status = 'paused'`],
  ['completed', `update public.campaigns set status = 'completed'`],
  ['cancelled', `update public.campaigns set status = 'cancelled'`],
  [
    'server_refuses',
    `update daybatch.batches set refused_since = daybatch.current_moment(), refused_until = daybatch.current_moment() + interval '1 second', refusal = 'full'`,
  ],
  [
    'send_window',
    `update daybatch.batches set sending_rules = '{"send_window_from": "23:00", "send_window_to": "23:30", "send_time_zone": "UTC"}'`,
  ],
  [
    'rolling_limit',
    `update daybatch.batches set held_by = 'rolling_limit', held_until = daybatch.current_moment() + interval '1 second'`,
  ],
  [
    'sender_limit',
    `update daybatch.batches set held_by = 'sender_limit', held_until = daybatch.current_moment() + interval '1 second'`,
  ],
  [
    'domain_limit',
    `update daybatch.deliveries set status = 'deferred', retry_at = daybatch.current_moment() + interval '1 second' where status = 'queued'`,
  ],
  [
    'spread',
    `update daybatch.batches set slot_gap = interval '1 second', next_slot_at = daybatch.current_moment() + interval '1 second'`,
  ],
  ['smtp_server', `update daybatch.smtp_servers set is_enabled = false`],
  ['smtp_server', `update public.campaigns set smtp_server = 'nowhere'`],
  [
    'smtp_rate',
    `update daybatch.smtp_servers set next_send_at = daybatch.current_moment() + interval '3 seconds'`,
  ],
  ['smtp_connections', 'update daybatch.smtp_servers set connections = 1'],
  [
    'retries',
    `with used as (update daybatch.batches set next_slot = slot_count + 1), free as (delete from daybatch.claims)
     update daybatch.deliveries set status = 'deferred', claim_token = null, deferred_since = daybatch.current_moment(), retry_at = daybatch.current_moment() + interval '1 second'`,
  ],
  ['no_message', `update public.campaigns set html_body = '', text_body = null`],
  [
    'audience_empty',
    `with gone as (delete from public.contact_list_members) update public.campaigns set tracking_initialised_at = null`,
  ],
  ['no_worker', 'delete from daybatch.workers'],
  ['no_worker', `update daybatch.workers set seen_at = daybatch.current_moment() - interval '3 minutes'`],
  ['worker_problem', `update daybatch.workers set problem = 'no network'`],
  [
    'limit',
    `update daybatch.batches set closed_at = daybatch.current_moment(), sent_count = 0, failed_count = 0, skipped_count = 0, in_doubt_count = 0, returned_count = 0, remaining_count = 0`,
  ],
  [
    'quota',
    `update daybatch.batches set closed_at = daybatch.current_moment(), sent_count = 0, failed_count = 0, skipped_count = 0, in_doubt_count = 0, returned_count = 0, remaining_count = 0, cut_off_reason = '452'`,
  ],
  ['not_due', 'delete from daybatch.batches'],
]

const NEEDS = `
  select n.campaign_id, n.blocker, n.reason, n.since from daybatch.list_needs() as n order by n.blocker`

const NEEDED = `
  select case when b.blocker not in ('asleep', 'no_worker', 'worker_problem') then b.campaign_id end as campaign_id, b.blocker, b.reason, b.since
  from daybatch.campaign_blockers as b join public.campaigns as c on c.id = b.campaign_id
  where b.needs_somebody and c.status::text in ('paused', 'sending', 'scheduled') order by b.blocker`

scenario('each reason alone, as the view, list_blockers and list_needs say it', async (t, db) => {
  await reportWorker(db)
  const { id } = await makeCampaign(db, { contacts: 5, limit: 4 })
  await openBatch(db, id)
  await begin(db, id, await claim(db, id, 2))
  const session = await db.connect()
  t.teardown(() => session.release(true))
  t.same(await readBlockers(session, id), [], 'it sends')
  for (const [blocker, statement] of CAUSES) {
    await session.query('begin; set local session_replication_role = replica')
    await session.query(statement)
    const said = (await readBlockers(session, id)).map(row => row.blocker)
    t.ok(said.includes(blocker), `${blocker} is among ${said}`)
    t.same(
      (await session.query(NEEDS)).rows,
      (await session.query(NEEDED)).rows,
      `${blocker}: what needs somebody`,
    )
    await session.query('rollback')
  }
  t.same(await readBlockers(session, id), [], 'it still does')
  const source = await readFile(new URL('../../sql/views/campaign_blockers.sql', import.meta.url), 'utf8')
  const named = [...source.matchAll(/(?:select|then|else) '([a-z_]+)'/g)].map(([, name]) => name!)
  t.ok(named.length > 15, `${named.length} are named there`)
  t.same(
    named.filter(name => !CAUSES.some(([blocker]) => blocker === name)),
    [],
    'no branch of the view is left out',
  )
})
