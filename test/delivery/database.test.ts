import { simpleParser } from 'mailparser'
import t, { type Test } from 'tap'
import { Daybatch } from '../../src/db/daybatch.ts'
import { createPool } from '../../src/db/pool.ts'
import type { ClaimedDeliveryRow, OutcomeReport } from '../../src/db/rows.ts'
import { createSmtpTransport } from '../../src/delivery/transport.ts'
import { createWorker } from '../../src/delivery/worker.ts'
import { createTestDatabase } from '../helper/database.ts'
import { createRandom, readSeed } from '../helper/random.ts'
import { type Script, startScriptedSmtp } from '../helper/smtp.ts'
import { addCampaign, listDeliveries } from './campaign.ts'

// The worker on the real database, with the rights of the service.

const CONNECTIONS = 5

async function prepare(t: Test, script: Script = () => undefined) {
  const database = await createTestDatabase(t)
  const smtp = await startScriptedSmtp({ script, keepContent: true })
  const transport = createSmtpTransport({ url: smtp.url, connections: CONNECTIONS })
  const pool = createPool(database.serviceUrl, { applicationName: 'delivery test' })
  const db = new Daybatch(pool)
  const log = { info() {}, warn() {}, error() {} }
  const startWorker = () => {
    const worker = createWorker({ db, transport, workerId: 'test', connections: CONNECTIONS, log })
    worker.start()
    t.teardown(() => worker.stop())
    return worker
  }
  t.teardown(async () => {
    transport.close({ force: true })
    await pool.end()
    await smtp.stop()
  })
  return { admin: database.pool, db, smtp, startWorker }
}

const emails = (count: number) => Array.from({ length: count }, (_, index) => `c${index}@example.org`)

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise(resolve => setTimeout(resolve, 10))
}

t.test('a batch goes out, is reported and closed', async t => {
  const { admin, db, smtp, startWorker } = await prepare(t)
  const campaignId = await addCampaign(admin, { contacts: emails(60) })
  await db.processCampaigns({ campaignId })
  startWorker()
  await until(async () => (await db.getCampaign({ campaignId })).status === 'completed')
  t.equal(smtp.accepted.length, 60)
  t.equal(new Set(smtp.accepted.map(({ recipient }) => recipient)).size, 60)
  t.equal(new Set(smtp.accepted.map(({ message_id }) => message_id)).size, 60)
  const mail = await simpleParser(smtp.accepted[0]!.content!)
  t.match(mail, { subject: /^News for Ada \d+$/, text: /^Hello Ada \d+/ })
  t.ok(
    (await listDeliveries(admin, campaignId)).every(row => row.status === 'sent' && row.attempt_count === 1),
  )
  t.same((await admin.query('select * from daybatch.audit')).rows, [])
})

t.test('outcomes are written and mails are begun in one transaction, or neither', async t => {
  const { admin, db } = await prepare(t)
  const campaignId = await addCampaign(admin, { contacts: emails(4) })
  await db.processCampaigns({ campaignId })
  const [one, two, three] = await db.claimDeliveries({ campaignId, workerId: 'test', limit: 4 })
  const asked = (...rows: ClaimedDeliveryRow[]) => ({
    campaignId,
    claimTokens: rows.map(({ claim_token }) => claim_token),
    deliveryIds: rows.map(({ delivery_id }) => delivery_id),
  })
  const accepted = ({ delivery_id, claim_token }: ClaimedDeliveryRow, reply_text = 'ok'): OutcomeReport => ({
    delivery_id,
    claim_token,
    stage: 'message',
    reply_code: 250,
    enhanced_code: null,
    reply_text,
  })
  const states = async () => (await listDeliveries(admin, campaignId)).map(({ status }) => status)
  await db.beginSending(asked(one!))
  const { recorded, begun } = await db.reportAndBegin({ ...asked(three!, two!), reports: [accepted(one!)] })
  t.match(recorded, [{ delivery_id: one!.delivery_id, recorded: true, status: 'sent' }])
  t.match(begun, [
    { delivery_id: three!.delivery_id, may_send: true },
    { delivery_id: two!.delivery_id, may_send: true },
  ])
  t.same(await states(), ['sent', 'sending', 'sending', 'claimed'])
  const [, , , four] = await listDeliveries(admin, campaignId)
  const last = { ...one!, delivery_id: four!.delivery_id }
  await t.rejects(db.reportAndBegin({ ...asked(last), reports: [accepted(two!, 'not \0 a text')] }))
  t.same(await states(), ['sent', 'sending', 'sending', 'claimed'], 'a report that is refused begins nothing')
})

