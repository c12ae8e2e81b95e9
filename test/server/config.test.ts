import t from 'tap'
import { readConfig } from '../../src/config.ts'

t.test('with nothing set, all is embedded and reachable from this machine only', async t => {
  t.match(readConfig({}), {
    databaseUrl: undefined,
    smtpUrl: undefined,
    apiKey: undefined,
    host: '127.0.0.1',
    port: 3000,
    stateFolder: '.daybatch',
    smtpConnections: 10,
    logLevel: 'info',
    startupTimeoutMs: 60_000,
  })
  t.ok(Object.isFrozen(readConfig({})))
  t.equal(readConfig({ DATABASE_URL: '', API_KEY: ' ' }).databaseUrl, undefined, 'empty counts as unset')
})

t.test('without a key, no HOST opens the service to others', async t => {
  for (const HOST of ['0.0.0.0', '::', '10.0.0.7', 'mail.example.com', '127.example.com']) {
    t.equal(readConfig({ HOST }).host, '127.0.0.1', HOST)
    t.equal(readConfig({ HOST, API_KEY: 'k' }).host, HOST)
  }
  for (const HOST of ['::1', 'localhost', '127.0.0.2']) t.equal(readConfig({ HOST }).host, HOST)
  t.equal(readConfig({ API_KEY: 'k' }).host, '0.0.0.0')
  t.equal(readConfig({ CRON_SECRET: 's', HOST: '0.0.0.0' }).host, '127.0.0.1')
})

