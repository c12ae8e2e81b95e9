import t, { type Test } from 'tap'
import { Daybatch } from '../../src/db/daybatch.ts'
import { createPool } from '../../src/db/pool.ts'
import { createSmtpTransport } from '../../src/delivery/transport.ts'
import { createWorker } from '../../src/delivery/worker.ts'
import { createTestDatabase } from '../helper/database.ts'
import { type Phase, startScriptedSmtp } from '../helper/smtp.ts'
import { until } from '../helper/until.ts'
import { addCampaign, listDeliveries } from './campaign.ts'

// However many connections a service has: a fault of ours is met by five mails at most, and burns no contact.

t.setTimeout(180_000)

const CONNECTIONS = 10
const AUTH = { user: 'ada', pass: 'secret' }

/** A service with ten connections, a server that answers this from now on, and a campaign of forty. */
async function prepare(t: Test, phase: Phase, reply: string) {
  const database = await createTestDatabase(t)
  const state = { reply: reply as string | undefined }
  const smtp = await startScriptedSmtp({
    auth: AUTH,
    script: moment => (moment.phase === phase ? state.reply : undefined),
  })
  const url = new URL(smtp.url)
  url.username = AUTH.user
  url.password = AUTH.pass
  const pool = createPool(database.serviceUrl, { applicationName: 'delivery test' })
  const db = new Daybatch(pool)
  const transport = createSmtpTransport({ url: url.href, connections: CONNECTIONS })
  const log = { info() {}, warn() {}, error() {} }
  const worker = createWorker({ db, transport, workerId: 'test', connections: CONNECTIONS, log })
  t.teardown(async () => {
    await worker.stop()
    transport.close({ force: true })
    await smtp.stop()
    await pool.end()
  })
  const emails = Array.from({ length: 40 }, (_, n) => `c${n}@example.org`)
  const campaignId = await addCampaign(database.pool, { contacts: emails })
  await db.processCampaigns({ campaignId })
  const isAt = async (status: string) =>
    (await db.getCampaign({ campaignId })).status === status && worker.status().held === 0
  return { database, smtp, worker, campaignId, state, isAt }
}

const faults: [name: string, phase: Phase, reply: string][] = [
  ['credentials', 'auth', '535 5.7.8 wrong credentials'],
  ['sender refused', 'mail', '550 5.7.1 not from this sender'],
  ['blocklisted', 'rcpt', '554 5.7.1 your address is listed at a blocklist'],
  ['blocklisted after the dot', 'dot', '554 5.7.1 blocked using zen.spamhaus.org'],
  ['quota refused', 'rcpt', '550 5.4.5 daily user sending quota exceeded'],
]

for (const [name, phase, reply] of faults) {
  t.test(`${name}: at most five mails meet it, nobody is burned, and a resume tries five again`, async t => {
    const { database, smtp, worker, campaignId, state, isAt } = await prepare(t, phase, reply)
    worker.start()
    await until(() => isAt('paused'), 60_000)
    const met = smtp.reached[phase]
    t.ok(met >= 1 && met <= 5, `${met} met it`)
    const statuses = (await listDeliveries(database.pool, campaignId)).map(({ status }) => status)
    t.same(
      [...new Set(statuses)].filter(status => !['queued', 'claimed', 'deferred'].includes(status)),
      [],
    )
    const { rows } = await database.pool.query('select pause_reason from public.campaigns')
    t.match(
      rows[0].pause_reason,
      `the server refuses us at ${phase === 'dot' ? 'message' : phase}: ${reply.slice(0, 3)}`,
    )

    await database.pool.query('select daybatch.resume_campaign($1)', [campaignId])
    worker.wake()
    await until(async () => smtp.reached[phase] > met && (await isAt('paused')), 60_000)
    t.ok(smtp.reached[phase] <= met + 5, `${smtp.reached[phase] - met} met it after the resume`)

    state.reply = undefined
    await database.pool.query('select daybatch.resume_campaign($1)', [campaignId])
    worker.wake()
    await until(() => isAt('completed'), 60_000)
    t.equal(smtp.accepted.length, 40)
    t.same((await database.pool.query('select * from daybatch.audit')).rows, [])
  })
}

t.test('a quota that is used up carries the rest to the next batch, after five at most', async t => {
  const { database, smtp, worker, isAt } = await prepare(
    t,
    'dot',
    '454 Throttling failure: Daily message quota exceeded',
  )
  worker.start()
  await until(
    async () =>
      (await isAt('sending')) &&
      (await database.pool.query('select from daybatch.batches where closed_at is not null')).rowCount === 1,
    60_000,
  )
  t.ok(smtp.reached.dot <= 5, `${smtp.reached.dot} met it`)
  const { rows } = await database.pool.query(
    'select jsonb_array_length(contacts_remaining) as remaining, jsonb_array_length(contacts_failed) as failed, pause_reason from public.campaigns',
  )
  t.same(rows, [{ remaining: 40, failed: 0, pause_reason: null }])
})

t.test('once a mail is accepted all connections are used', async t => {
  const { smtp, worker, isAt } = await prepare(t, 'greeting', '220 hello')
  worker.start()
  await until(() => isAt('completed'), 60_000)
  t.equal(smtp.accepted.length, 40)
  t.ok(smtp.mostConnections > 5, `${smtp.mostConnections} connections`)
})