t.test('outcomes by stage and code', async t => {
  const replies: Record<string, [phase: string, reply: string]> = {
    unknown: ['rcpt', '550 5.1.1 no such user'],
    grey: ['rcpt', '450 4.7.1 greylisted'],
    content: ['dot', '554 5.6.0 content refused'],
    later: ['dot', '451 4.3.0 later'],
  }
  const { admin, db, startWorker } = await prepare(t, ({ phase, recipient }) => {
    const name = recipient.split('@')[0]!
    if (name === 'doubt' && phase === 'accepted') return { end: 'drop' }
    return replies[name]?.[0] === phase ? replies[name][1] : undefined
  })
  const names = ['ada', 'unknown', 'grey', 'content', 'later', 'doubt', 'eve']
  const campaignId = await addCampaign(admin, { contacts: names.map(name => `${name}@example.org`) })
  await db.processCampaigns({ campaignId })
  startWorker()
  await until(async () => (await listDeliveries(admin, campaignId)).every(row => row.attempt_count > 0))
  t.same(
    (await listDeliveries(admin, campaignId)).map(row => row.status),
    ['sent', 'failed', 'deferred', 'failed', 'deferred', 'in_doubt', 'sent'],
  )
  t.same((await admin.query('select * from daybatch.audit')).rows, [])
})

t.test('a pause stops what is not begun, and resuming sends the rest once', async t => {
  let isPaused: () => void = () => {}
  const paused = new Promise<void>(resolve => {
    isPaused = resolve
  })
  const { admin, db, smtp, startWorker } = await prepare(t, async ({ phase, mail }) => {
    if (phase === 'data' && mail > 2) await paused
    return undefined
  })
  const campaignId = await addCampaign(admin, { contacts: emails(60) })
  await db.processCampaigns({ campaignId })
  const worker = startWorker()
  await until(async () => smtp.reached.data >= 3 * CONNECTIONS)
  await db.pauseCampaign({ campaignId })
  isPaused()
  await until(async () => worker.status().held === 0)
  const sent = smtp.accepted.length
  t.ok(sent >= 2 * CONNECTIONS && sent < 60, `${sent} were sent before the pause`)
  t.equal((await listDeliveries(admin, campaignId)).filter(row => row.status === 'queued').length, 60 - sent)
  await db.resumeCampaign({ campaignId })
  worker.wake()
  await until(async () => (await db.getCampaign({ campaignId })).status === 'completed')
  t.equal(smtp.accepted.length, 60)
  t.equal(new Set(smtp.accepted.map(({ recipient }) => recipient)).size, 60)
})

t.test('a server that fails at random, a database that loses its connections', async t => {
  const random = createRandom(readSeed())
  const { admin, db, smtp, startWorker } = await prepare(t, ({ phase }) => {
    if (random.next() > 0.02 || phase === 'greeting' || phase === 'ehlo') return undefined
    return { end: random.pick(['drop', 'reset'] as const) }
  })
  // what is tried again shall be tried at once
  await admin.query(`update daybatch.settings set first_retry_delay = interval '10 milliseconds'`)
  const campaignId = await addCampaign(admin, { contacts: emails(300) })
  await db.processCampaigns({ campaignId })
  const worker = startWorker()
  let cutting = Promise.resolve()
  const cutConnections = async () => {
    // the server takes mails again: nothing waits for the minute that it is given after a refusal
    await admin.query(
      `update daybatch.batches set refused_since = null, refused_until = null, refusal = null, refusal_count = 0
       where campaign_id = $1`,
      [campaignId],
    )
    worker.wake()
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'delivery test' and random() < 0.5`,
    )
  }
  const cut = setInterval(() => {
    cutting = cutConnections()
  }, 50)
  t.teardown(() => clearInterval(cut))
  const isDone = async () =>
    (await listDeliveries(admin, campaignId)).every(({ status }) =>
      ['sent', 'failed', 'in_doubt'].includes(status),
    )
  await until(isDone)
  clearInterval(cut)
  // the last cut is over before this test asks something itself
  await cutting
  const deliveries = await listDeliveries(admin, campaignId)
  const accepted = new Map<string, number>()
  for (const { recipient } of smtp.accepted) accepted.set(recipient, (accepted.get(recipient) ?? 0) + 1)
  const count = (status: string) => deliveries.filter(row => row.status === status).length
  t.comment(
    `seed ${random.seed}: sent ${count('sent')}, in doubt ${count('in_doubt')}, failed ${count('failed')}`,
  )
  t.equal([...accepted.values()].filter(times => times > 1).length, 0, 'accepted twice')
  t.equal(
    deliveries.filter(row => row.status === 'sent' && !accepted.has(row.email)).length,
    0,
    'sent, not accepted',
  )
  t.equal(
    deliveries.filter(row => accepted.has(row.email) && !['sent', 'in_doubt'].includes(row.status)).length,
    0,
    'accepted, and neither sent nor in doubt',
  )
  await until(async () => (await db.getCampaign({ campaignId })).status === 'completed')
  t.same((await admin.query('select * from daybatch.audit')).rows, [])
})
