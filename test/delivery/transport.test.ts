import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import t, { type Test } from 'tap'
import type { Reply } from '../../src/delivery/reply.ts'
import { createSmtpTransport, readSmtpUrl } from '../../src/delivery/transport.ts'
import { type Phase, type ScriptedSmtpOptions, type Step, startScriptedSmtp } from '../helper/smtp.ts'
import { makeMail } from './mail.ts'

const permit = async () => {}

async function start(
  t: Test,
  options: ScriptedSmtpOptions,
  url = (port: number) => `smtp://127.0.0.1:${port}`,
) {
  const smtp = await startScriptedSmtp(options)
  const transport = createSmtpTransport({ url: url(smtp.port), connections: 1 })
  t.teardown(async () => {
    transport.close({ force: true })
    await smtp.stop()
  })
  return { smtp, transport, send: (email: string) => transport.send(makeMail(email), { permit }) }
}

/** A server with TLS, by its library's own certificate, which nobody should trust. */
async function startTlsServer(t: Test, options: SMTPServerOptions = {}) {
  const sessions: { secure: boolean; user: unknown }[] = []
  const server = new SMTPServer({
    logger: false,
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, answer) =>
      password === 'p@ss' ? answer(null, { user: username }) : answer(new Error('wrong')),
    onData(stream, session, answer) {
      stream.resume()
      stream.on('end', () => {
        sessions.push({ secure: session.secure, user: session.user })
        answer(null, 'ok')
      })
    },
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise<void>(resolve => server.close(resolve)))
  return { sessions, port: (server.server.address() as AddressInfo).port }
}

t.test('SMTP_URL', async t => {
  const cases: [url: string, options: object][] = [
    ['smtp://mail.example.org', { host: 'mail.example.org', port: 587, secure: false, requireTLS: true }],
    ['smtp://mail.example.org:25', { port: 25, requireTLS: true }],
    ['smtps://mail.example.org', { port: 465, secure: true, requireTLS: false }],
    ['smtp://127.0.0.1:1025', { host: '127.0.0.1', requireTLS: false }],
    ['smtp://localhost', { requireTLS: false }],
    ['smtp://[::1]:25', { host: '::1', requireTLS: false }],
    ['smtp://127.0.0.1.example.org', { requireTLS: true }],
    ['smtp://relay:25?requireTLS=false', { host: 'relay', requireTLS: false }],
    ['smtp://a%40b:p%2Fss@mail.example.org', { auth: { user: 'a@b', pass: 'p/ss' } }],
    ['smtp://mail.example.org?tls.rejectUnauthorized=false', { tls: { rejectUnauthorized: false } }],
    [
      'smtp://mail.example.org?name=me.example.org&tls.servername=x',
      { name: 'me.example.org', tls: { servername: 'x' } },
    ],
  ]
  for (const [url, options] of cases) t.match(readSmtpUrl(url), options, url)
  for (const url of [
    'mail.example.org',
    'http://mail.example.org',
    'smtp://',
    'smtp://u:secret@h?x=1',
    'smtp://u:secret@h?requireTLS=maybe',
    'smtp://u:secret@h:x',
  ]) {
    t.throws(() => readSmtpUrl(url), /^(?!.*secret)SMTP_URL|setting of SMTP_URL/, url)
  }
})

t.test('TLS', async t => {
  await t.test('where it is required, nothing goes out without', async t => {
    const { smtp, send } = await start(
      t,
      { auth: { user: 'u', pass: 'p' } },
      port => `smtp://u:p@127.0.0.1:${port}?requireTLS=true`,
    )
    t.match(await send('ada@example.org'), { stage: 'starttls', reply_code: 502 })
    t.match(smtp.reached, { ehlo: 1, auth: 0, mail: 0 })
  })

  await t.test('STARTTLS and AUTH', async t => {
    const { sessions, port } = await startTlsServer(t)
    const transport = createSmtpTransport({
      url: `smtp://ann:p%40ss@127.0.0.1:${port}?requireTLS=true&tls.rejectUnauthorized=false`,
      connections: 1,
    })
    t.teardown(() => transport.close({ force: true }))
    await transport.verify()
    t.match(await transport.send(makeMail('ada@example.org'), { permit }), {
      stage: 'message',
      reply_code: 250,
    })
    t.same(sessions, [{ secure: true, user: 'ann' }])
  })

  await t.test('smtps', async t => {
    const { sessions, port } = await startTlsServer(t, { secure: true, authOptional: true })
    const url = `smtps://127.0.0.1:${port}?tls.rejectUnauthorized=false`
    const transport = createSmtpTransport({ url, connections: 1 })
    t.teardown(() => transport.close({ force: true }))
    t.match(await transport.send(makeMail('ada@example.org'), { permit }), {
      stage: 'message',
      reply_code: 250,
    })
    t.match(sessions, [{ secure: true }])
  })

  await t.test('a certificate that nobody signed is refused', async t => {
    const { sessions, port } = await startTlsServer(t, { authOptional: true })
    const transport = createSmtpTransport({ url: `smtp://127.0.0.1:${port}?requireTLS=true`, connections: 1 })
    t.teardown(() => transport.close({ force: true }))
    t.match(await transport.send(makeMail('ada@example.org'), { permit }), {
      stage: /starttls|connect/,
      reply_code: null,
    })
    t.equal(sessions.length, 0)
  })
})

t.test('a wrong password is the stage auth, and is not repeated in the report', async t => {
  const { transport, send } = await start(
    t,
    { auth: { user: 'ann', pass: 'right' } },
    port => `smtp://ann:wr0ng@127.0.0.1:${port}`,
  )
  const reply = await send('ada@example.org')
  t.match(reply, { stage: 'auth', reply_code: 535, enhanced_code: '5.7.8' })
  t.notMatch(JSON.stringify(reply), /wr0ng/)
  await t.rejects(transport.verify(), /535/)
})

