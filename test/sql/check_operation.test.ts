// What npx daybatch doctor asks the database: workers, due batches, open ones, sweeps, doubts, pauses, vacuum, hidden rows.
import type pg from 'pg'
import { advance, setClock } from '../helper/clock.ts'
import {
  begin,
  byHand,
  call,
  claim,
  closeBatch,
  makeCampaign,
  noReply,
  openBatch,
  report,
  runBatch,
} from '../helper/make.ts'
import { after, DAY, MINUTE, scenario } from '../helper/scenario.ts'
import { openSession } from '../helper/session.ts'

async function look(db: pg.Pool): Promise<Record<string, string>> {
  const rows = await call(db, 'check_operation')
  return Object.fromEntries(rows.map(row => [row.name, `${row.state} ${row.finding}`]))
}

const QUIET = {
  workers: 'ok 1 alive',
  due: 'ok no batch is overdue',
  batches: 'ok none is open past its cut-off',
  sweep: 'ok no campaign is active',
  doubts: 'ok no mail is in doubt',
  paused: 'ok no campaign is paused',
  vacuum: 'ok autovacuum is on, nothing holds it back',
  hidden: 'ok row level security hides nothing from the engine',
}

scenario('nothing to say', async (t, db) => {
  await call(db, 'report_worker', 'one', 5)
  t.same(await look(db), QUIET)
})

scenario('workers: none, one that cannot send, all', async (t, db) => {
  t.match(await look(db), { workers: /^note none was seen for 3 minutes: npx daybatch serve$/ })
  await call(db, 'report_worker', 'one', 5, 0, 'the SMTP server is away')
  t.match(await look(db), { workers: /^fail 1 of 1 cannot send: the SMTP server is away$/ })
  await call(db, 'report_worker', 'two', 5)
  t.match(await look(db), { workers: /^note 1 of 2 cannot send/ })
  await advance(db, '3 minutes')
  t.match(await look(db), { workers: /^note none was seen for 3 minutes, the last 2026-03-02 09:00:00Z/ })
})

scenario('batches that are overdue, by due time or since the start', async (t, db) => {
  const campaign = await makeCampaign(db, { name: 'Spring offer', contacts: 2, limit: 1 })
  await setClock(db, after(5 * MINUTE))
  t.equal((await look(db)).due, QUIET.due, 'five minutes are the time of a sweep')
  await setClock(db, after(6 * MINUTE))
  t.match(await look(db), {
    due: /^fail 1 batches are overdue and not open, the first since 2026-03-02 09:00:00Z \(Spring offer\).*process_campaigns/,
  })
  await runBatch(db, campaign.id)
  t.equal((await look(db)).due, QUIET.due)
  await setClock(db, after(DAY + 11 * MINUTE))
  t.equal((await look(db)).due, QUIET.due)
  await setClock(db, after(DAY + 12 * MINUTE))
  t.match(await look(db), { due: /^fail 1 batches are overdue/ })
  await byHand(db, 'update daybatch.settings set taken_over_at = null')
  t.equal((await look(db)).due, QUIET.due, 'asleep: nothing is due')
})

scenario('open batches past their cut-off', async (t, db) => {
  const campaign = await makeCampaign(db)
  await openBatch(db, campaign.id)
  await setClock(db, after(DAY))
  t.equal((await look(db)).batches, QUIET.batches)
  await setClock(db, after(DAY + MINUTE))
  t.match(await look(db), {
    batches: /^fail 1 batches are open past their cut-off, the first since 2026-03-03 08:45:00Z/,
  })
  await closeBatch(db, campaign.id)
  t.equal((await look(db)).batches, QUIET.batches)
})

scenario('sweeps, while campaigns are active', async (t, db) => {
  await makeCampaign(db)
  t.match(await look(db), { sweep: /^note the last ended never; one runs every 5 minutes/ })
  await call(db, 'process_campaigns', null, 'sweep')
  t.equal((await look(db)).sweep, 'ok the last ended 2026-03-02 09:00:00Z')
  await advance(db, '16 minutes')
  t.match(await look(db), { sweep: /^note the last ended 2026-03-02 09:00:00Z; one runs every 5 minutes/ })
})

scenario('doubts and pauses', async (t, db) => {
  const campaign = await makeCampaign(db, { name: 'Spring offer', contacts: 2, in_doubt_policy: 'ask' })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id)
  await begin(db, campaign.id, rows)
  await report(db, campaign.id, rows, noReply)
  await call(db, 'pause_campaign', campaign.id, 'wrong subject')
  t.match(await look(db), {
    doubts: /^note 2 mails are in doubt, 2 wait for you/,
    paused: 'note 1 campaigns are paused, the last Spring offer: wrong subject',
  })
  await call(db, 'resolve_all_in_doubt', campaign.id, 'sent')
  await call(db, 'resume_campaign', campaign.id)
  t.match(await look(db), { doubts: QUIET.doubts, paused: QUIET.paused })
})

scenario('autovacuum switched off, and what holds it back', async (t, db, { url, name }) => {
  await db.query('alter table daybatch.deliveries set (autovacuum_enabled = off)')
  t.match(await look(db), {
    vacuum:
      /^fail autovacuum is off for daybatch.deliveries: alter table \.\.\. reset \(autovacuum_enabled\);$/,
  })
  await db.query('alter table daybatch.deliveries reset (autovacuum_enabled)')
  t.equal((await look(db)).vacuum, QUIET.vacuum)
  // an old transaction, of a user whose sessions the engine's owner may see
  const login = `reporter_${name}`.slice(0, 60)
  await db.query(`create role ${login} login password 'x'`)
  t.teardown(() => db.query(`drop role ${login}`).then(() => {}))
  const address = new URL(url)
  address.username = login
  address.password = 'x'
  const session = await openSession(address.href)
  await session.query('begin isolation level repeatable read')
  await session.query('select from pg_class')
  t.equal((await look(db)).vacuum, QUIET.vacuum, 'how old it is, is hidden: nothing is said of it')
  await db.query(`grant ${login} to daybatch_owner`)
  const { rows } = await db.query('select xact_start as at from pg_stat_activity where pid = $1', [
    session.pid,
  ])
  await setClock(db, new Date(rows[0].at.getTime() + 90 * MINUTE + 1000))
  t.match(await look(db), {
    vacuum: new RegExp(
      `^note a transaction of ${login} \\(pid ${session.pid}, daybatch test session\\) holds the cleaning of dead rows back for 1\\.5 hours: end it$`,
    ),
  })
  await session.end()
  await setClock(db, after(0))
})

scenario('rows that are hidden from the engine', async (t, db, { name }) => {
  // by the owner of an adapter view, since the rights of the engine's owner are the whole server's
  const stranger = `stranger_${name}`.slice(0, 60)
  await db.query(`create role ${stranger}; alter view daybatch.list_members owner to ${stranger}`)
  t.match(await look(db), { hidden: /^fail .*contact_list_members/ })
  await db.query(`alter view daybatch.list_members owner to daybatch_owner; drop role ${stranger}`)
  t.equal((await look(db)).hidden, QUIET.hidden)
})
