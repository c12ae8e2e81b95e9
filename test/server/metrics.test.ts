// /metrics of a real service that sends a campaign with refusals: its figures are the database's, and it answers while the
// database is away.
import t from 'tap'
import { Forwarder } from '../../scripts/faults/world/forwarder.ts'
import { createTestDatabase } from '../helper/database.ts'
import { find, readExposition, type Sample } from '../helper/exposition.ts'
import { insertRow, makeContacts, makeList, readCampaign } from '../helper/make.ts'
import { startScriptedSmtp } from '../helper/smtp.ts'
import { until } from '../helper/until.ts'
import { ADDRESS, addressOf, makeFolder, startServer } from './service.ts'

t.setTimeout(180_000)

const TOKEN = 'token-of-prometheus'
const KEY = 'k'.repeat(32)
const { pool, serviceUrl } = await createTestDatabase(t)
const smtp = await startScriptedSmtp({
  script: ({ phase, recipient }) => {
    if (phase === 'rcpt' && recipient.startsWith('refused')) return '550 5.1.1 no such user'
    if (phase === 'dot' && recipient.startsWith('lost')) return { end: 'drop' }
    return undefined
  },
})
t.teardown(() => smtp.stop())
const forwarder = await Forwarder.start()
t.teardown(async () => forwarder.stop())
const url = new URL(serviceUrl)
forwarder.target = Number(url.port)
url.port = String(forwarder.port)

const folder = await makeFolder(t)
const service = startServer(
  t,
  {
    DATABASE_URL: url.href,
    SMTP_URL: smtp.url,
    SMTP_CONNECTIONS: '4',
    MAIL_FROM: 'news@example.com',
    API_KEY: KEY,
    METRICS_TOKEN: TOKEN,
    STATE_FOLDER: folder,
  },
  folder,
)
const address = addressOf(await service.saw(ADDRESS))
const ask = (path: string, key?: string) =>
  fetch(`${address}${path}`, key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } })

async function scrape(): Promise<Sample[]> {
  const answer = await ask('/metrics', TOKEN)
  if (!/^text\/plain; version=0\.0\.4/.test(answer.headers.get('content-type') ?? ''))
    throw new Error(`not what Prometheus reads: ${answer.status}`)
  return readExposition(await answer.text()).samples
}

t.test('METRICS_TOKEN opens /metrics and nothing else; the API key opens it too', async t => {
  t.equal((await ask('/metrics')).status, 401)
  t.equal((await ask('/metrics', 'another')).status, 401)
  t.equal((await ask('/metrics', KEY)).status, 200)
  t.equal((await ask('/api/campaigns', TOKEN)).status, 401)
})

t.test('a campaign with refusals and a doubt', async t => {
  const people = [...Array.from({ length: 20 }, (_, n) => `reader-${n}@example.org`), 'lost@example.org']
  const refused = Array.from({ length: 4 }, (_, n) => `refused-${n}@example.org`)
  const list = await makeList(pool, await makeContacts(pool, [...people, ...refused]))
  const { id } = await insertRow(pool, 'public.campaigns', {
    name: 'Metered',
    text_body: 'Hello',
    daily_send_limit: 100,
    contact_list_ids: [list],
    status: 'sending',
  })
  await until(async () => (await readCampaign(pool, id)).status === 'completed')
  await ask(`/api/campaigns/${id}`, KEY)
  await ask('/nothing/here', KEY)

  // figures of the whole database may be some seconds old
  const samples = await until(async () => {
    const now = await scrape()
    return find(now, 'daybatch_campaigns', { status: 'completed' }) === 1 && now
  })
  const value = (name: string, labels?: Record<string, string>) => find(samples, `daybatch_${name}`, labels)
  t.equal(value('database_up'), 1)
  for (const outcome of ['sent', 'failed', 'in_doubt']) {
    const { rows } = await pool.query(
      'select count(*)::integer as count from daybatch.deliveries where campaign_id = $1 and status = $2',
      [id, outcome],
    )
    t.equal(value('mails_total', { outcome, smtp_server: 'default' }), rows[0].count, outcome)
  }
  t.equal(value('smtp_replies_total', { stage: 'rcpt', reply: '5xx' }), 4)
  t.equal(value('smtp_replies_total', { stage: 'message', reply: 'none' }), 1)
  t.equal(value('batches_total', { action: 'opened' }), 1)
  t.equal(value('batches_total', { action: 'closed' }), 1)
  t.equal(value('batches_total', { action: 'completed' }), 1)
  t.equal(value('in_doubt', { policy: 'never' }), 1)
  t.equal(value('workers', { state: 'fit' }), 1)

  const parts = (stage: string) => value('smtp_duration_seconds_count', { stage })
  t.equal(parts('wait'), 25, 'every mail got a connection')
  t.equal(parts('permit'), 21, 'those that were not refused asked')
  t.equal(parts('message'), 21)
  // the connection of the doubt was lost, and perhaps opened again
  t.ok(parts('connect')! >= 4 && parts('connect')! <= smtp.connections, `${parts('connect')} connections`)
  t.equal(value('smtp_connections', { state: 'limit' }), 4)
  t.equal(value('smtp_connections', { state: 'busy' }), 0)
  t.equal(value('held_deliveries'), 0)
  for (const call of ['claim_deliveries', 'begin_sending', 'close_batch', 'get_campaign'])
    t.ok(value('database_call_duration_seconds_count', { call })! >= 1, call)
  t.ok(value('pool_connections', { pool: 'delivery' })! >= 1)
  t.equal(value('pool_waiting', { pool: 'service' }), 0)

  const requests = (route: string, status: string) =>
    value('http_request_duration_seconds_count', { route, status })
  t.equal(requests('/api/campaigns/:id', '2xx'), 1)
  t.equal(requests('unknown', '4xx'), 1)
  t.equal(requests('/metrics', '4xx'), 2)
  const text = await (await ask('/metrics', TOKEN)).text()
  t.notMatch(text, id, 'no id of a campaign')
  t.notMatch(text, /@|no such user/, 'no address and no words of a server')
})

t.test('the database is away: the answer says so, in time', async t => {
  forwarder.target = undefined
  forwarder.dropAll()
  const start = performance.now()
  const samples = await until(async () => {
    const now = await scrape()
    return find(now, 'daybatch_database_up') === 0 && now
  })
  t.ok(performance.now() - start < 15_000)
  t.equal(find(samples, 'daybatch_campaigns'), undefined)
  t.equal(find(samples, 'daybatch_mails_total', { outcome: 'sent' }), 20, 'what the process counted stays')
  forwarder.target = Number(new URL(serviceUrl).port)
  await until(async () => find(await scrape(), 'daybatch_database_up') === 1)
})