t.test('every phase, every kind of end', async t => {
  const drop: Step = { end: 'drop' }
  const reset: Step = { end: 'reset' }
  type Case = [phase: Phase, step: Step, reply: Partial<Reply>]
  const lost = (stage: Reply['stage']): Partial<Reply> => ({ stage, reply_code: null })
  const cases: Case[] = [
    ['greeting', drop, lost('connect')],
    ['greeting', reset, lost('connect')],
    ['greeting', { end: 'drop', reply: '554 5.7.1 go away' }, { stage: 'connect', reply_code: 554 }],
    ['greeting', { end: 'drop', reply: '421 4.3.2 busy' }, { stage: 'connect', reply_code: 421 }],
    ['ehlo', drop, lost('connect')],
    ['ehlo', '421 4.3.2 busy', { stage: 'ehlo', reply_code: 421 }],
    ['auth', drop, lost('connect')],
    ['auth', '454 4.7.0 later', { stage: 'auth', reply_code: 454, enhanced_code: '4.7.0' }],
    ['auth', '421 4.7.0 closing', { stage: 'auth', reply_code: 421 }],
    ['mail', drop, lost('mail')],
    ['mail', reset, lost('mail')],
    ['mail', '421 4.7.0 closing', { stage: 'mail', reply_code: 421, enhanced_code: '4.7.0' }],
    ['mail', '530 5.7.0 authenticate', { stage: 'mail', reply_code: 530 }],
    ['mail', '553 5.1.8 bad sender', { stage: 'mail', reply_code: 553 }],
    ['rcpt', drop, lost('mail')],
    ['rcpt', '421 4.7.0 closing', { reply_code: 421, enhanced_code: '4.7.0' }],
    ['rcpt', '450 4.2.0 greylisted', { stage: 'rcpt', reply_code: 450 }],
    ['rcpt', '550 5.1.1 no such user', { stage: 'rcpt', reply_code: 550, enhanced_code: '5.1.1' }],
    ['data', drop, lost('mail')],
    ['data', '451 4.3.0 later', { stage: 'data', reply_code: 451 }],
    ['data', '554 5.5.1 no', { stage: 'data', reply_code: 554 }],
    ['content', drop, lost('message')],
    ['content', reset, lost('message')],
    ['dot', drop, lost('message')],
    ['dot', '421 4.3.2 closing', { stage: 'message', reply_code: 421 }],
    ['dot', '451 4.7.1 later', { stage: 'message', reply_code: 451 }],
    ['dot', '554 5.6.0 content', { stage: 'message', reply_code: 554, enhanced_code: '5.6.0' }],
    ['accepted', drop, lost('message')],
    ['accepted', { end: 'drop', reply: '250 2.0.0 ok' }, { stage: 'message', reply_code: 250 }],
    ['done', drop, { stage: 'message', reply_code: 250 }],
  ]
  const auth = { user: 'ann', pass: 'right' }
  for (const pipelining of [true, false]) {
    for (const [phase, step, expected] of cases) {
      const name = `${phase} ${typeof step === 'string' ? step : Object.values(step!).join(' ')}${pipelining ? ', pipelining' : ''}`
      await t.test(name, async t => {
        const script = (moment: { phase: Phase }) => (moment.phase === phase ? step : undefined)
        const { smtp, send } = await start(
          t,
          { script, auth, pipelining },
          port => `smtp://ann:right@127.0.0.1:${port}`,
        )
        const reply = await send('ada@example.org')
        t.match(reply, expected)
        t.ok(smtp.accepted.length === 0 || reply.stage === 'message', 'accepted only after the 354')
      })
    }
  }
})

t.test('a connection that the server ends between two mails costs no mail', async t => {
  const { smtp, send } = await start(t, {
    script: ({ phase, mail }) => (phase === 'mail' && mail === 4 ? { end: 'drop' } : undefined),
  })
  for (let index = 0; index < 10; index++) {
    t.match(await send(`c${index}@example.org`), { stage: 'message', reply_code: 250 })
  }
  t.equal(smtp.accepted.length, 10)
  t.equal(smtp.connections, 4, 'three mails on each')
})

t.test('what the server says when it ends a used connection is reported', async t => {
  const { send } = await start(t, {
    script: ({ phase, mail }) => (phase === 'mail' && mail === 2 ? '421 4.7.0 too many mails' : undefined),
  })
  await send('a@example.org')
  t.match(await send('b@example.org'), { stage: 'mail', reply_code: 421, enhanced_code: '4.7.0' })
  t.match(await send('c@example.org'), { stage: 'message', reply_code: 250 })
})

t.test('a server that never takes the mail is asked twice, not for ever', async t => {
  const { smtp, send } = await start(t, {
    script: ({ phase }) => (phase === 'rcpt' ? { end: 'drop' } : undefined),
  })
  t.match(await send('ada@example.org'), { stage: 'mail', reply_code: null })
  t.equal(smtp.connections, 2)
})

t.test('a refused recipient leaves the connection to the next mail', async t => {
  const { smtp, send } = await start(t, {
    script: ({ phase, recipient }) =>
      phase === 'rcpt' && recipient.startsWith('no') ? '550 5.1.1 no' : undefined,
  })
  for (const email of ['a@example.org', 'no@example.org', 'b@example.org']) await send(email)
  t.same(
    smtp.accepted.map(({ recipient }) => recipient),
    ['a@example.org', 'b@example.org'],
  )
  t.equal(smtp.connections, 1)
})
