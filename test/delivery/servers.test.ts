import { randomBytes } from 'node:crypto'
import t, { type Test } from 'tap'
import { Daybatch } from '../../src/db/daybatch.ts'
import { createPool } from '../../src/db/pool.ts'
import { SmtpServers, sealingContext } from '../../src/delivery/servers.ts'
import { createWorker } from '../../src/delivery/worker.ts'
import { SecretBox } from '../../src/secret-box.ts'
import { createTestDatabase } from '../helper/database.ts'
import { type Script, startScriptedSmtp } from '../helper/smtp.ts'
import { addCampaign } from './campaign.ts'

// Several SMTP servers and their limits, on the real database and over real connections.

const AUTH = { user: 'ada', pass: 'sésame: %&' }
const emails = (count: number, name = 'c') =>
  Array.from({ length: count }, (_, n) => `${name}${n}@example.org`)

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise(resolve => setTimeout(resolve, 10))
}

async function prepare(t: Test, scripts: { own?: Script; spare?: Script } = {}) {
  const database = await createTestDatabase(t)
  const own = await startScriptedSmtp({ script: scripts.own ?? (() => undefined) })
  const spare = await startScriptedSmtp({ script: scripts.spare ?? (() => undefined), auth: AUTH })
  const secrets = SecretBox.read(`k:${randomBytes(32).toString('base64')}`)
  const lines: unknown[] = []
  const write = (...line: unknown[]) => void lines.push(line)
  const log = { info: write, warn: write, error: write }
  const startWorker = (workerId = 'one', keys = secrets) => {
    const pool = createPool(database.serviceUrl, { applicationName: 'delivery test' })
    const db = new Daybatch(pool)
    const transport = new SmtpServers({ db, url: own.url, secrets: keys, connections: 5, log })
    const worker = createWorker({ db, transport, workerId, connections: 5, log })
    worker.start()
    t.teardown(async () => {
      await worker.stop()
      transport.close({ force: true })
      await pool.end()
    })
    return { worker, transport }
  }
  t.teardown(async () => {
    await own.stop()
    await spare.stop()
  })
  const db = new Daybatch(database.pool)
  const setSpare = async (fields: object = {}) => {
    const place = { name: 'spare', host: '127.0.0.1', port: spare.port, username: AUTH.user }
    const { name, ...server } = place
    const sealed_password = secrets.seal(AUTH.pass, sealingContext(place))
    await db.setSmtpServer({ name, server: { ...server, sealed_password, ...fields } })
  }
  const isComplete = async (campaignId: string) =>
    (await db.getCampaign({ campaignId })).status === 'completed'
  return { admin: database.pool, db, own, spare, lines, startWorker, setSpare, isComplete }
}

t.test('a campaign goes through the server that it names, logged in with the opened password', async t => {
  const { admin, db, own, spare, startWorker, setSpare, isComplete } = await prepare(t)
  await setSpare()
  const campaignId = await addCampaign(admin, { contacts: emails(20) })
  await admin.query(`update public.campaigns set smtp_server = 'spare'`)
  await db.processCampaigns({ campaignId })
  startWorker()
  await until(() => isComplete(campaignId))
  t.equal(spare.accepted.length, 20)
  t.equal(own.accepted.length, 0)
})

t.test('a server that goes away in mid-batch: the rest goes through the fall-back, nobody twice', async t => {
  const { admin, db, own, spare, lines, startWorker, setSpare, isComplete } = await prepare(t, {
    own: ({ phase, connection, mail }) =>
      connection > 5 || (mail > 3 && phase === 'mail') ? { end: 'reset' } : undefined,
  })
  await setSpare({ is_fallback: true })
  const campaignId = await addCampaign(admin, { contacts: emails(60) })
  await db.processCampaigns({ campaignId })
  startWorker()
  await until(() => isComplete(campaignId))
  const recipients = [...own.accepted, ...spare.accepted].map(({ recipient }) => recipient)
  t.equal(recipients.length, 60)
  t.equal(new Set(recipients).size, 60)
  t.ok(own.accepted.length > 0 && spare.accepted.length > 0)
  const { rows } = await admin.query(
    `select coalesce(smtp_server, 'default') as server, count(*)::integer from daybatch.delivery_attempts where outcome = 'sent' group by 1 order by 1`,
  )
  t.same(rows, [
    { server: 'default', count: own.accepted.length },
    { server: 'spare', count: spare.accepted.length },
  ])
  t.same((await admin.query('select * from daybatch.audit')).rows, [])
  t.notMatch(JSON.stringify(lines), /s\u00e9same/, 'no password in the log')
})

t.test('a service without the key says so, and leaves the mails to others', async t => {
  const { admin, db, spare, lines, startWorker, setSpare, isComplete } = await prepare(t)
  await setSpare()
  const campaignId = await addCampaign(admin, { contacts: emails(5) })
  await admin.query(`update public.campaigns set smtp_server = 'spare'`)
  await db.processCampaigns({ campaignId })
  const { transport } = startWorker('other', SecretBox.read(`other:${randomBytes(32).toString('base64')}`))
  await until(() => transport.problem !== null)
  t.match(
    transport.problem,
    /spare cannot be used: it is sealed with the key k, which is not in ENCRYPTION_KEYS/,
  )
  t.equal(spare.accepted.length, 0)
  startWorker()
  await until(() => isComplete(campaignId))
  t.equal(spare.accepted.length, 5)
  t.equal(lines.filter(line => JSON.stringify(line).includes('cannot be used')).length, 1, 'said once')
})

t.test('a rate and connections hold over two services', async t => {
  const times: number[] = []
  let now = 0
  let most = 0
  const { admin, db, own, startWorker, isComplete } = await prepare(t, {
    own: ({ phase }) => {
      if (phase === 'mail') most = Math.max(most, ++now)
      if (phase === 'accepted') times.push(performance.now())
      if (phase === 'done') now -= 1
      return undefined
    },
  })
  await db.setSmtpServer({ name: 'default', server: { per_second: 20, connections: 3 } })
  const campaigns = [
    await addCampaign(admin, { contacts: emails(30, 'a') }),
    await addCampaign(admin, { contacts: emails(30, 'b') }),
  ]
  for (const campaignId of campaigns) await db.processCampaigns({ campaignId })
  startWorker('one')
  startWorker('two')
  for (const campaignId of campaigns) await until(() => isComplete(campaignId))
  t.equal(own.accepted.length, 60)
  t.ok(most <= 3, `at most ${most} mails at once`)
  const seconds = (times.at(-1)! - times[0]!) / 1000
  t.ok(seconds >= 59 / 20 - 0.3, `60 mails in ${seconds} s`)
  const busiest = Math.max(
    ...times.map(start => times.filter(time => time >= start && time < start + 1000).length),
  )
  t.ok(busiest <= 24, `${busiest} mails in the busiest second`)
})