t.test('values that cannot be used: one line, what to set, and no secret in it', async t => {
  const wrong: [env: Record<string, string>, message: RegExp][] = [
    [{ DATABASE_URL: 'mysql://u:secret@db/x' }, /DATABASE_URL .*postgres:\/\//],
    [{ DATABASE_URL: 'db.example.com' }, /DATABASE_URL/],
    [{ SMTP_URL: 'mail.example.com' }, /SMTP_URL .*smtp:\/\//],
    [{ SMTP_URL: 'smtp://user:secret@mail:port' }, /SMTP_URL/],
    [{ MAIL_FROM: 'Example Shop' }, /MAIL_FROM .*Example Shop <news@example.com>/],
    [{ MAIL_FROM: 'ann@example.com\r\nBcc: all@example.com' }, /MAIL_FROM/],
    [{ PUBLIC_URL: 'mail.example.com' }, /PUBLIC_URL is mail\.example\.com: set .*https:\/\//],
    [{ PUBLIC_URL: 'http://mail.example.com' }, /PUBLIC_URL/],
    [{ PUBLIC_URL: 'https://mail.example.com/?x=1' }, /PUBLIC_URL/],
    [{ UNSUBSCRIBE_MAILTO: 'leave' }, /UNSUBSCRIBE_MAILTO .*unsubscribe@example\.com/],
    [{ UNSUBSCRIBE_MAILTO: 'leave@example.com\r\nBcc: x@example.com' }, /UNSUBSCRIBE_MAILTO/],
    [{ DKIM_KEYS: 'secret' }, /DKIM_KEYS is not a list of domain:selector:file/],
    [{ DKIM_KEYS: 'example.com:a b:/x' }, /DKIM_KEYS/],
    [{ PORT: '80a' }, /PORT is 80a/],
    [{ PORT: '65536' }, /0 to 65535/],
    [{ SMTP_CONNECTIONS: '0' }, /SMTP_CONNECTIONS is 0/],
    [{ STARTUP_TIMEOUT: '-1' }, /STARTUP_TIMEOUT/],
    [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL is loud/],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, /OTEL_EXPORTER_OTLP_ENDPOINT .*http:\/\//],
    [{ OTEL_TRACES_SAMPLER_ARG: '2' }, /OTEL_TRACES_SAMPLER_ARG is 2: set a share/],
    [{ RETURN_PATH_DOMAIN: 'bounces' }, /RETURN_PATH_DOMAIN .*bounces\.example\.com/],
    [{ RETURN_PATH_DOMAIN: 'a@b.example.com' }, /RETURN_PATH_DOMAIN/],
    [{ RETURN_PATH_DOMAIN: `${`${'a'.repeat(63)}.`.repeat(3)}example` }, /RETURN_PATH_DOMAIN/],
    [{ BOUNCE_MAILBOX: 'imap://user:secret@mail.example.com/INBOX' }, /BOUNCE_MAILBOX .*imaps:\/\//],
    [{ BOUNCE_MAILBOX: 'imaps://mail.example.com' }, /BOUNCE_MAILBOX/],
    [{ BOUNCE_MAILBOX: '/var/mail/secret' }, /BOUNCE_MAILBOX .*maildir:/],
    [{ SES_TOPIC_ARN: 'bounces' }, /SES_TOPIC_ARN .*arn:aws:sns/],
    [{ SENDGRID_PUBLIC_KEY: 'secret' }, /SENDGRID_PUBLIC_KEY/],
    [{ POSTMARK_WEBHOOK_AUTH: 'secret' }, /POSTMARK_WEBHOOK_AUTH .*user:password/],
  ]
  for (const [env, message] of wrong) {
    t.throws(() => readConfig(env), { name: 'ConfigError', message }, JSON.stringify(env))
    try {
      readConfig(env)
    } catch (error) {
      t.notMatch((error as Error).message, /secret|\n/)
    }
  }
})

t.test('what comes back: as it is written', async t => {
  t.match(
    readConfig({
      RETURN_PATH_DOMAIN: 'Bounces.Example.com',
      BOUNCE_MAILBOX: 'imap://user:p%40ss@127.0.0.1:1143/INBOX',
      SES_TOPIC_ARN:
        'arn:aws:sns:eu-west-1:123456789012:bounces, arn:aws-cn:sns:cn-north-1:123456789012:b.fifo',
      POSTMARK_WEBHOOK_AUTH: 'user:pass:word',
    }),
    {
      returnPathDomain: 'bounces.example.com',
      bounceMailbox: 'imap://user:p%40ss@127.0.0.1:1143/INBOX',
      webhooks: {
        ses: ['arn:aws:sns:eu-west-1:123456789012:bounces', 'arn:aws-cn:sns:cn-north-1:123456789012:b.fifo'],
        postmark: 'user:pass:word',
      },
    },
  )
})

t.test('values as they are written', async t => {
  t.match(
    readConfig({
      DATABASE_URL: 'postgresql:///daybatch?host=/run/postgresql',
      SMTP_URL: 'smtps://user:p%40ss@mail.example.com',
      MAIL_FROM: 'Example Shop <news@example.com>',
      STARTUP_TIMEOUT: '5',
    }),
    {
      databaseUrl: /postgresql/,
      smtpUrl: /smtps/,
      mailFrom: 'Example Shop <news@example.com>',
      startupTimeoutMs: 5000,
    },
  )
  t.equal(readConfig({ PUBLIC_URL: 'https://mail.example.com/x/' }).publicUrl, 'https://mail.example.com/x')
  t.equal(readConfig({ PUBLIC_URL: 'http://127.0.0.1:3000' }).publicUrl, 'http://127.0.0.1:3000')
  t.equal(readConfig({ UNSUBSCRIBE_MAILTO: 'a@Bücher.example' }).unsubscribeMailto, 'a@xn--bcher-kva.example')
  t.same(readConfig({ DKIM_KEYS: 'Example.com:mail:/a.pem, bücher.example:k2:C:\\b.pem' }).dkimKeys, [
    { domain: 'example.com', selector: 'mail', file: '/a.pem' },
    { domain: 'bücher.example', selector: 'k2', file: 'C:\\b.pem' },
  ])
  t.same(readConfig({}).dkimKeys, [])
  t.equal(readConfig({ SMTP_URL: 'embedded' }).smtpUrl, 'embedded')
  t.equal(readConfig({ MAIL_FROM: 'ann@example.com' }).mailFrom, 'ann@example.com')
})
