import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { access, readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import t from 'tap'
import { Daybatch } from '../../src/db/daybatch.ts'
import { createPool } from '../../src/db/pool.ts'
import { SmtpServers, sealingContext } from '../../src/delivery/servers.ts'
import { createWorker } from '../../src/delivery/worker.ts'
import { SecretBox } from '../../src/secret-box.ts'
import { createTestDatabase } from '../helper/database.ts'
import { CERTIFICATE, PASSWORD, USER } from '../helper/mail-server.ts'
import { explainMissingPostfix, startPostfix } from '../helper/postfix.ts'
import { startScriptedSmtp } from '../helper/smtp.ts'
import { addCampaign } from './campaign.ts'

// A mail server that we did not write receives a campaign; a MIME parser of other make reads every mail.

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

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise(resolve => setTimeout(resolve, 50))
}

const missing =
  (await explainMissingPostfix()) ??
  (await access(PYTHON).then(
    () => undefined,
    () => `${PYTHON} is not installed`,
  ))

t.test(
  'Postfix takes a campaign by TLS and login; refuses one, greylists one, bounces one',
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
    const postfix = await startPostfix(t, { nextHop: world.port, refused, greylisted })
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
    const transport = new SmtpServers({ db, url: undefined, secrets, connections: 3, log })
    const worker = createWorker({ db, transport, workerId: 'test', connections: 3, log })
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
    await until(async () => (await db.getCampaign({ campaignId })).status === 'completed')

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

    // the bounce comes back to the sender, and nobody got a mail twice
    await until(() => world.accepted.some(({ sender }) => sender === ''))
    await until(() => world.accepted.length === names.length + 2)
    const delivered = world.accepted.filter(({ sender }) => sender !== '')
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
    const [dsn] = await parseByPython([world.accepted.find(({ sender }) => sender === '')!.content!])
    t.match(dsn, { type: 'multipart/report', report: 'delivery-status', to: 'news@example.org' })
    t.ok(dsn!.parts.some(({ type }) => type === 'message/delivery-status'))
    t.same((await database.pool.query('select * from daybatch.audit')).rows, [])
  },
)
