// One row per reason why a campaign sends nothing now, with the moment it ends by itself.
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

async function readBlockers(db: pg.Pool, id: string): Promise<Row[]> {
  const { rows } = await db.query(
    `select blocker, reason, since, ends_at, needs_somebody from daybatch.campaign_blockers where campaign_id = $1 order by blocker`,
    [id],
  )
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
