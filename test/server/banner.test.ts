import t from 'tap'
import { writeBanner } from '../../src/banner.ts'
import { readConfig } from '../../src/config.ts'

const service = {
  duties: 'all' as const,
  address: 'http://127.0.0.1:3000',
  isAwake: true,
  stop: async () => {},
}

t.test('a production service: what runs where, and no secret', async t => {
  const config = readConfig({
    DATABASE_URL: 'postgres://service:secret@db.example.com/mail',
    SMTP_URL: 'smtps://user:secret@smtp.example.com',
    MAIL_FROM: 'Example Shop <news@example.com>',
    API_KEY: 'secret'.repeat(8),
  })
  const text = writeBanner(config, { ...service, address: 'http://0.0.0.0:3000' })
  t.match(text, /database +db\.example\.com:5432\/mail\n/)
  t.match(text, /mail +smtp\.example\.com, 10 connections, from Example Shop <news@example\.com>\n/)
  t.match(
    text,
    /curl http:\/\/127\.0\.0\.1:3000\/api\/debug\/test-batch-campaign -H "Authorization: Bearer \$API_KEY"/,
  )
  t.notMatch(text, /secret|warning/)
})

t.test('a database without a host is a Unix socket', async t => {
  const config = readConfig({ DATABASE_URL: 'postgres:///mail?host=/run/postgresql' })
  t.match(writeBanner(config, service), /database +\/run\/postgresql:5432\/mail\n/)
})

t.test('what an operator should know is a warning', async t => {
  const config = readConfig({ DATABASE_URL: 'postgres://u@pooler.example.com:6543/mail' })
  t.match(writeBanner(config, service), /warning +DATABASE_URL has port 6543.*direct connection/)
  t.match(
    writeBanner(readConfig({}), { ...service, isAwake: false }),
    /warning +asleep .*daybatch\.take_over\(true\)/,
  )
})

t.test('how recipients leave, and who signs', async t => {
  const cases: [env: Record<string, string>, line: RegExp][] = [
    [{}, /leaving +by mail to each campaign's sender only: PUBLIC_URL is not set/],
    [
      { UNSUBSCRIBE_MAILTO: 'leave@example.com' },
      /leaving +by mail to leave@example\.com only: PUBLIC_URL is not set/,
    ],
    [
      { PUBLIC_URL: 'http://127.0.0.1:3000' },
      /leaving +at http:\/\/127\.0\.0\.1:3000\/u\/\.\.\., for this machine only/,
    ],
    [
      { PUBLIC_URL: 'https://mail.example.com' },
      /leaving +one click at https:\/\/mail\.example\.com\/u\/\.\.\.\n/,
    ],
    [{}, /signing +no DKIM here/],
    [{ DKIM_KEYS: 'example.com:mail:/x.pem' }, /signing +DKIM for example\.com \(mail\)\n/],
  ]
  for (const [env, line] of cases) t.match(writeBanner(readConfig(env), service), line)
})
