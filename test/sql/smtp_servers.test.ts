import type pg from 'pg'
import { advance } from '../helper/clock.ts'
import {
  accepted,
  begin,
  call,
  closeBatch,
  loginRefused,
  makeCampaign,
  noReply,
  openBatch,
  type Row,
  readAttempts,
  readBatch,
  readCampaign,
  readEvents,
  readOne,
  report,
  serverGone,
} from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { scenario } from '../helper/scenario.ts'

const KNOWN = ['default', 'relay', 'spare']
const set = (db: pg.Pool, name: string, server: Row) =>
  call(db, 'set_smtp_server', name, JSON.stringify(server))
const claim = (db: pg.Pool, id: string, limit = 100, known: string[] | null = KNOWN) =>
  call(db, 'claim_deliveries', id, 'worker', limit, known)
const blockers = async (db: pg.Pool, id: string) =>
  (await db.query('select blocker, reason from daybatch.campaign_blockers where campaign_id = $1', [id])).rows
const servers = (rows: Row[]) => [...new Set(rows.map(row => row.smtp_server))]

scenario('a campaign goes through its own server, and each try says which', async (t, db) => {
  await set(db, 'relay', { host: 'smtp.example.org' })
  const one = await makeCampaign(db, { smtp_server: 'relay' })
  const other = await makeCampaign(db)
  for (const [{ id }, server] of [
    [one, 'relay'],
    [other, 'default'],
  ] as const) {
    await openBatch(db, id)
    const rows = await claim(db, id)
    t.same(servers(rows), [server])
    t.equal(rows[0]!.send_in_ms, null, 'no limit, no wait')
    await begin(db, id, rows)
    await report(db, id, rows, [accepted, noReply, accepted])
    const attempts = await readAttempts(db, id)
    t.same(new Set(attempts.map(row => row.smtp_server)), new Set([server === 'default' ? null : server]))
  }
})

scenario('TLS is the default, but on this machine; a port says which', async (t, db) => {
  await set(db, 'a', { host: 'smtp.example.org' })
  await set(db, 'b', { host: 'smtp.example.org', port: 465 })
  await set(db, 'c', { host: '127.0.0.1', port: 2525 })
  const { rows } = await db.query(
    `select name, port, tls from daybatch.smtp_server_status where name <> 'default' order by name`,
  )
  t.same(rows, [
    { name: 'a', port: 587, tls: 'starttls' },
    { name: 'b', port: 465, tls: 'implicit' },
    { name: 'c', port: 2525, tls: 'optional' },
  ])
})

scenario('a password belongs to its host and user; no view shows it', async (t, db) => {
  const sealed_password = `v1.k1.${'i'.repeat(16)}.${'s'.repeat(30)}`
  await set(db, 'relay', { host: 'smtp.example.org', username: 'ada', sealed_password })
  await set(db, 'relay', { per_second: 5 })
  await checkRefusal(t, 'MB041', /another host/, () => set(db, 'relay', { host: 'evil.example' }))
  await checkRefusal(t, 'MB040', /SMTP_URL/, () => set(db, 'default', { host: 'smtp.example.org' }))
  await checkRefusal(t, 'MB017', /no field password/, () => set(db, 'relay', { password: 'secret' }))
  const plain = { host: 'smtp.example.org', username: 'ada', sealed_password: 'secret' }
  await t.rejects(set(db, 'other', plain), { message: /a_password_is_sealed_and_has_a_user/ })
  const status = await readOne(db, `select * from daybatch.smtp_server_status where name = 'relay'`)
  t.match(status, { has_password: true, per_second: 5 })
  t.notMatch(JSON.stringify(status), 'ssss')
  const { rows } = await db.query('select detail from daybatch.events')
  t.notMatch(JSON.stringify(rows), 'ssss')
  await checkRefusal(t, 'MB040', /stays/, () => call(db, 'remove_smtp_server', 'default'))
  t.match(await call(db, 'remove_smtp_server', 'relay'), [{ remove_smtp_server: true }])
})

