// A notice on its whole way: the change in the database, pg-boss's job, the service as a process, its SMTP server and a
// webhook.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import PostalMime from 'postal-mime'
import t from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import { makeCampaign, readCampaign } from '../helper/make.ts'
import { startScriptedSmtp } from '../helper/smtp.ts'
import { until } from '../helper/until.ts'
import { ADDRESS, makeFolder, startServer } from './service.ts'

t.setTimeout(300_000)

const LIMIT_MS = 120_000
const OPERATOR = 'ops@example.com'

interface Told {
  cause: string
  text: string
  detail: { reason?: string }
  total_contacts: number
  processed_count: number
}

t.test('paused and why, once; then complete, with its figures: by mail and by webhook', async t => {
  const { pool, serviceUrl } = await createTestDatabase(t)
  const state = { isBlocked: true }
  const smtp = await startScriptedSmtp({
    keepContent: true,
    script: ({ phase, recipient }) =>
      phase === 'rcpt' && recipient !== OPERATOR && state.isBlocked
        ? '554 5.7.1 your address is listed at a blocklist'
        : undefined,
  })
  t.teardown(() => smtp.stop())
  const told: Told[] = []
  const hook = createServer(async (request, response) => {
    told.push(JSON.parse(await text(request)))
    response.end()
  })
  await new Promise<void>(resolve => hook.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise<void>(resolve => hook.close(() => resolve())))
  const webhook = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook?token=hidden`

  const { id } = await makeCampaign(pool, { contacts: 3 })
  const folder = await makeFolder(t)
  const service = startServer(
    t,
    {
      DATABASE_URL: serviceUrl,
      SMTP_URL: smtp.url,
      MAIL_FROM: 'Shop <news@example.com>',
      NOTICE_MAIL: OPERATOR,
      NOTICE_WEBHOOK: webhook,
      NOTICE_PRIVATE_ADDRESSES: 'true',
      STATE_FOLDER: folder,
    },
    folder,
  )
  await service.saw(ADDRESS)
  const mails = () => smtp.accepted.filter(({ recipient }) => recipient === OPERATOR)
  const isTold = async (count: number) => mails().length >= count && told.length >= count
  await until(() => isTold(1), LIMIT_MS)
  // a mail whose refusal is told after the resumption would pause it again
  const isQuiet = async () =>
    (await readCampaign(pool, id)).status === 'paused' &&
    (await pool.query('select from daybatch.claims')).rowCount === 0
  await until(isQuiet, LIMIT_MS)

  // refused again within the hour: nobody is told twice
  await pool.query('select daybatch.resume_campaign($1)', [id])
  await until(isQuiet, LIMIT_MS)
  state.isBlocked = false
  await pool.query('select daybatch.resume_campaign($1)', [id])
  await until(async () => (await readCampaign(pool, id)).status === 'completed', LIMIT_MS)
  await until(() => isTold(2), LIMIT_MS)

  t.match(told, [
    { cause: 'paused', detail: { reason: /the server refuses us at rcpt: 554 5\.7\.1/ }, total_contacts: 3 },
    { cause: 'completed', total_contacts: 3, processed_count: 3 },
  ])
  t.equal(told.length, 2)
  const [paused, completed, ...others] = await Promise.all(
    mails().map(({ content }) => PostalMime.parse(Buffer.from(content!, 'latin1'))),
  )
  t.same(others, [])
  t.match(paused, {
    subject: / is paused$/,
    to: [{ address: OPERATOR }],
    text: /listed at a blocklist/,
  })
  t.match(completed, { subject: / is complete$/, text: /3 of 3 sent, 0 failed, 0 remaining/ })
  t.notMatch(service.output(), /hidden/, 'no token of the webhook in the log')
  const { rows } = await pool.query('select cause from daybatch.notices where given_at is null')
  t.same(rows, [{ cause: 'paused' }], 'the second pause waits for the end of the hour')
  service.child.kill('SIGTERM')
  t.equal(await service.ended, 0)
})
