import t from 'tap'
import { startMailServer } from '../helper/mail-server.ts'
import { mailSettings, makeShell } from './command.ts'

t.setTimeout(300_000)

t.test('one mail to oneself, by TLS and login, without any database', async t => {
  const server = await startMailServer(t)
  const shell = await makeShell(t, mailSettings(server))
  const { code, stdout, stderr } = await shell.run(['test-mail', 'Me@Example.org'], {
    env: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x' },
  })
  t.equal(stderr, '')
  t.match(stdout, /^localhost:\d+ accepted the mail to Me@Example\.org: 250 2\.0\.0 queued\n/)
  t.equal(code, 0)
  t.match(server.received, [
    {
      from: 'news@example.com',
      to: ['Me@example.org'],
      secure: true,
      user: 'user',
      mail: { text: /sent by daybatch test-mail on/ },
    },
  ])
  t.equal(server.received.length, 1)
})

t.test('what stands in the way is said in one line, and nothing is sent', async t => {
  const server = await startMailServer(t)
  const settings = mailSettings(server)
  const shell = await makeShell(t, settings)
  const to = 'me@example.org'
  const wrong: [address: string, env: Record<string, string>, words: RegExp][] = [
    ['me', {}, /^daybatch: me cannot be mailed: the address does not have exactly one '@'\n$/],
    [to, { SMTP_URL: '', MAIL_FROM: '' }, /nothing leaves this machine without SMTP_URL/],
    [to, { SMTP_URL: '', DATABASE_URL: 'postgres://u@h/x' }, /set SMTP_URL and MAIL_FROM in \.env/],
    [to, { MAIL_FROM: '' }, /set SMTP_URL and MAIL_FROM/],
    [
      to,
      { SMTP_URL: 'smtp://127.0.0.1:1' },
      /not accepted \(connect\): .*ECONNREFUSED.*correct host and port/,
    ],
    [
      to,
      { SMTP_URL: settings.SMTP_URL!.replace('password', 'x') },
      /not accepted \(auth\): 535 5\.7\.8.*correct user/,
    ],
    [to, { SMTP_URL: settings.SMTP_URL!.replace('user:password@', '') }, /not accepted \(mail\): 530/],
    [to, { NODE_EXTRA_CA_CERTS: '' }, /not accepted .*self-signed certificate.*NODE_EXTRA_CA_CERTS/],
  ]
  for (const [address, env, words] of wrong) {
    const { code, stdout, stderr } = await shell.run(['test-mail', address], { env })
    t.match({ code, stdout, stderr }, { code: 1, stdout: '', stderr: words }, JSON.stringify(env))
    t.equal(stderr.trimEnd().split('\n').length, 1)
  }
  t.same(server.received, [])
})
