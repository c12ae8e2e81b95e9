// daybatch.events: every way of changing a campaign, with who, from which program, when and why; append-only.
import pg from 'pg'
import { advance } from '../helper/clock.ts'
import {
  accepted,
  call,
  closeBatch,
  makeCampaign,
  makeList,
  openBatch,
  type Row,
  runBatch,
  send,
} from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { after, MINUTE, scenario } from '../helper/scenario.ts'

const read = async (db: pg.Pool, id: string): Promise<Row[]> =>
  (await db.query('select * from daybatch.events where campaign_id = $1 order by event_id', [id])).rows

scenario('an UPDATE typed in psql: who, from which program, when and why', async (t, db, { url, name }) => {
  const login = `dba_${name}`.slice(0, 60)
  await db.query(`create role ${login} login password 'x' in role daybatch_app`)
  t.teardown(() => db.query(`drop role ${login}`).then(() => {}))
  const campaign = await makeCampaign(db, { limit: 5, status: 'draft' })
  const other = await makeList(db, [])
  await advance(db, '7 minutes')
  const address = new URL(url)
  address.username = login
  address.password = 'x'
  const client = new pg.Client({ connectionString: address.href, application_name: 'psql' })
  await client.connect()
  try {
    await client.query(`begin; set local daybatch.reason = 'ticket 42'`)
    await client.query(
      `update public.campaigns set daily_send_limit = 9, contact_list_ids = contact_list_ids || $2::uuid, batch_interval = '48 hours',
         in_doubt_policy = 'ask', name = 'Autumn', html_body = '<p>Hello</p>', status = 'sending' where id = $1`,
      [campaign.id, other],
    )
    await client.query('commit')
    await client.query(`update public.campaigns set status = 'paused' where id = $1`, [campaign.id])
  } finally {
    await client.end()
  }
  const events = (await read(db, campaign.id)).slice(1)
  t.same(
    events.map(row => row.event),
    ['started', 'limit_changed', 'lists_changed', 'changed', 'paused'],
  )
  for (const event of events)
    t.match(event, { done_by: login, application_name: 'psql', happened_at: after(7 * MINUTE) })
  t.match(events[0]!.detail, { from: 'draft', to: 'sending', reason: 'ticket 42' })
  t.same(events[1]!.detail, { from: 5, to: 9, reason: 'ticket 42' })
  t.same(events[2]!.detail, { count: 2, added: other, reason: 'ticket 42' })
  t.same(events[3]!.detail, {
    batch_interval: { from: '24:00:00', to: '48:00:00' },
    in_doubt_policy: { from: 'never', to: 'ask' },
    name: { from: events[3]!.detail.name.from, to: 'Autumn' },
    html_body: 'changed',
    reason: 'ticket 42',
  })
  t.same(events[4]!.detail, { from: 'sending', to: 'paused' }, 'the reason was that transaction’s')
})

scenario('an ORM that writes the whole row back leaves no event', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 3, limit: 2 })
  await runBatch(db, campaign.id)
  const before = await read(db, campaign.id)
  await db.query(
    `update public.campaigns as c set (name, status, daily_send_limit, contact_list_ids, html_body, text_body, subject, contacts_remaining, batch_interval)
       = (select n.name, n.status, n.daily_send_limit, n.contact_list_ids, n.html_body, n.text_body, n.subject, n.contacts_remaining, n.batch_interval
          from public.campaigns as n where n.id = c.id) where c.id = $1`,
    [campaign.id],
  )
  t.same(await read(db, campaign.id), before)
})

