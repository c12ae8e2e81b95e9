import { createHmac, createSign, generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import type { InjectOptions } from 'fastify'
import t, { type Test } from 'tap'
import * as mails from '../bounces/mails.ts'
import { mailgun, postmark, sendgrid, sesBounce, sns } from '../bounces/vendors.ts'
import { setClock } from '../helper/clock.ts'
import { call, makeCampaign, openBatch, send as sendBatch } from '../helper/make.ts'
import { type Answer, openApi } from './api.ts'

const NOW = '2026-03-02T09:00:10.000Z'
const OUR_TOPIC = 'arn:aws:sns:eu-west-1:123456789012:bounces'
const OUR_CERTIFICATE_URL = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-ours.pem'
const ourKey = readFileSync(new URL('../helper/localhost-key.pem', import.meta.url))
const ourCertificate = readFileSync(new URL('../helper/localhost-certificate.pem', import.meta.url), 'utf8')
const sendgridKeys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const fetched: string[] = []

const api = await openApi(t, {
  config: {
    apiKey: 'the-key',
    inboundSecret: 'the-inbound-secret',
    webhooks: {
      ses: [OUR_TOPIC, ...sns.topics],
      sendgrid: sendgrid.publicKey,
      mailgun: mailgun.signingKey,
      postmark: 'hook:pass:word',
    },
  },
  async fetch(url) {
    fetched.push(url)
    if (url === sns.certificateUrl) return sns.certificate
    if (url === OUR_CERTIFICATE_URL) return ourCertificate
    if (url.includes('away')) throw new Error('fetch failed')
    return '<ConfirmSubscriptionResponse/>'
  },
})
const { pool, inject } = api

const post = (path: string, payload: string | Buffer, headers: Record<string, string>): Promise<Answer> =>
  inject({ method: 'POST', url: `/api/inbound/${path}`, payload, headers } as InjectOptions)
const postJson = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  post(path, JSON.stringify(body), { 'content-type': 'application/json', ...headers })
const postMail = (
  mail: string,
  headers: Record<string, string> = { authorization: 'Bearer the-inbound-secret' },
) => post('dsn', mail, { 'content-type': 'message/rfc822', ...headers })

const count = async () => (await pool.query('select from daybatch.bounces')).rowCount

/** Refused, told alike, and nothing was kept. */
async function checkRefused(t: Test, answer: Answer, status: number, slug: string): Promise<void> {
  t.match(answer, { status, body: { type: `/problems/${slug}` } })
  t.notMatch(JSON.stringify(answer.body), /@|key-3ax|pass:word|stack|select /)
  t.equal(await count(), 0)
}

/** A campaign whose first mails were accepted; the token of each, in order. */
async function sendCampaign(...emails: string[]) {
  const { id } = await makeCampaign(pool, { contacts: emails })
  await openBatch(pool, id)
  const sent = await sendBatch(pool, id)
  const [row] = await call(
    pool,
    'make_return_paths',
    sent.map(delivery => delivery.delivery_id),
  )
  const tokens: string[] = row!.make_return_paths
  return { id, sent, returnPaths: tokens.map(token => `bounce+${token}@bounces.example.com`) }
}

t.beforeEach(async () => {
  await setClock(pool, NOW)
  await pool.query('truncate daybatch.bounces, daybatch.suppressions')
  fetched.length = 0
})

t.test('a mail server hands on what came back: recorded once, with its own secret', async t => {
  const { returnPaths } = await sendCampaign('ada@example.org', 'bob@example.org')
  const [ada, bob] = returnPaths as [string, string]
  await checkRefused(t, await postMail(mails.postfix({ to: ada }), {}), 401, 'unauthorized')
  await checkRefused(
    t,
    await postMail(mails.postfix({ to: ada }), { authorization: 'Bearer wrong' }),
    401,
    'unauthorized',
  )
  t.match(await postMail(mails.postfix({ to: ada })), { status: 200, body: { result: 'recorded' } })
  t.match(await postMail(mails.gmail({ to: ada })), { status: 200, body: { result: 'known' } })
  t.match(await postMail(mails.complaint({ to: bob }), { 'x-api-key': 'the-key' }), {
    status: 200,
    body: { result: 'recorded' },
  })
  t.match(await postMail(mails.absence({ to: bob })), { status: 200, body: { result: 'none' } })
  t.match(await postMail(mails.delayed({ to: bob })), { status: 200, body: { result: 'ignored' } })
  const { rows } = await pool.query('select kind, source, status_code from daybatch.bounces order by 1')
  t.same(rows, [
    { kind: 'complaint', source: 'arf', status_code: null },
    { kind: 'hard', source: 'dsn', status_code: '5.1.1' },
  ])
  const elsewhere = await inject({
    method: 'GET',
    url: '/api/campaigns',
    headers: { authorization: 'Bearer the-inbound-secret' },
  })
  t.equal(elsewhere.status, 401, 'the secret opens nothing else')
})

t.test('a mail that asks to unsubscribe, as List-Unsubscribe has it, does so', async t => {
  const { sent, returnPaths } = await sendCampaign('leaving@example.org', 'staying@example.org')
  const isUnsubscribed = async (email: string) =>
    (await pool.query('select unsubscribed_at from contacts where email = $1', [email])).rows[0]
      .unsubscribed_at !== null
  const ask = (subject: string, more = '') =>
    postMail(
      `From: somebody@example.net\r\nTo: leave@example.com\r\nSubject: ${subject}\r\n${more}\r\n\r\nunsubscribe\r\n`,
    )
  const [token, other] = sent.map(row => row.unsubscribe_token as string)
  const bounceToken = returnPaths[1]!.slice('bounce+'.length, returnPaths[1]!.indexOf('@'))
  // of another purpose, changed, none, and with more than the token
  for (const subject of [
    `unsubscribe ${bounceToken}`,
    `unsubscribe ${other!.replace(/.$/, 'x')}`,
    `unsubscribe ${'0'.repeat(52)}`,
  ])
    t.match(await ask(subject), { status: 200, body: { result: /^(unknown|none)$/ } }, subject)
  for (const subject of ['unsubscribe', 'unsubscribe test', `please unsubscribe ${other} now`, `x ${other}`])
    t.match(await ask(subject), { status: 200, body: { result: 'none' } }, subject)
  t.equal((await pool.query('select from contacts where unsubscribed_at is not null')).rowCount, 0)

  t.match(await ask(`unsubscribe ${token}`), { status: 200, body: { result: 'unsubscribed' } })
  t.equal(await isUnsubscribed('leaving@example.org'), true)
  t.equal(await isUnsubscribed('staying@example.org'), false)
  t.match(
    await ask(`Re: UNSUBSCRIBE  ${token!.toUpperCase()}`),
    { body: { result: 'unsubscribed' } },
    'again',
  )
  const { rows } = await pool.query('select reason, source from daybatch.suppressions')
  t.same(rows, [{ reason: 'unsubscribed', source: 'mail' }])
  t.match(await ask(`=?utf-8?Q?unsubscribe_${other}?=`), { body: { result: 'unsubscribed' } }, 'encoded')
  t.match(
    await postMail(`Subject: unsubscribe ${token}\r\n\r\n`, { authorization: 'Bearer wrong' }),
    { status: 401 },
    'who may not hand mails on',
  )
})

t.test('forged mails and mails of another purpose change nothing', async t => {
  const { returnPaths } = await sendCampaign('ada@example.org')
  const [path] = returnPaths as [string]
  const other = (await call(pool, 'make_token', 'unsubscribe', Buffer.alloc(8, 1)))[0]!.make_token
  const forged = path.replace(/[0-9a-f]@/, digit => `${digit[0] === '0' ? '1' : '0'}@`)
  for (const to of [
    forged,
    `bounce+${other}@bounces.example.com`,
    'ada@example.org',
    'bounce+@bounces.example.com',
  ]) {
    t.match(await postMail(mails.postfix({ to })), { status: 200, body: { result: 'unknown' } })
  }
  t.equal(await count(), 0)
  const answer = await post(
    `dsn?recipient=${encodeURIComponent(path)}`,
    mails.exchange({ to: 'x@example.com' }),
    {
      'content-type': 'message/rfc822',
      authorization: 'Bearer the-inbound-secret',
    },
  )
  t.match(answer, { status: 200, body: { result: 'recorded' } }, 'the envelope recipient counts')
})

t.test('a mail of another content type, none, or too large', async t => {
  const authorization = 'Bearer the-inbound-secret'
  t.match(await post('dsn', '{}', { 'content-type': 'application/json', authorization }), { status: 415 })
  t.match(await inject({ method: 'POST', url: '/api/inbound/dsn', headers: { authorization } }), {
    status: 400,
  })
  t.match(await postMail('x'.repeat(12 * 1024 * 1024 + 1)), { status: 413 })
  t.match(await postJson('postmark', 'x'.repeat(4 * 1024 * 1024)), { status: 413 })
  t.equal(await count(), 0)
})

/** A message as SNS would sign it, with a key and certificate of ours. */
function signSns(fields: Record<string, string>) {
  const message: Record<string, string> = {
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: OUR_TOPIC,
    Message: '',
    Timestamp: NOW,
    SignatureVersion: '2',
    SigningCertURL: OUR_CERTIFICATE_URL,
    ...fields,
  }
  const names =
    message.Type === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type']
  const text = names.filter(name => name in message).map(name => `${name}\n${message[name]}\n`)
  message.Signature = createSign('sha256').update(text.join('')).sign(ourKey, 'base64')
  return message
}

const postSns = (message: object) =>
  post('ses', JSON.stringify(message), { 'content-type': 'text/plain; charset=UTF-8' })

t.test('SNS: what Amazon signed is believed, and nothing else is', async t => {
  await setClock(pool, sns.signedAt)
  for (const message of sns.messages) t.match(await postSns(message), { status: 200, body: { recorded: 0 } })
  t.same(fetched, [sns.certificateUrl], 'one certificate, read once')
  const [message] = sns.messages
  const forgeries: object[] = [
    { ...message, Message: 'Hello, world' },
    { ...message, Timestamp: '2022-07-28T21:24:58.317Z' },
    { ...message, Signature: 'bad' },
    { ...message, Signature: sns.messages[1]!.Signature },
    { ...message, SignatureVersion: '3' },
    { ...message, TopicArn: 'arn:aws:sns:us-east-2:295079676684:another' },
    { ...message, Type: 'Other' },
    { ...message, Subject: 'more than was signed' },
    {},
  ]
  for (const forgery of forgeries) await checkRefused(t, await postSns(forgery), 403, 'webhook-refused')
  await setClock(pool, '2022-07-28T22:40:00Z')
  await checkRefused(t, await postSns(message!), 403, 'webhook-refused')
})

t.test('SNS: nothing is ever asked of another host than Amazon’s', async t => {
  const urls = [
    'http://sns.eu-west-1.amazonaws.com/x.pem',
    'https://sns.eu-west-1.amazonaws.com.example.com/x.pem',
    'https://example.com/sns.eu-west-1.amazonaws.com/x.pem',
    'https://sns.eu-west-1.amazonaws.com@example.com/x.pem',
    'https://user:password@sns.eu-west-1.amazonaws.com/x.pem',
    'https://sns.eu-west-1.amazonaws.com:8443/x.pem',
    'https://s3.eu-west-1.amazonaws.com/bucket/x.pem',
    'https://evil-sns.eu-west-1.amazonaws.com/x.pem',
    'https://sns.eu-west-1.amazonaws.com/x.pem/../key',
    'https://127.0.0.1/x.pem',
    'file:///etc/passwd',
    'x'.repeat(5000),
  ]
  for (const SigningCertURL of urls)
    await checkRefused(t, await postSns(signSns({ SigningCertURL })), 403, 'webhook-refused')
  t.same(fetched, [])
  const subscription = { Type: 'SubscriptionConfirmation', Token: '2336412f37' }
  for (const SubscribeURL of urls)
    await checkRefused(t, await postSns(signSns({ ...subscription, SubscribeURL })), 403, 'webhook-refused')
  t.same(fetched, [OUR_CERTIFICATE_URL])
  const SigningCertURL = 'https://sns.eu-west-1.amazonaws.com/away.pem'
  await checkRefused(t, await postSns(signSns({ SigningCertURL })), 503, 'provider-unreachable')
  fetched.length = 1
  const SubscribeURL =
    'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=x&Token=2336412f37'
  t.match(await postSns(signSns({ ...subscription, SubscribeURL })), { status: 200, body: { recorded: 0 } })
  t.same(fetched, [OUR_CERTIFICATE_URL, SubscribeURL])
})

t.test('SES: by the return path, by Message-ID, and complaints', async t => {
  const { returnPaths, sent } = await sendCampaign('ada@example.org', 'bob@example.org')
  const notify = (event: object) => postSns(signSns({ Message: JSON.stringify(event) }))
  const email = 'ada@example.org'
  const bounce = sesBounce({ source: returnPaths[0]!, email, messageId: '<x@email.amazonses.com>' })
  t.match(await notify(bounce), { status: 200, body: { recorded: 1 } })
  t.match(await notify(bounce), { status: 200, body: { recorded: 0, known: 1 } })
  const messageId = `<${sent[1]!.message_key}@example.com>`
  const other = sesBounce({ source: 'news@example.com', email: 'bob@example.org', messageId })
  t.match(
    await notify({
      ...other,
      notificationType: 'Complaint',
      complaint: {
        complainedRecipients: [{ emailAddress: 'bob@example.org' }],
        complaintFeedbackType: 'abuse',
        timestamp: NOW,
      },
    }),
    { status: 200, body: { recorded: 1 } },
  )
  t.match(await notify({ ...other, notificationType: 'Delivery' }), { status: 200, body: { recorded: 0 } })
  t.match(await postSns(signSns({ Message: 'Successfully validated SNS topic for Amazon SES.' })), {
    status: 200,
  })
  const { rows } = await pool.query(
    'select delivery_id, kind, has_suppressed from daybatch.bounces order by kind',
  )
  t.same(rows, [
    { delivery_id: sent[1]!.delivery_id, kind: 'complaint', has_suppressed: true },
    { delivery_id: sent[0]!.delivery_id, kind: 'hard', has_suppressed: true },
  ])
})

const postSendgrid = (body: string, timestamp: string | undefined, signature: string | undefined) =>
  post('sendgrid', body, {
    'content-type': 'application/json',
    ...(timestamp && { 'x-twilio-email-event-webhook-timestamp': timestamp }),
    ...(signature && { 'x-twilio-email-event-webhook-signature': signature }),
  })

t.test('SendGrid: its own example is believed once and recorded; forgeries are not', async t => {
  await setClock(pool, new Date(1_600_112_600_000))
  const { body, timestamp, signature } = sendgrid
  const forgeries: [string, string | undefined, string | undefined][] = [
    [body.replace('hello@', 'jello@'), timestamp, signature],
    [body.trimEnd(), timestamp, signature],
    [body, '1600112503', signature],
    [body, 'timestamp', signature],
    [body, '1'.repeat(400), signature],
    [body, timestamp, `MEU${signature.slice(3, -4)}AAA=`],
    [body, timestamp, 'bad'],
    [body, timestamp, undefined],
    [body, undefined, signature],
  ]
  for (const forgery of forgeries)
    await checkRefused(t, await postSendgrid(...forgery), 403, 'webhook-refused')
  t.match(await postSendgrid(body, timestamp, signature), { status: 200, body: { recorded: 1 } })
  t.match(await postSendgrid(body, timestamp, signature), { status: 200, body: { recorded: 0, known: 1 } })
  t.match((await pool.query('select * from daybatch.bounces')).rows, [
    { kind: 'hard', source: 'sendgrid', delivery_id: null, event_at: new Date(1_600_112_492_000) },
  ])
  await pool.query('truncate daybatch.bounces')
  await setClock(pool, new Date((1_600_112_502 + 86_401) * 1000))
  await checkRefused(t, await postSendgrid(body, timestamp, signature), 403, 'webhook-refused')
})

t.test('SendGrid: several events at once, those that count and those that do not', async t => {
  const publicKey = sendgridKeys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
  const other = await openApi(t, { config: { webhooks: { sendgrid: publicKey } } })
  await setClock(other.pool, NOW)
  const { id } = await makeCampaign(other.pool, {
    contacts: ['ada@example.org', 'bob@example.org', 'cyd@example.org'],
  })
  await openBatch(other.pool, id)
  const [ada, bob, cyd] = await sendBatch(other.pool, id)
  const event = (delivery: { email: string; message_key: string }, fields: object) => ({
    email: delivery.email,
    'smtp-id': `<${delivery.message_key}@example.com>`,
    timestamp: Date.parse(NOW) / 1000,
    ...fields,
  })
  const body = JSON.stringify([
    event(ada as never, { event: 'bounce', type: 'bounce', status: '5.1.1', reason: '550 5.1.1 unknown' }),
    event(bob as never, { event: 'bounce', type: 'blocked', status: '5.7.1', reason: '550 5.7.1 spam' }),
    event(cyd as never, { event: 'spamreport' }),
    event(cyd as never, { event: 'delivered', response: '250 OK' }),
    event(cyd as never, { event: 'dropped', reason: 'Unsubscribed Address' }),
    'no event',
    null,
  ])
  const timestamp = String(Date.parse(NOW) / 1000)
  const signature = sign('sha256', Buffer.from(timestamp + body), sendgridKeys.privateKey).toString('base64')
  t.match(
    await other.inject({
      method: 'POST',
      url: '/api/inbound/sendgrid',
      payload: body,
      headers: {
        'content-type': 'application/json',
        'x-twilio-email-event-webhook-timestamp': timestamp,
        'x-twilio-email-event-webhook-signature': signature,
      },
    }),
    { status: 200, body: { recorded: 3, known: 0, ignored: 0, unknown: 0 } },
  )
  t.match((await other.pool.query('select * from daybatch.bounce_rates')).rows, [
    { campaign_id: id, hard_count: '1', blocked_count: '1', complaint_count: '1' },
  ])
  for (const provider of ['ses', 'mailgun', 'postmark']) {
    const answer = await other.inject({ method: 'POST', url: `/api/inbound/${provider}`, payload: {} })
    t.match(answer, { status: 404, body: { type: '/problems/provider-not-set-up' } })
  }
})

const failed = (fields: object = {}) => ({
  event: 'failed',
  severity: 'permanent',
  reason: 'bounce',
  recipient: 'ada@example.org',
  timestamp: Date.parse(NOW) / 1000 + 0.25,
  envelope: { sender: 'news@example.com', targets: 'ada@example.org' },
  message: { headers: { 'message-id': 'another@example.com', to: 'ada@example.org' } },
  'delivery-status': { code: 550, message: '5.1.1 no such user', description: '' },
  ...fields,
})

t.test('Mailgun: its own example is believed; forgeries and old ones are not', async t => {
  await setClock(pool, new Date(1_403_645_300_000))
  const { signature, otherToken } = mailgun
  const event = failed()
  const forgeries: object[] = [
    { ...signature, token: otherToken },
    { ...signature, timestamp: '1403645221' },
    // the same digits, divided otherwise
    { ...signature, timestamp: '14036452205', token: signature.token.slice(1) },
    { ...signature, signature: signature.signature.replace('9', '8') },
    { ...signature, signature: '' },
    { ...signature, signature: ['9'] },
    {},
  ]
  for (const forged of forgeries) {
    await checkRefused(
      t,
      await postJson('mailgun', { signature: forged, 'event-data': event }),
      403,
      'webhook-refused',
    )
  }
  const message = { headers: {} }
  t.match(await postJson('mailgun', { signature, 'event-data': { ...event, message } }), {
    status: 200,
    body: { recorded: 1 },
  })
  await pool.query('truncate daybatch.bounces')
  await setClock(pool, NOW)
  await checkRefused(t, await postJson('mailgun', { signature, 'event-data': event }), 403, 'webhook-refused')
})

t.test('Mailgun: what its failures mean', async t => {
  const { returnPaths, sent } = await sendCampaign('ada@example.org')
  const sendEvent = (event: object) => {
    const timestamp = String(Date.parse(NOW) / 1000)
    const token = 'a'.repeat(50)
    const signature = createHmac('sha256', mailgun.signingKey)
      .update(timestamp + token)
      .digest('hex')
    return postJson('mailgun', { signature: { timestamp, token, signature }, 'event-data': event })
  }
  const envelope = { sender: returnPaths[0] }
  for (const [fields, kind] of [
    [{ severity: 'temporary', reason: 'generic' }, 'soft'],
    [{ reason: 'espblock' }, 'blocked'],
    [{ reason: 'generic', 'delivery-status': { code: 550, message: '5.7.1 refused' } }, 'blocked'],
    [{}, 'hard'],
    [{ event: 'complained' }, 'complaint'],
    [{ event: 'opened' }, undefined],
  ] as const) {
    await pool.query('truncate daybatch.bounces')
    t.match(await sendEvent(failed({ envelope, ...fields })), { status: 200 })
    const { rows } = await pool.query('select kind, delivery_id from daybatch.bounces')
    t.same(rows, kind ? [{ kind, delivery_id: sent[0]!.delivery_id }] : [], JSON.stringify(fields))
  }
})

t.test('Postmark: user and password, bounces and complaints', async t => {
  const { sent } = await sendCampaign('ada@example.org')
  const authorization = `Basic ${Buffer.from('hook:pass:word').toString('base64')}`
  for (const wrong of [
    '',
    'Basic',
    'Basic !!',
    `Basic ${Buffer.from('hook:wrong').toString('base64')}`,
    'Bearer the-key',
  ]) {
    await checkRefused(
      t,
      await postJson('postmark', postmark, { authorization: wrong }),
      403,
      'webhook-refused',
    )
  }
  t.match(await postJson('postmark', postmark, { authorization }), { status: 200, body: { recorded: 1 } })
  t.match(
    await postJson(
      'postmark',
      { ...postmark, RecordType: 'SpamComplaint', Type: 'SpamComplaint' },
      { authorization },
    ),
    { status: 200, body: { recorded: 1 } },
  )
  t.match(await postJson('postmark', { ...postmark, Type: 'AutoResponder' }, { authorization }), {
    status: 200,
    body: { recorded: 0 },
  })
  t.match((await pool.query('select * from daybatch.bounces order by kind')).rows, [
    { kind: 'complaint', delivery_id: sent[0]!.delivery_id },
    { kind: 'hard', reason: 'smtp;550 5.1.1 user unknown', event_at: new Date('2026-03-02T09:00:05.907Z') },
  ])
  t.match(await post('postmark', '{', { 'content-type': 'application/json', authorization }), { status: 400 })
})

t.test('whatever a signed webhook or a mail holds, it is never an error of ours', async t => {
  const authorization = `Basic ${Buffer.from('hook:pass:word').toString('base64')}`
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 50 }),
    fc.constantFrom('\0', '\ud800', '2999999-01-01', '1e400', 'Bounce', 'HardBounce'),
  )
  const value = fc.oneof(
    text,
    fc.integer(),
    fc.double(),
    fc.constant(null),
    fc.object({ maxDepth: 2 }),
    fc.array(text, { maxLength: 3 }),
  )
  const event = fc.record(
    {
      RecordType: fc.constantFrom('Bounce', 'SpamComplaint'),
      Type: fc.oneof(fc.constantFrom('HardBounce', 'SpamComplaint'), value),
      Email: fc.oneof(value, fc.emailAddress()),
      Details: value,
      BouncedAt: value,
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(fc.oneof(event, value), async body => {
      const { status } = await postJson('postmark', body, { authorization })
      t.equal(status, 200)
    }),
    { numRuns: 100 },
  )
  const to = `bounce+${'0001'.padEnd(52, 'a')}@bounces.example.com`
  const mail = mails.postfix({ to })
  await fc.assert(
    fc.asyncProperty(fc.nat(mail.length), fc.string({ unit: 'binary', maxLength: 100 }), async (at, put) => {
      const broken = Buffer.from(mail.slice(0, at) + put + mail.slice(at + put.length), 'latin1')
      const answer = await post('dsn', broken, { 'content-type': 'message/rfc822', 'x-api-key': 'the-key' })
      t.equal(answer.status, 200)
    }),
    { numRuns: 100 },
  )
})