scenario(
  'a server that takes no session is left for the fall-back; what was certainly not sent moves',
  async (t, db) => {
    await set(db, 'spare', { host: 'smtp.example.net', is_fallback: true })
    const campaign = await makeCampaign(db, { contacts: 6, limit: 6 })
    await openBatch(db, campaign.id)
    const rows = await claim(db, campaign.id, 3)
    const [sending, ...others] = rows
    await begin(db, campaign.id, [sending!])
    await report(db, campaign.id, others, serverGone)
    t.same(
      (await readEvents(db, campaign.id))
        .filter(({ event }) => event === 'smtp_server_changed')
        .map(row => row.detail),
      [{ batch_number: 1, from: 'default', to: 'spare', reason: 'connect: connection refused' }],
    )
    await report(db, campaign.id, [sending!], noReply)
    const next = await claim(db, campaign.id)
    t.same(servers(next), ['spare'])
    t.equal(next.length, 5)
    t.notOk(
      next.some(row => row.delivery_id === sending!.delivery_id),
      'what may have arrived does not move',
    )
    await begin(db, campaign.id, next)
    await report(db, campaign.id, next)
    t.match(await closeBatch(db, campaign.id), { closed: true, sent_count: 5, completed: true })
    t.same(await blockers(db, campaign.id), [{ blocker: 'completed', reason: 'completed' }])
    const status = await readOne(db, `select * from daybatch.smtp_server_status where name = 'default'`)
    t.match(status, { refusal: 'connect: connection refused' })
  },
)

scenario('refused credentials fall back, too; without a fall-back they pause', async (t, db) => {
  await set(db, 'relay', { host: 'smtp.example.org' })
  await set(db, 'spare', { host: 'smtp.example.net', is_fallback: true })
  const campaign = await makeCampaign(db, { smtp_server: 'relay' })
  await openBatch(db, campaign.id)
  await report(db, campaign.id, await claim(db, campaign.id, 1), loginRefused)
  const rows = await claim(db, campaign.id, 1)
  t.same(servers(rows), ['spare'])
  await report(db, campaign.id, rows, loginRefused)
  t.match(await readCampaign(db, campaign.id), {
    status: 'paused',
    pause_reason: /^the server refuses us at auth: 535/,
  })
})

scenario(
  'when all refuse, the batch waits as with one; the next batch begins with its own server',
  async (t, db) => {
    await set(db, 'spare', { host: 'smtp.example.net', is_fallback: true })
    const campaign = await makeCampaign(db, { contacts: 6, limit: 3 })
    await openBatch(db, campaign.id)
    await report(db, campaign.id, await claim(db, campaign.id, 1), serverGone)
    await report(db, campaign.id, await claim(db, campaign.id, 1), serverGone)
    t.same(await claim(db, campaign.id), [])
    t.match(await blockers(db, campaign.id), [{ blocker: 'server_refuses' }, { blocker: 'no_worker' }])
    await advance(db, '1 minute')
    const rows = await claim(db, campaign.id)
    t.equal(rows.length, 1, 'one finds out')
    await begin(db, campaign.id, rows)
    await report(db, campaign.id, rows)
    const rest = await claim(db, campaign.id)
    await begin(db, campaign.id, rest)
    await report(db, campaign.id, rest)
    await closeBatch(db, campaign.id)
    await advance(db, '25 hours')
    await openBatch(db, campaign.id)
    t.same(servers(await claim(db, campaign.id, 1)), ['default'])
    t.match(await readBatch(db, campaign.id, 2), { smtp_server: null })
  },
)

scenario('a 4xx to one mail is no reason to leave a server', async (t, db) => {
  await set(db, 'spare', { host: 'smtp.example.net', is_fallback: true })
  const campaign = await makeCampaign(db)
  await openBatch(db, campaign.id)
  await report(db, campaign.id, await claim(db, campaign.id, 1), {
    stage: 'mail',
    reply_code: 421,
    reply_text: 'closing',
  })
  t.match(await readBatch(db, campaign.id, 1), { smtp_server: null, refusal: /421/ })
})

