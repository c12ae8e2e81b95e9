// Servers that repeat the line they did not understand: the password is in no report and no error.
import t from 'tap'
import { hideCredentials } from '../../src/delivery/credentials.ts'
import { createSmtpTransport } from '../../src/delivery/transport.ts'
import { startScriptedSmtp } from '../helper/smtp.ts'
import { makeMail } from './mail.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

t.test('what a server repeats of a login', async t => {
  const hide = hideCredentials({ user: 'ann', pass: 'wr0ng pass' })
  for (const text of [
    `500 5.5.1 unrecognized: "AUTH PLAIN ${base64('\0ann\0wr0ng pass')}"`,
    `501 5.5.2 AUTH PLAIN ${base64('ann\0ann\0wr0ng pass')}?`,
    `535 5.7.8 ${base64('wr0ng pass')} is no password`,
    '535 wr0ng pass is no password of ann',
    'smtp://ann:wr0ng%20pass@host',
  ]) {
    const hidden = hide(text)
    t.notMatch(hidden, /wr0ng|d3Iwbmcg|HdyMG5n|Acm|MG5n/, text)
    t.match(hidden, '(password)')
  }
  t.equal(hide('550 5.1.1 no such user ann'), '550 5.1.1 no such user ann')
  t.equal(hideCredentials(undefined)('535 no'), '535 no')
  t.equal(
    hideCredentials({ user: 'a', pass: 'no' })('535 no'),
    '535 no',
    'too short to be known for a password',
  )
})

t.test('over SMTP: in the report of a mail, and where a connection is tried', async t => {
  for (const echo of [`500 5.5.1 unrecognized: "AUTH PLAIN ${base64('\0ann\0wr0ng')}"`, '535 5.7.8 wr0ng?']) {
    const server = await startScriptedSmtp({
      auth: { user: 'ann', pass: 'right' },
      script: ({ phase }) => (phase === 'auth' ? echo : undefined),
    })
    t.teardown(() => server.stop())
    const transport = createSmtpTransport({
      url: `smtp://ann:wr0ng@127.0.0.1:${server.port}`,
      connections: 1,
    })
    t.teardown(() => transport.close({ force: true }))
    const reply = await transport.send(makeMail('ada@example.org'), { permit: async () => {} })
    t.match(reply, { stage: 'auth', reply_text: /\(password\)/ })
    const error = await transport.verify().catch((error: Error) => error)
    const told = [JSON.stringify(reply), String(error), JSON.stringify(error), (error as Error).stack].join()
    t.notMatch(told, 'wr0ng')
    t.notMatch(told, base64('\0ann\0wr0ng').replace(/=+$/, ''))
    t.match(String(error), /\(password\)/)
  }
})
