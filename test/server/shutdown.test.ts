import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import { makeCampaign, readAudit, readCampaign, readDeliveries } from '../helper/make.ts'
import { type Script, startScriptedSmtp } from '../helper/smtp.ts'
import { until } from '../helper/until.ts'
import { ADDRESS, addressOf, ask, makeFolder, type ServiceProcess, startServer } from './service.ts'

/** The service with a campaign of three mails on two connections; the server keeps its last replies until `release`. */
async function openHeldService(t: Tap) {
  const database = await createTestDatabase(t)
  const held = Promise.withResolvers<void>()
  const script: Script = async ({ phase }) => {
    if (phase === 'accepted') await held.promise
    return undefined
  }
  const smtp = await startScriptedSmtp({ script })
  t.teardown(() => smtp.stop())
  const { id } = await makeCampaign(database.pool, { contacts: 3, limit: 3 })
  const env = {
    DATABASE_URL: database.serviceUrl,
    SMTP_URL: smtp.url,
    SMTP_CONNECTIONS: '2',
    MAIL_FROM: 'me@example.test',
  }
  const server = startServer(t, env, await makeFolder(t))
  await until(async () => smtp.accepted.length === 2)
  return { ...database, id, server, smtp, release: held.resolve }
}

type Tap = Parameters<typeof createTestDatabase>[0]

t.test('SIGTERM: mails in flight are finished and reported, no other is begun', async t => {
  const { pool, id, server, smtp, release } = await openHeldService(t)
  server.child.kill('SIGTERM')
  await server.saw(/no more mails are begun/)
  await until(
    async () => (await readDeliveries(pool, id)).filter(({ status }) => status === 'sending').length === 2,
  )
  release()
  t.equal(await server.ended, 0)
  t.equal(smtp.accepted.length, 2)
  const statuses = (await readDeliveries(pool, id)).map(({ status }) => status)
  t.same(statuses.sort(), ['queued', 'sent', 'sent'], 'none is in doubt, none is lost')
  t.equal((await pool.query('select from daybatch.claims')).rowCount, 0)
  t.same(await readAudit(pool), [])

  const next = startServer(t, server.env, server.cwd)
  await until(async () => (await readCampaign(pool, id)).status === 'completed')
  t.equal(new Set(smtp.accepted.map(({ recipient }) => recipient)).size, 3)
  t.equal(smtp.accepted.length, 3)
  await end(next)
})

t.test('a second signal ends at once, and one that comes twice is one: npm hands Ctrl-C on', async t => {
  const { server, release } = await openHeldService(t)
  server.child.kill('SIGINT')
  await server.saw(/no more mails are begun/)
  server.child.kill('SIGINT')
  release()
  t.equal(await server.ended, 0)

  const { server: stuck } = await openHeldService(t)
  stuck.child.kill('SIGINT')
  await stuck.saw(/no more mails are begun/)
  // a person who waits and then presses it again
  await delay(1_100)
  stuck.child.kill('SIGINT')
  t.equal(await stuck.ended, 1)
})

t.test('a database that is not the one it last ran on: nothing is sent until that is confirmed', async t => {
  const database = await createTestDatabase(t)
  const folder = await makeFolder(t)
  const smtp = await startScriptedSmtp()
  t.teardown(() => smtp.stop())
  const env = { DATABASE_URL: database.serviceUrl, SMTP_URL: smtp.url, MAIL_FROM: 'me@example.test' }
  const file = join(folder, '.daybatch/installation.json')

  const first = startServer(t, env, folder)
  await first.saw(/remembering this database as installation/)
  await end(first)
  const memory = JSON.parse(await readFile(file, 'utf8'))
  await mkdir(join(folder, '.daybatch'), { recursive: true })
  await writeFile(
    file,
    JSON.stringify({ ...memory, installation_id: '11111111-1111-4111-8111-111111111111' }),
  )

  const { id } = await makeCampaign(database.pool, { contacts: 1 })
  const second = startServer(t, env, folder)
  const address = addressOf(await second.saw(ADDRESS))
  await second.saw(/this is installation .*confirm_installation/)
  await until(async () =>
    /confirm_installation/.test((await ask(`${address}/health/ready`)).checks?.delivery),
  )
  t.same(smtp.accepted, [])
  await database.pool.query(
    `select daybatch.confirm_installation(true, '11111111-1111-4111-8111-111111111111')`,
  )
  await until(async () => (await readCampaign(database.pool, id)).status === 'completed')
  t.equal(smtp.accepted.length, 1)
  await end(second)
})

async function end(server: ServiceProcess): Promise<void> {
  server.child.kill('SIGTERM')
  t.equal(await server.ended, 0)
}
