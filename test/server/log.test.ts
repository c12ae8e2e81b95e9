// What a real service logs while it sends a campaign with refusals, is asked for wrong things and loses a server: lines of
// JSON with the documented fields, and no address, key, token or password in any.
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import { insertRow, makeContacts, makeList, readCampaign } from '../helper/make.ts'
import { startScriptedSmtp } from '../helper/smtp.ts'
import { until } from '../helper/until.ts'
import { ADDRESS, addressOf, makeFolder, startServer } from './service.ts'

t.setTimeout(120_000)

const PASSWORD = 'smtp-password-of-ours'
const KEY = 'key-of-the-api-for-the-log'
const METRICS_TOKEN = 'token-of-prometheus-for-the-log'

interface Line {
  level: number
  msg: string
  [field: string]: unknown
}

t.test('a campaign with refusals', async t => {
  const { pool, serviceUrl } = await createTestDatabase(t)
  // the first connection finds a server that repeats an address and takes nobody
  let isOpen = false
  const smtp = await startScriptedSmtp({
    auth: { user: 'daybatch', pass: PASSWORD },
    script: ({ phase, recipient }) => {
      if (phase === 'greeting' && !isOpen) {
        isOpen = true
        return { end: 'drop', reply: '421 4.3.2 postmaster@relay.example.net closed this' }
      }
      if (phase === 'rcpt' && recipient.startsWith('refused')) return `550 5.1.1 <${recipient}>: no such user`
      return undefined
    },
  })
  t.teardown(() => smtp.stop())
  const folder = await makeFolder(t)
  const url = new URL(smtp.url)
  url.username = 'daybatch'
  url.password = PASSWORD
  const service = startServer(
    t,
    {
      DATABASE_URL: serviceUrl,
      SMTP_URL: url.href,
      MAIL_FROM: 'news@example.com',
      API_KEY: KEY,
      METRICS_TOKEN,
      LOG_LEVEL: 'debug',
      STATE_FOLDER: folder,
    },
    folder,
  )
  const address = addressOf(await service.saw(ADDRESS))
  const list = await makeList(
    pool,
    await makeContacts(pool, ['ada@example.org', 'refused-1@example.org', 'refused-2@example.org']),
  )
  const { id } = await insertRow(pool, 'public.campaigns', {
    name: 'For grace@example.org',
    text_body: 'Hello',
    daily_send_limit: 10,
    contact_list_ids: [list],
    status: 'sending',
  })
  await until(async () => (await readCampaign(pool, id)).status === 'completed')
  await service.saw(/campaign completed/)
  t.match((await readCampaign(pool, id)).batch_history, [{ batch_number: 1, sent_count: 1, failed_count: 2 }])
  const headers = { authorization: `Bearer ${KEY}` }
  await fetch(`${address}/api/contacts?email=eve%40example.org&cursor=eve@example.org`, { headers })
  await fetch(`${address}/api/eve@example.org`, { headers: { authorization: 'Bearer another-wrong-key' } })
  await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } })
  const wrong = await fetch(`${address}/api/contacts`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'not an eve@example.org' }),
  })
  const requestId = wrong.headers.get('x-request-id')
  await service.saw(new RegExp(`"reqId":"${requestId}".*"request completed"`))
  service.child.kill('SIGTERM')
  t.equal(await service.ended, 0)

  const output = service.output()
  const text = output.split('\n').filter(line => line.startsWith('{'))
  const lines: Line[] = text.map(line => JSON.parse(line))
  // the lines for whoever started it name the sender, as configured
  t.notMatch(text.join('\n'), /[\w.-]@|%40/, 'no address')
  for (const secret of [KEY, METRICS_TOKEN, PASSWORD, 'another-wrong-key', new URL(serviceUrl).password])
    t.notOk(output.includes(secret), 'no secret')

  const told = (msg: string) => lines.filter(line => line.msg === msg && line.campaign_id === id)
  t.match(told('batch opened'), [{ level: 30, batch_number: 1, delivery_count: 3, source: /^(job|sweep)$/ }])
  const [closed] = told('batch closed')
  t.match(closed, { level: 30, batch_number: 1 })
  // a look at the campaign just before its last report was followed closes it without counting
  if (closed && 'sent' in closed) t.match(closed, { sent: 1, failed: 2, remaining: 0 })
  for (const msg of ['batch opened', 'batch closed', 'campaign completed']) t.equal(told(msg).length, 1, msg)
  t.ok(
    lines.some(({ reqId, problem }) => reqId === requestId && problem !== undefined),
    'what was refused has the id of its request',
  )
  t.match(text.join('\n'), '(address) closed this', 'the words of the server are there, without the address')

  const guide = await readFile(new URL('../../src/metrics/README.md', import.meta.url), 'utf8')
  const usual = ['level', 'time', 'pid', 'hostname', 'msg']
  const fields = [...new Set(lines.flatMap(line => Object.keys(line)))].filter(name => !usual.includes(name))
  for (const name of fields) t.match(guide, `\`${name}\``, `${name} is documented`)
})
