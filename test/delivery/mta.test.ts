import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { access, readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { dkimVerify } from 'mailauth'
import pino from 'pino'
import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { Daybatch } from '../../src/db/daybatch.ts'
import { createPool } from '../../src/db/pool.ts'
import { createSigner, readDkimKeys } from '../../src/delivery/dkim.ts'
import { SmtpServers, sealingContext } from '../../src/delivery/servers.ts'
import { createWorker } from '../../src/delivery/worker.ts'
import { SecretBox } from '../../src/secret-box.ts'
import { createTestDatabase } from '../helper/database.ts'
import { makeDkimKeys } from '../helper/dkim-keys.ts'
import { CERTIFICATE, PASSWORD, USER } from '../helper/mail-server.ts'
import { findPort } from '../helper/port.ts'
import { explainMissingPostfix, startPostfix } from '../helper/postfix.ts'
import { startScriptedSmtp } from '../helper/smtp.ts'
import { until as lookUntil } from '../helper/until.ts'
import { addCampaign } from './campaign.ts'

// A mail server that we did not write receives a campaign, and hands its bounces on by a pipe; a MIME parser and a DKIM
// verifier of other makes read every mail.

t.setTimeout(180_000)
// as NODE_EXTRA_CA_CERTS does for a service
setDefaultCACertificates([...getCACertificates('default'), await readFile(CERTIFICATE, 'utf8')])

/** Debian's, whose standard library parses mail. */
const PYTHON = '/usr/bin/python3'
const PARSE = `
import sys, json, email, email.policy
out = []
for source in json.load(sys.stdin):
    mail = email.message_from_bytes(source.encode('latin1'), policy=email.policy.default)
    parts = [{'type': p.get_content_type(), 'text': p.get_content() if p.get_content_maintype() == 'text' else None,
              'defects': [str(d) for d in p.defects]} for p in mail.walk()]
    out.append({'from': str(mail['from']), 'to': str(mail['to']), 'subject': str(mail['subject']), 'message_id': str(mail['message-id']),
      'type': mail.get_content_type(), 'report': mail.get_param('report-type'), 'parts': parts,
      'header_defects': [str(d) for v in mail.values() for d in getattr(v, 'defects', [])]})
json.dump(out, sys.stdout)
`

interface ParsedByPython {
  from: string
  to: string
  subject: string
  message_id: string
  type: string
  report: string | null
  parts: { type: string; text: string | null; defects: string[] }[]
  header_defects: string[]
}

async function parseByPython(sources: string[]): Promise<ParsedByPython[]> {
  const child = spawn(PYTHON, ['-c', PARSE], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify(sources))
  return JSON.parse(await text(child.stdout))
}

const PIPE = '/usr/bin/curl'
const SECRET = 'the-inbound-secret'
const RETURN_PATHS = 'bounces.example.org'

const missing =
  (await explainMissingPostfix()) ?? (await explainMissing(PYTHON)) ?? (await explainMissing(PIPE))

async function explainMissing(program: string): Promise<string | undefined> {
  return access(program).then(
    () => undefined,
    () => `${program} is not installed`,
  )
}

t.test(
  'Postfix takes a campaign by TLS and login; refuses one, greylists one, bounces one, and its report is recorded',
  { skip: missing ?? false },
  async t => {
    const [refused, greylisted, gone] = [
      'refused@example.org',
      'grey@example.org',
      'gone@example.org',
    ] as const
    const names = Array.from({ length: 12 }, (_, n) => `reader${n}@example.org`)
    const world = await startScriptedSmtp({
      keepContent: true,
      script: ({ phase, recipient }) =>
        phase === 'rcpt' && recipient === gone ? '550 5.1.1 gone for good' : undefined,
    })
    t.teardown(() => world.stop())
    const httpPort = await findPort()
    // as README has it
    const command = `${PIPE} -fsS --data-binary @- -H 'content-type: message/rfc822' -H 'authorization: Bearer ${SECRET}' http://127.0.0.1:${httpPort}/api/inbound/dsn || exit 75`
    const postfix = await startPostfix(t, {
      nextHop: world.port,
      refused,
      greylisted,
      pipe: { domain: RETURN_PATHS, command },
    })
    /** Postfix's own words say what kept it. */
    const until = (what: string, look: () => Promise<boolean>) =>
      lookUntil(look, 90_000).catch(async () => {
        throw new Error(
          `${what}: waited in vain; the end of Postfix's journal:\n${(await postfix.log()).slice(-6000)}`,
        )
      })
    const database = await createTestDatabase(t)
    await database.pool.query(`update daybatch.settings set first_retry_delay = '2 seconds'`)
    const secrets = SecretBox.read(`k:${randomBytes(32).toString('base64')}`)
    const place = { name: 'postfix', host: 'localhost', port: postfix.port, username: USER }
    const pool = createPool(database.serviceUrl, { applicationName: 'delivery test' })
    const db = new Daybatch(pool)
    await db.setSmtpServer({
      name: place.name,
      server: {
        host: place.host,
        port: place.port,
        username: USER,
        tls: 'starttls',
        sealed_password: secrets.seal(PASSWORD, sealingContext(place)),
      },
    })
    const log = { info() {}, warn() {}, error() {} }
    const keys = readDkimKeys(makeDkimKeys(t, ['rsa', 'example.org'], ['ed25519', 'example.org']))
    const sign = createSigner(keys)
    const transport = new SmtpServers({ db, url: undefined, secrets, connections: 3, sign, log })
    const worker = createWorker({
      db,
      transport,
      workerId: 'test',
      connections: 3,
      unsubscribe: { publicUrl: 'https://daybatch.example.org' },
      returnPathDomain: RETURN_PATHS,
      log,
    })
    t.teardown(async () => {
      await worker.stop()
      transport.close({ force: true })
      await pool.end()
    })
    const campaignId = await addCampaign(database.pool, { contacts: [...names, refused, greylisted, gone] })
    await database.pool.query(
      `update public.campaigns set smtp_server = 'postfix', subject = 'Grüße an {{first_name}}: "Ä, b" <x>', html_body = '<p>Grüße, {{first_name}} €</p>'`,
    )
    await db.processCampaigns({ campaignId })
    worker.start()
    await until('campaign', async () => (await db.getCampaign({ campaignId })).status === 'completed')

    const { rows } = await database.pool.query(
      `select c.email, d.status, d.reason, d.attempt_count, a.smtp_server, a.reply_code, first.reply_code as first_code
     from daybatch.deliveries as d join public.contacts as c on c.id = d.contact_id
     join lateral (select * from daybatch.delivery_attempts as t where t.delivery_id = d.delivery_id order by t.attempt_id desc limit 1) as a on true
     join lateral (select * from daybatch.delivery_attempts as t where t.delivery_id = d.delivery_id order by t.attempt_id limit 1) as first on true`,
    )
    const of = (email: string) => rows.find(row => row.email === email)
    t.match(of(refused), {
      status: 'failed',
      reason: 'mailbox_unavailable',
      attempt_count: 1,
      reply_code: 550,
      smtp_server: 'postfix',
    })
    t.match(of(greylisted), { status: 'sent', first_code: 450, reply_code: 250, smtp_server: 'postfix' })
    t.ok(of(greylisted).attempt_count > 1)
    for (const email of [...names, gone])
      t.match(of(email), { status: 'sent', attempt_count: 1, smtp_server: 'postfix' }, email)

    // nobody got a mail twice
    await until('mails', async () => world.accepted.length === names.length + 1)
    const delivered = world.accepted
    t.same(delivered.map(({ recipient }) => recipient).sort(), [...names, greylisted].sort())
    const journal = await postfix.log()
    t.match(journal, /TLS connection established from localhost/)
    t.match(journal, /sasl_method=PLAIN, sasl_username=user/)

    const mails = await parseByPython(delivered.map(({ content }) => content!))
    for (const [index, mail] of mails.entries()) {
      t.same([mail.header_defects, ...mail.parts.map(({ defects }) => defects)].flat(), [], 'no defect')
      t.match(mail, {
        from: 'News <news@example.org>',
        to: delivered[index]!.recipient,
        type: 'multipart/alternative',
      })
      t.match(mail.subject, /^Grüße an Ada \d+: "Ä, b" <x>$/)
      t.match(
        mail.parts.map(({ type }) => type),
        ['multipart/alternative', 'text/plain', 'text/html'],
      )
      t.match(mail.parts[2]!.text, /^<p>Grüße, Ada \d+ €<\/p>/)
    }
    for (const { content } of delivered) {
      t.match(content, /^Received: from .*\sby mta\.example\.org/ms, 'came by Postfix')
      const { results } = await dkimVerify(Buffer.from(content!, 'latin1'), {
        resolver: async name => [
          [keys.find(key => name === `${key.selector}._domainkey.${key.domain}`)?.record ?? ''],
        ],
      })
      t.same(
        results.map(({ status }) => status.result),
        ['pass', 'pass'],
      )
    }

    // Postfix's report goes to the mail's own return path; the service is away, and Postfix keeps it
    await until('report', async () =>
      /to=<bounce\+[0-9a-f]+@.*relay=daybatch.*status=deferred/.test(await postfix.log()),
    )
    const app = await buildApp({
      db,
      config: { ...readConfig({}), inboundSecret: SECRET },
      log: pino({ level: 'silent' }),
      checks: {},
    })
    t.teardown(() => app.close())
    await app.listen({ port: httpPort, host: '127.0.0.1' })
    const readBounces = async () =>
      (
        await database.pool.query(
          `select b.kind, b.source, b.status_code, b.reason, b.has_suppressed, c.email
           from daybatch.bounce_log as b join public.contacts as c on c.id = b.contact_id`,
        )
      ).rows
    await until('bounce', async () => (await readBounces()).length > 0)
    t.match(await readBounces(), [
      {
        kind: 'hard',
        source: 'dsn',
        status_code: '5.1.1',
        reason: /gone for good/,
        has_suppressed: true,
        email: gone,
      },
    ])
    const { rows: books } = await database.pool.query(
      `select c.status, jsonb_array_length(c.contacts_processed) as processed, jsonb_array_length(c.contacts_failed) as failed,
         r.hard_count::integer, r.sent_count::integer
       from public.campaigns as c join daybatch.bounce_rates as r on r.campaign_id = c.id`,
    )
    const sent = names.length + 2
    t.match(
      books,
      [{ status: 'completed', processed: sent, failed: 1, hard_count: 1, sent_count: sent }],
      'the books stay',
    )
    t.same((await database.pool.query('select * from daybatch.audit')).rows, [])
  },
)