scenario('under resend a mail in doubt is repeated only by the server that had it', async (t, db) => {
  await set(db, 'spare', { host: 'smtp.example.net', is_fallback: true })
  const campaign = await makeCampaign(db, { contacts: 3, in_doubt_policy: 'resend' })
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id, 2)
  await begin(db, campaign.id, rows.slice(0, 1))
  await report(db, campaign.id, rows.slice(0, 1), noReply)
  await report(db, campaign.id, rows.slice(1), serverGone)
  await advance(db, '1 hour')
  const next = await claim(db, campaign.id, 100, ['spare'])
  t.same(servers(next), ['spare'])
  t.same(
    next.map(row => row.slot),
    [2, 3],
  )
})

scenario('what no service can use is not claimed; a missing server is named', async (t, db) => {
  const campaign = await makeCampaign(db, { smtp_server: 'relay' })
  await openBatch(db, campaign.id)
  t.same(await claim(db, campaign.id), [])
  t.match((await blockers(db, campaign.id))[0], { blocker: 'smtp_server', reason: /relay does not exist/ })
  await set(db, 'relay', { host: 'smtp.example.org', is_enabled: false })
  t.match((await blockers(db, campaign.id))[0], { blocker: 'smtp_server', reason: /relay is switched off/ })
  await set(db, 'relay', { is_enabled: true })
  t.same(await claim(db, campaign.id, 10, null), [], 'not by a service that does not know it')
  t.same(servers(await claim(db, campaign.id)), ['relay'])
})

scenario('a rate is shared by all: places are booked, each mail has its moment', async (t, db) => {
  await set(db, 'default', { per_second: 5 })
  const one = await makeCampaign(db, { contacts: 30, limit: 30 })
  const other = await makeCampaign(db, { contacts: 30, limit: 30 })
  await openBatch(db, one.id)
  await openBatch(db, other.id)
  const first = await claim(db, one.id, 4)
  t.same(
    first.map(row => row.send_in_ms),
    [0, 200, 400, 600],
  )
  const second = await claim(db, other.id)
  t.same(
    second.map(row => row.send_in_ms),
    [800, 1000, 1200, 1400, 1600, 1800, 2000],
    'two seconds ahead, no more',
  )
  t.same(await claim(db, one.id), [])
  await advance(db, '1 second')
  t.same(
    (await claim(db, one.id)).map(row => row.send_in_ms),
    [1200, 1400, 1600, 1800, 2000],
  )
  await set(db, 'default', { per_minute: 6, per_second: null })
  const slow = await claim(db, one.id)
  t.same(
    slow.map(row => row.send_in_ms),
    [0],
  )
  t.match(
    (await blockers(db, one.id)).find(({ blocker }) => blocker === 'smtp_rate'),
    { reason: /default takes 6 a minute: booked until/ },
  )
  await advance(db, '9 seconds')
  t.same(
    (await claim(db, one.id)).map(row => row.send_in_ms),
    [1000],
  )
})

scenario('connections are shared by all: no more mails are under way', async (t, db) => {
  await set(db, 'default', { connections: 3 })
  const one = await makeCampaign(db, { contacts: 5 })
  const other = await makeCampaign(db, { contacts: 5 })
  await openBatch(db, one.id)
  await openBatch(db, other.id)
  const rows = await claim(db, one.id, 2)
  t.equal((await claim(db, other.id)).length, 1)
  t.equal((await claim(db, one.id)).length, 0)
  t.match(
    (await blockers(db, one.id)).find(({ blocker }) => blocker === 'smtp_connections'),
    { reason: /takes 3 mails at once/ },
  )
  await begin(db, one.id, rows)
  await report(db, one.id, rows.slice(0, 1))
  t.equal((await claim(db, other.id)).length, 1)
})
