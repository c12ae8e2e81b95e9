// daybatch worker: a process that schedules and delivers beside one that answers HTTP, on one database.
import { readdir, readFile, readlink } from 'node:fs/promises'
import t from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import { makeCampaign, readAudit, readCampaign, readDeliveries } from '../helper/make.ts'
import { type Script, startScriptedSmtp } from '../helper/smtp.ts'
import { until } from '../helper/until.ts'
import { ADDRESS, addressOf, ask, makeFolder, startServer, startWorker } from './service.ts'

t.setTimeout(300_000)

const IS_WORKER = /http +off: a worker only schedules and delivers/

t.test(
  'started over HTTP on one process, delivered by another, which ends with nothing in doubt',
  async t => {
    const { pool, serviceUrl } = await createTestDatabase(t)
    const held = Promise.withResolvers<void>()
    const script: Script = async ({ phase }) => {
      if (phase === 'accepted') await held.promise
      return undefined
    }
    const smtp = await startScriptedSmtp({ script })
    t.teardown(() => smtp.stop())
    const mail = { SMTP_URL: smtp.url, SMTP_CONNECTIONS: '2', MAIL_FROM: 'me@example.test' }
    const folder = await makeFolder(t)

    // without SMTP_URL it sends nothing: what is sent, the worker sends
    const api = startServer(t, { DATABASE_URL: serviceUrl }, folder)
    const address = addressOf(await api.saw(ADDRESS))
    const worker = startWorker(t, { DATABASE_URL: serviceUrl, ...mail }, await makeFolder(t))
    await worker.saw(IS_WORKER)
    t.same(await listPorts(worker.child.pid!), [], 'it listens to nobody')
    t.not((await listPorts(api.child.pid!)).length, 0)

    const { id } = await makeCampaign(pool, { contacts: 5, limit: 5, status: 'draft' })
    await ask(`${address}/api/campaigns/${id}/start`, {})
    await until(async () => smtp.accepted.length === 2)
    const { rows } = await pool.query('select worker_id, is_alive, connections from daybatch.worker_status')
    t.match(rows, [{ worker_id: new RegExp(`/${worker.child.pid}/`), is_alive: true, connections: 2 }])

    worker.child.kill('SIGTERM')
    await worker.saw(/no more mails are begun/)
    held.resolve()
    t.equal(await worker.ended, 0)
    const statuses = (await readDeliveries(pool, id)).map(({ status }) => status)
    t.same(statuses.sort(), ['queued', 'queued', 'queued', 'sent', 'sent'], 'none is in doubt, none is lost')
    t.equal((await pool.query('select from daybatch.claims')).rowCount, 0)
    t.same(await readAudit(pool), [])
    t.match(await ask(`${address}/health/ready`), { checks: { delivery: /^off/ } }, 'the other one goes on')

    // two at once share what is left
    const others = [worker.cwd, await makeFolder(t)].map(cwd => startWorker(t, worker.env, cwd))
    await until(async () => (await readCampaign(pool, id)).status === 'completed')
    t.equal(smtp.accepted.length, 5)
    t.equal(new Set(smtp.accepted.map(({ recipient }) => recipient)).size, 5)
    t.match(await ask(`${address}/api/campaigns/${id}`), {
      status: 'completed',
      processed_count: 5,
      failed_count: 0,
    })
    t.same(await readAudit(pool), [])
    for (const process of [...others, api]) {
      process.child.kill('SIGTERM')
      t.equal(await process.ended, 0)
    }
  },
)

t.test('with WORKER_PORT it tells how it is and its figures, and answers nothing else', async t => {
  const { pool, serviceUrl } = await createTestDatabase(t)
  const smtp = await startScriptedSmtp()
  t.teardown(() => smtp.stop())
  const env = { DATABASE_URL: serviceUrl, SMTP_URL: smtp.url, MAIL_FROM: 'me@example.test', WORKER_PORT: '0' }
  const worker = startWorker(t, { ...env, METRICS_TOKEN: 'only-figures' }, await makeFolder(t))
  const address = addressOf(await worker.saw(/http +(http:\/\/[\d.]+:\d+): \/health and \/metrics only/))
  const { id } = await makeCampaign(pool, { contacts: 3 })
  await until(async () => (await readCampaign(pool, id)).status === 'completed')
  t.match(await ask(`${address}/health/live`), { status: 'live' })
  t.match(await ask(`${address}/health/ready`), { status: 'ready', checks: { delivery: 'ok' } })
  t.equal((await fetch(`${address}/metrics`)).status, 401)
  const answer = await fetch(`${address}/metrics`, { headers: { authorization: 'Bearer only-figures' } })
  t.match(await answer.text(), /^daybatch_smtp_\w+_count.* 3$/m, 'times of its own three mails')
  for (const path of ['/', '/api/campaigns', '/openapi.json', '/docs'])
    t.match(await ask(`${address}${path}`), { status: 404, type: '/problems/unknown-route' }, path)
  worker.child.kill('SIGTERM')
  t.equal(await worker.ended, 0)
})

t.test('without a database to share there is nothing for it to do', async t => {
  const worker = startWorker(t, {}, await makeFolder(t))
  t.equal(await worker.ended, 1)
  t.match(worker.output(), /a worker shares the database of other processes: set DATABASE_URL/)
})

/** The TCP ports that a process listens on, by what the kernel says of its sockets. */
async function listPorts(pid: number): Promise<string[]> {
  const files = await readdir(`/proc/${pid}/fd`)
  const links = await Promise.all(files.map(file => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')))
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map(name => readFile(`/proc/${pid}/net/${name}`, 'utf8').catch(() => '')),
  )
  const sockets = tables.flatMap(table => table.split('\n').map(line => line.trim().split(/\s+/)))
  const LISTENS = '0A'
  return sockets
    .filter(([, , , state, , , , , , inode]) => state === LISTENS && links.includes(`socket:[${inode}]`))
    .map(([, local]) => local!)
}
