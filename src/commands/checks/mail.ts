import { domainToASCII } from 'node:url'
import type { NodemailerError } from 'nodemailer'
import type { Config } from '../../config.ts'
import type { SmtpServerRow } from '../../db/rows.ts'
import { chooseKeys, readDkimKeys } from '../../delivery/dkim.ts'
import { compileMessage } from '../../delivery/message.ts'
import { describeServer } from '../../delivery/servers.ts'
import { createSmtpTransport, readSmtpUrl } from '../../delivery/transport.ts'
import { usesMailbox } from '../../mail-settings.ts'
import { withDatabase } from '../connection.ts'
import { type Finding, fail, note, ok } from './finding.ts'

/** A server that says nothing for so long is behind a firewall, or is none. */
const TIMEOUT_MS = 20_000

/** Connects and logs in as the service does, checks the sender, and sends nothing. */
export async function* checkMail(config: Config): AsyncGenerator<Finding> {
  if (usesMailbox(config)) {
    yield config.databaseUrl
      ? note('smtp', 'SMTP_URL=embedded: mails are recorded as sent, and nobody gets one')
      : ok('smtp', 'the embedded mailbox: nothing leaves this machine')
    for (const server of await listServers(config)) yield await checkNamedServer(server, config)
    return
  }
  const servers = await listServers(config)
  if (config.smtpUrl === undefined && servers.length === 0) {
    return yield fail('smtp', 'SMTP_URL is not set, nothing is sent: set it in .env, with MAIL_FROM')
  }
  if (config.smtpUrl !== undefined) yield await checkServer(config.smtpUrl)
  for (const server of servers) yield await checkNamedServer(server, config)
  yield checkSender(config)
  yield checkSigning(config)
}

/** Only that the keys can be used; --domain asks DNS whether others can use them, too. */
function checkSigning({ dkimKeys, mailFrom }: Config): Finding {
  if (dkimKeys.length === 0) return ok('dkim', 'DKIM_KEYS is not set: the mail server must sign')
  try {
    const keys = readDkimKeys(dkimKeys)
    const names = keys
      .map(({ domain, selector, algorithm }) => `${domain} (${selector}, ${algorithm})`)
      .join(', ')
    const from = domainToASCII(/@([^\s<>@]+)>?$/.exec(mailFrom ?? '')?.[1]?.toLowerCase() ?? '')
    return chooseKeys(keys, from).length > 0
      ? ok('dkim', `signs for ${names}`)
      : note('dkim', `signs for ${names}, and not for MAIL_FROM: add a key of its domain`)
  } catch (error) {
    return fail('dkim', (error as Error).message)
  }
}

/** Those of the database; a database that cannot be asked has said so in its own checks. */
async function listServers(config: Config): Promise<SmtpServerRow[]> {
  try {
    const servers = await withDatabase(config, db => db.listSmtpServers())
    return servers.filter(({ host, is_enabled }) => host !== null && is_enabled)
  } catch {
    return []
  }
}

async function checkNamedServer(server: SmtpServerRow, { encryptionKeys }: Config): Promise<Finding> {
  try {
    const finding = await checkServer(describeServer(server, encryptionKeys))
    return {
      ...finding,
      text: `${server.name}: ${finding.text.replaceAll('SMTP_URL', 'npx daybatch smtp set')}`,
    }
  } catch (error) {
    return fail('smtp', `${server.name}: its password cannot be opened: ${(error as Error).message}`)
  }
}

async function checkServer(url: string): Promise<Finding> {
  try {
    const { host, port, secure, requireTLS, auth } = readSmtpUrl(url)
    const tls = secure ? 'TLS' : requireTLS ? 'STARTTLS' : 'STARTTLS if the server has it'
    await verify(url)
    return ok(
      'smtp',
      `${host}:${port} takes mails: ${tls}, ${auth ? `logged in as ${auth.user}` : 'no login'}`,
    )
  } catch (error) {
    return fail('smtp', explainSmtpFailure(error as NodemailerError))
  }
}

async function verify(url: string): Promise<void> {
  const transport = createSmtpTransport({ url, connections: 1 })
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    reject(Object.assign(new Error(`no answer for ${TIMEOUT_MS / 1000} s`), { code: 'ETIMEDOUT' }))
  }, TIMEOUT_MS)
  try {
    await Promise.race([transport.verify(), promise])
  } finally {
    clearTimeout(timer)
    transport.close({ force: true })
  }
}

/** What an SMTP server's refusal, or its silence, calls for. */
const ADVICE: [pattern: RegExp, advice: string][] = [
  [/EAUTH|ENOAUTH/, 'correct user and password in SMTP_URL, special characters as %XX'],
  [/EDNS|ENOTFOUND|EAI_AGAIN/, 'correct the host in SMTP_URL'],
  [
    /certificate|self-signed|CERT_|altnames/i,
    'use the name in its certificate, or name its CA in NODE_EXTRA_CA_CERTS',
  ],
  [/ETLS|STARTTLS/, 'use smtps:// and its port (465), or a server that offers STARTTLS'],
  [
    /ECONNREFUSED|ECONNECTION|ESOCKET|ETIMEDOUT|EHOSTUNREACH/,
    'correct host and port in SMTP_URL, or let the firewall pass it',
  ],
]

/** One line: what the server said, and what to do. */
export function explainSmtpFailure(error: Pick<NodemailerError, 'message' | 'code'>): string {
  const words = `${error.code ?? ''} ${error.message}`
  const advice = ADVICE.find(([pattern]) => pattern.test(words))?.[1]
  const text = error.message.replace(/\s*\n\s*/g, ' ')
  return advice === undefined ? text : `${text}: ${advice}`
}

async function checkSender({ mailFrom }: Config): Promise<Finding> {
  if (mailFrom === undefined) {
    return fail('sender', 'MAIL_FROM is not set: MAIL_FROM="Your Name <you@your-domain>"')
  }
  try {
    await compileMessage(
      { subject: '', sender: null, reply_to: null, html_body: null, text_body: 'x' },
      { mailFrom },
    )
    return ok('sender', mailFrom)
  } catch (error) {
    return fail('sender', `MAIL_FROM: ${(error as Error).message}`)
  }
}
