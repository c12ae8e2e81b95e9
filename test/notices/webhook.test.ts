import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { simpleParser } from 'mailparser'
import t, { type Test } from 'tap'
import type { NoticeRow } from '../../src/db/rows.ts'
import { composeNotice, type NoticeMail } from '../../src/notices/mail.ts'
import { tellNotice } from '../../src/notices/notifier.ts'
import { isPrivateAddress, postWebhook } from '../../src/notices/webhook.ts'

const notice: NoticeRow = {
  notice_id: '7',
  campaign_id: '00000000-0000-4000-8000-000000000001',
  name: 'Spring\r\nBcc: x@example.org {{first_name}}',
  status: 'paused',
  cause: 'paused',
  detail: { reason: 'the server refuses us at auth: 535\u0000 no' },
  happened_at: new Date(0),
  total_contacts: 10,
  processed_count: 4,
  failed_count: 1,
  remaining_count: 5,
  next_batch_send_time: null,
}

async function startWebhook(t: Test, status = 204, headers = {}) {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => {
      body += chunk
    })
    request.on('end', () => {
      bodies.push(body)
      response.writeHead(status, headers).end()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise<void>(resolve => server.close(() => resolve())))
  return { bodies, port: (server.address() as AddressInfo).port }
}

t.test('a webhook is told by JSON, when private addresses are allowed', async t => {
  const { bodies, port } = await startWebhook(t)
  const told = (allowPrivate: boolean) =>
    tellNotice(
      { notice_id: 7, target: 'webhook' },
      {
        db: { takeNotice: async () => notice },
        webhook: `http://localhost:${port}/secret`,
        allowPrivate,
        sendMail: async () => {},
      },
    )
  await t.rejects(told(false), { message: /private address/ })
  t.equal(bodies.length, 0)
  t.equal(await told(true), 'told')
  t.match(JSON.parse(bodies[0]!), { cause: 'paused', processed_count: 4, text: /is paused/ })
})

t.test('what no webhook may reach', async t => {
  for (const address of [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    '::',
    'fe80::1%eth0',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    'no address',
  ]) {
    t.ok(isPrivateAddress(address), address)
  }
  for (const address of ['93.184.216.34', '172.32.0.1', '2606:2800:220:1::1'])
    t.notOk(isPrivateAddress(address), address)
  for (const url of [
    'http://127.0.0.1:1/',
    'http://[::1]:1/',
    'http://2130706433:1/',
    'http://0x7f.1:1/',
    'http://localhost:1/',
    'https://[::ffff:7f00:1]:1/',
  ]) {
    await t.rejects(postWebhook({}, { url, allowPrivate: false }), { message: /private address/ }, url)
  }
})

t.test('a redirect is not followed, a refusal is tried again, and neither shows the URL', async t => {
  const target = await startWebhook(t)
  for (const status of [302, 404, 500]) {
    const { port } = await startWebhook(t, status, { location: `http://127.0.0.1:${target.port}/` })
    const url = `http://127.0.0.1:${port}/token`
    await t.rejects(postWebhook({}, { url, allowPrivate: true }), {
      message: `the webhook answered ${status}`,
    })
  }
  t.same(target.bodies, [])
  await t.rejects(postWebhook({}, { url: 'http://127.0.0.1:1/token', allowPrivate: true }), {
    message: /^the webhook cannot be reached: ECONNREFUSED$/,
  })
})

t.test('a mail to an operator: values stay values', async t => {
  const mails: NoticeMail[] = []
  const outcome = await tellNotice(
    { notice_id: 7, target: 'mail' },
    {
      db: { takeNotice: async () => notice },
      mail: 'ops@example.com',
      allowPrivate: false,
      sendMail: async mail => {
        mails.push(mail)
      },
    },
  )
  t.equal(outcome, 'told')
  const { compose } = await composeNotice(mails[0]!, 'News <news@example.com>')
  const mail = await simpleParser(compose().raw)
  t.equal(mail.subject, 'daybatch: "Spring Bcc: x@example.org {{first_name}}" is paused')
  t.match(mail.text, /535 {2}no\n4 of 10 sent, 1 failed, 5 remaining/)
  t.notOk(mail.headers.has('bcc'))
  t.equal(mail.messageId, '<notice-7@example.com>')
})

t.test('a webhook that was switched off: which, why, and what to do', async t => {
  const mails: NoticeMail[] = []
  const id = '00000000-0000-4000-8000-000000000002'
  const off: NoticeRow = {
    notice_id: '8',
    campaign_id: null,
    name: null,
    status: null,
    cause: 'webhook_switched_off',
    detail: {
      host: 'hooks.example.org\r\nBcc: x@example.org',
      reason: 'the receiver answered 410 Gone',
      webhook_id: id,
      dead_count: 2,
      waiting_count: 7,
    },
    happened_at: new Date(0),
    total_contacts: null,
    processed_count: null,
    failed_count: null,
    remaining_count: null,
    next_batch_send_time: null,
  }
  const sendMail = async (mail: NoticeMail) => {
    mails.push(mail)
  }
  const db = { takeNotice: async () => off }
  await tellNotice(
    { notice_id: 8, target: 'mail' },
    { db, mail: 'ops@example.com', allowPrivate: false, sendMail },
  )
  t.match(mails[0], {
    subject: 'daybatch: the webhook to hooks.example.org Bcc: x@example.org is switched off',
    text: /410 Gone\nmessages given up: 2, waiting: 7\nnext: .*switch_webhook\('00000000-.*webhook 00000000-.*/s,
  })
  const { port, bodies } = await startWebhook(t)
  await tellNotice(
    { notice_id: 8, target: 'webhook' },
    { db, webhook: `http://localhost:${port}/`, allowPrivate: true, sendMail },
  )
  t.match(JSON.parse(bodies[0]!), {
    cause: 'webhook_switched_off',
    campaign_id: null,
    detail: { dead_count: 2 },
  })
})

t.test('nobody is configured: nothing is taken', async t => {
  const db = { takeNotice: async () => t.fail('taken') as never }
  t.equal(
    await tellNotice({ notice_id: 7, target: 'mail' }, { db, allowPrivate: false, sendMail: async () => {} }),
    'off',
  )
})