scenario('the functions: each change once, with its reason', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 2, limit: 5, status: 'draft' })
  const since = async (work: () => Promise<unknown>) => {
    const count = (await read(db, campaign.id)).length
    await work()
    return (await read(db, campaign.id)).slice(count).map(row => [row.event, row.detail.reason ?? null])
  }
  const ask = (name: string, ...values: unknown[]) => since(() => call(db, name, campaign.id, ...values))
  t.same(await ask('update_campaign', '{"subject": "Spring has come", "daily_send_limit": 7}'), [
    ['limit_changed', null],
    ['changed', null],
  ])
  t.same(await ask('update_campaign', '{"subject": "Spring has come"}'), [], 'nothing changed')
  t.same(await ask('schedule_campaign', after(MINUTE)), [['scheduled', null]])
  t.same(await ask('start_campaign'), [['started', null]])
  t.same(await ask('pause_campaign', 'wrong subject'), [['paused', 'wrong subject']])
  t.same(
    await ask('pause_campaign', 'wrong list too'),
    [['paused', 'wrong list too']],
    'a second reason is told',
  )
  t.same(await ask('pause_campaign'), [], 'the same again is not')
  t.same(await ask('resume_campaign'), [['resumed', null]])
  t.same(await ask('set_daily_limit', 7), [])
  t.same(await ask('cancel_campaign', 'offer withdrawn'), [['cancelled', 'offer withdrawn']])
})

scenario('a stale reason is not the next one’s', async (t, db) => {
  const campaign = await makeCampaign(db)
  await call(db, 'pause_campaign', campaign.id, 'wrong subject')
  await db.query(`update public.campaigns set status = 'sending' where id = $1`, [campaign.id])
  await call(db, 'pause_campaign', campaign.id)
  t.match((await read(db, campaign.id)).at(-1)!.detail.reason, /^paused by /)
})

scenario('no contact, no address and no array of contacts in any event', async (t, db) => {
  const campaign = await makeCampaign(db, { contacts: 4, limit: 3 })
  await openBatch(db, campaign.id)
  await send(db, campaign.id, [
    accepted,
    { stage: 'rcpt', reply_code: 550, reply_text: '<ada@example.org> unknown' },
    { stage: 'rcpt', reply_code: 550, reply_text: 'relay denied for ada@example.org' },
  ])
  await call(db, 'resume_campaign', campaign.id)
  await send(db, campaign.id)
  await closeBatch(db, campaign.id)
  await call(db, 'retry_failed', campaign.id)
  const text = JSON.stringify((await db.query('select detail from daybatch.events')).rows)
  t.notMatch(text, '@')
  for (const contact of campaign.contacts) t.notMatch(text, contact)
  const { rows } = await db.query(
    `select e.event, k.key from daybatch.events as e cross join lateral jsonb_each(e.detail) as k (key, value) where jsonb_typeof(k.value) = 'array'`,
  )
  t.same(rows, [])
})

scenario('append-only, whoever asks: retention is a function', async (t, db) => {
  const campaign = await makeCampaign(db)
  const before = await read(db, campaign.id)
  t.ok(before.length > 0)
  const events = () => read(db, campaign.id)
  for (const statement of [
    `update daybatch.events set done_by = 'nobody'`,
    'delete from daybatch.events',
    'delete from daybatch.events where false',
    'truncate daybatch.events',
  ]) {
    await checkRefusal(
      t,
      'MB023',
      /daybatch\.events is a history: (update|delete|truncate) is refused/,
      () => db.query(statement),
      events,
    )
    await checkRefusal(t, 'MB023', /is a history/, () => asOwner(db, statement), events)
  }
  const client = await db.connect()
  try {
    await client.query('begin; set local role daybatch_operator')
    const refused = await client.query('delete from daybatch.events').catch(error => error)
    t.equal(refused.code, '42501', 'the operator has no right to it anyway')
  } finally {
    await client.query('rollback')
    client.release()
  }
})

async function asOwner(db: pg.Pool, statement: string): Promise<unknown> {
  const client = await db.connect()
  try {
    await client.query('begin; set local role daybatch_owner')
    return await client.query(statement)
  } finally {
    await client.query('rollback')
    client.release()
  }
}
