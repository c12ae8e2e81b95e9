import { createPublicKey } from 'node:crypto'
import { existsSync } from 'node:fs'
import { loadEnvFile } from 'node:process'
import { normalizeAddress } from './delivery/address.ts'
import type { DkimKeySetting } from './delivery/dkim.ts'
import { isLoopbackName } from './loopback.ts'
import { SecretBox } from './secret-box.ts'

/** What the environment says, checked once. Everything has a default: with nothing set all parts are embedded. */
export interface Config {
  /** `DATABASE_URL`; unset: an embedded PostgreSQL. */
  databaseUrl?: string
  /** `SMTP_URL`: `smtp://` or `smtps://`, or `embedded`, the consent to record mails into the embedded mailbox. */
  smtpUrl?: string
  /** `MAIL_FROM`: the sender of campaigns that name none. */
  mailFrom?: string
  /** `PUBLIC_URL`: where recipients reach this service, without a slash at its end; unset: they unsubscribe by mail. */
  publicUrl?: string
  /** `UNSUBSCRIBE_MAILTO`: takes requests to unsubscribe by mail; unset, and PUBLIC_URL too: the sender does. */
  unsubscribeMailto?: string
  /** `DKIM_KEYS`: `domain:selector:file`, several separated by commas; the keys themselves stand in the files. */
  dkimKeys: DkimKeySetting[]
  /** `API_KEY`; unset: the API is open, and reachable from this machine only. */
  apiKey?: string
  /** `CRON_SECRET`: opens `/api/cron/process-campaigns` and nothing else. */
  cronSecret?: string
  /** `METRICS_TOKEN`: opens `/metrics` and nothing else. */
  metricsToken?: string
  /** `RETURN_PATH_DOMAIN`: mails leave with `bounce+<token>@<domain>` as their envelope sender. */
  returnPathDomain?: string
  /** `BOUNCE_MAILBOX`: where what comes back is read, `imaps://…` or `maildir:/…`. */
  bounceMailbox?: string
  /** `INBOUND_SECRET`: opens `/api/inbound/dsn` and nothing else. */
  inboundSecret?: string
  /** What providers' webhooks are verified by; a provider without one is not answered. */
  webhooks: WebhookKeys
  host: string
  port: number
  /** `WORKER_PORT`: where `daybatch worker` answers /health and /metrics; unset: nowhere. */
  workerPort?: number
  /** `RATE_LIMIT`: requests a minute of each API key, and of each address without one; 0: no limit. */
  rateLimit: number
  /** `STATE_FOLDER`: the embedded database and mailbox. */
  stateFolder: string
  /** `ENCRYPTION_KEYS`: seal the passwords of SMTP servers in the database; the first seals, all of them open. */
  encryptionKeys: SecretBox
  /** `NOTICE_MAIL`: an operator who is told what needs somebody. */
  noticeMail?: string
  /** `NOTICE_WEBHOOK`: a URL that is told the same, as JSON. */
  noticeWebhook?: string
  /** `NOTICE_PRIVATE_ADDRESSES`: the webhook may be in a private network. */
  noticePrivateAddresses: boolean
  /** `WEBHOOK_PRIVATE_ADDRESSES`: webhooks may lead into a private network. */
  webhookPrivateAddresses: boolean
  /** `SMTP_CONNECTIONS`: how many mails are under way at once. */
  smtpConnections: number
  /** `OTEL_EXPORTER_OTLP_ENDPOINT`: where traces go by OTLP over HTTP; unset: none are drawn. */
  tracesUrl?: string
  /** `OTEL_TRACES_SAMPLER_ARG`: which share of them is drawn, 0 to 1. */
  tracesShare: number
  installationId?: string
  logLevel: string
  /** `STARTUP_TIMEOUT` (given in seconds): how long to wait for a database that does not answer. */
  startupTimeoutMs: number
}

export interface WebhookKeys {
  /** `SES_TOPIC_ARN`: the SNS topics that are ours; anybody may have one. */
  ses?: string[]
  /** `SENDGRID_PUBLIC_KEY`: the verification key of the signed event webhook (base64). */
  sendgrid?: string
  /** `MAILGUN_SIGNING_KEY`: the HTTP webhook signing key. */
  mailgun?: string
  /** `POSTMARK_WEBHOOK_AUTH`: `user:password`, as in the webhook's URL; Postmark signs nothing. */
  postmark?: string
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']
const LOOPBACK = '127.0.0.1'

/** A value in the environment that cannot be used; the message is one line and says what to set. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** Reads `.env` in the working folder, if there is one. What the environment already says stays. */
export function readEnvFile(file = '.env'): void {
  if (existsSync(file)) loadEnvFile(file)
}

/** Checks the environment and returns it as a frozen object; throws a ConfigError for the first value that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const apiKey = read(env, 'API_KEY')
  return Object.freeze({
    databaseUrl: readUrl(env, 'DATABASE_URL', ['postgres:', 'postgresql:']),
    smtpUrl:
      read(env, 'SMTP_URL') === 'embedded' ? 'embedded' : readUrl(env, 'SMTP_URL', ['smtp:', 'smtps:']),
    mailFrom: readSender(env),
    publicUrl: readPublicUrl(env),
    unsubscribeMailto: readMailto(env),
    dkimKeys: readDkimKeySettings(env),
    apiKey,
    cronSecret: read(env, 'CRON_SECRET'),
    metricsToken: read(env, 'METRICS_TOKEN'),
    returnPathDomain: readDomain(env, 'RETURN_PATH_DOMAIN'),
    bounceMailbox: readMailboxUrl(env),
    inboundSecret: read(env, 'INBOUND_SECRET'),
    webhooks: readWebhookKeys(env),
    host: chooseHost(read(env, 'HOST'), apiKey),
    port: readInteger(env, 'PORT', { least: 0, most: 65535, otherwise: 3000 }),
    workerPort: readInteger(env, 'WORKER_PORT', { least: 0, most: 65535, otherwise: undefined }),
    rateLimit: readInteger(env, 'RATE_LIMIT', { least: 0, most: 1e9, otherwise: 6000 }),
    stateFolder: read(env, 'STATE_FOLDER') ?? '.daybatch',
    encryptionKeys: readKeys(env),
    noticeMail: readNoticeMail(env),
    noticeWebhook: readUrl(env, 'NOTICE_WEBHOOK', ['https:', 'http:']),
    noticePrivateAddresses: readOneOf(env, 'NOTICE_PRIVATE_ADDRESSES', ['true', 'false']) === 'true',
    webhookPrivateAddresses: readOneOf(env, 'WEBHOOK_PRIVATE_ADDRESSES', ['true', 'false']) === 'true',
    smtpConnections: readInteger(env, 'SMTP_CONNECTIONS', { least: 1, most: 500, otherwise: 10 }),
    tracesUrl: readUrl(env, 'OTEL_EXPORTER_OTLP_ENDPOINT', ['http:', 'https:']),
    tracesShare: readShare(env, 'OTEL_TRACES_SAMPLER_ARG'),
    installationId: read(env, 'INSTALLATION_ID'),
    logLevel: readOneOf(env, 'LOG_LEVEL', LOG_LEVELS) ?? 'info',
    startupTimeoutMs: readInteger(env, 'STARTUP_TIMEOUT', { least: 0, most: 86400, otherwise: 60 }) * 1000,
  })
}

/** The names of all variables that readConfig looks at. */
export function listSettings(): string[] {
  const names = new Set<string>()
  readConfig(new Proxy<NodeJS.ProcessEnv>({}, { get: (_, name) => void names.add(String(name)) }))
  return [...names]
}

/** Without a key the API must not be reachable from other machines, whatever HOST says. */
function chooseHost(host: string | undefined, apiKey: string | undefined): string {
  if (apiKey) return host ?? '0.0.0.0'
  return host && isLoopbackName(host) ? host : LOOPBACK
}

/** Empty counts as unset: docker-compose hands on every variable it names. */
function read(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name]?.trim() || undefined
}

function readUrl(env: NodeJS.ProcessEnv, name: string, protocols: string[]): string | undefined {
  const value = read(env, name)
  if (value === undefined) return undefined
  // the value may hold a password: it is never repeated
  const example = `${protocols[0]}//user:password@host/…`
  if (!protocols.some(protocol => value.startsWith(`${protocol}//`))) {
    throw new ConfigError(
      `${name} is not a URL that begins with ${protocols.join('// or ')}//: write it like ${example}`,
    )
  }
  // an empty host is a Unix socket: postgres:///name?host=/folder
  if (name !== 'DATABASE_URL' && !URL.canParse(value)) {
    throw new ConfigError(
      `${name} is not a valid URL: write it like ${example}, special characters in %XX form`,
    )
  }
  return value
}

function readSender(env: NodeJS.ProcessEnv): string | undefined {
  const value = read(env, 'MAIL_FROM')
  if (value === undefined || /^[^\r\n<>]*<[^\s<>@]+@[^\s<>@]+>$|^[^\s<>@]+@[^\s<>@]+$/.test(value))
    return value
  throw new ConfigError(`MAIL_FROM is not a sender: write it like Example Shop <news@example.com>`)
}

function readPublicUrl(env: NodeJS.ProcessEnv): string | undefined {
  const value = read(env, 'PUBLIC_URL')
  if (value === undefined) return undefined
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isUsable =
    url && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackName(url.hostname)))
  if (!isUsable || url.search + url.hash + url.username !== '') {
    throw new ConfigError(
      `PUBLIC_URL is ${value}: set the address that recipients reach, like https://mail.example.com (http:// only on this machine)`,
    )
  }
  return url.href.replace(/\/+$/, '')
}

function readMailto(env: NodeJS.ProcessEnv): string | undefined {
  const value = read(env, 'UNSUBSCRIBE_MAILTO')
  if (value === undefined) return undefined
  try {
    return normalizeAddress(value)
  } catch (error) {
    throw new ConfigError(
      `UNSUBSCRIBE_MAILTO is no address: ${(error as Error).message}: write it like unsubscribe@example.com`,
    )
  }
}

function readDkimKeySettings(env: NodeJS.ProcessEnv): DkimKeySetting[] {
  const entries = read(env, 'DKIM_KEYS')?.split(',') ?? []
  return entries.map(entry => {
    const [, domain, selector, file] =
      /^([^:\s]+\.[^:\s]+):([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?):(.+)$/.exec(entry.trim()) ?? []
    if (domain && selector && file) return { domain: domain.toLowerCase(), selector, file }
    // what is written there by mistake may be a key
    throw new ConfigError(
      'DKIM_KEYS is not a list of domain:selector:file: write it like example.com:mail:/etc/daybatch/mail.pem, several with commas between',
    )
  })
}

/** The local part takes 59 of the 64 octets, so the domain alone bounds the address (RFC 5321 4.5.3.1). */
function readDomain(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = read(env, name)
  if (value === undefined) return undefined
  const labels = value.toLowerCase().split('.')
  const isDomain =
    labels.length > 1 && labels.every(label => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label))
  if (isDomain && value.length <= 190) return value.toLowerCase()
  throw new ConfigError(`${name} is not a domain: write it like bounces.example.com`)
}

function readMailboxUrl(env: NodeJS.ProcessEnv): string | undefined {
  const value = read(env, 'BOUNCE_MAILBOX')
  if (value === undefined || /^maildir:\/.+/.test(value)) return value
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url?.protocol === 'imaps:' && url.username !== '') return value
  // without TLS on this machine only: the password would be readable on the way
  if (url?.protocol === 'imap:' && url.username !== '' && isLoopbackName(url.hostname)) return value
  throw new ConfigError(
    'BOUNCE_MAILBOX is no mailbox: write it like imaps://user:password@host/INBOX, special characters in %XX form, or maildir:/folder',
  )
}

function readWebhookKeys(env: NodeJS.ProcessEnv): WebhookKeys {
  const ses = read(env, 'SES_TOPIC_ARN')
    ?.split(',')
    .map(arn => arn.trim())
  if (ses?.some(arn => !/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w.-]+$/.test(arn))) {
    throw new ConfigError(
      'SES_TOPIC_ARN is no topic: write it like arn:aws:sns:eu-west-1:123456789012:bounces',
    )
  }
  const postmark = read(env, 'POSTMARK_WEBHOOK_AUTH')
  if (postmark !== undefined && !/^[^:]+:.+$/.test(postmark)) {
    throw new ConfigError('POSTMARK_WEBHOOK_AUTH is not user:password')
  }
  const sendgrid = read(env, 'SENDGRID_PUBLIC_KEY')
  if (sendgrid !== undefined && !isPublicKey(sendgrid)) {
    throw new ConfigError(
      'SENDGRID_PUBLIC_KEY is no key: copy the verification key of the signed event webhook',
    )
  }
  return { ses, sendgrid, mailgun: read(env, 'MAILGUN_SIGNING_KEY'), postmark }
}

function isPublicKey(text: string): boolean {
  try {
    return (
      createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' }).asymmetricKeyType ===
      'ec'
    )
  } catch {
    return false
  }
}

function readInteger<Otherwise extends number | undefined>(
  env: NodeJS.ProcessEnv,
  name: string,
  { least, most, otherwise }: { least: number; most: number; otherwise: Otherwise },
): number | Otherwise {
  const value = read(env, name)
  if (value === undefined) return otherwise
  const number = Number(value)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw new ConfigError(`${name} is ${value}: set a whole number from ${least} to ${most}`)
}

function readShare(env: NodeJS.ProcessEnv, name: string): number {
  const value = read(env, name)
  if (value === undefined) return 1
  const share = Number(value)
  if (share >= 0 && share <= 1) return share
  throw new ConfigError(`${name} is ${value}: set a share from 0 to 1, like 0.01`)
}

function readOneOf(env: NodeJS.ProcessEnv, name: string, values: string[]): string | undefined {
  const value = read(env, name)
  if (value === undefined || values.includes(value)) return value
  throw new ConfigError(`${name} is ${value}: set one of ${values.join(', ')}`)
}

function readNoticeMail(env: NodeJS.ProcessEnv): string | undefined {
  const value = read(env, 'NOTICE_MAIL')
  if (value === undefined || /^[^\s<>@,;]+@[^\s<>@,;]+$/.test(value)) return value
  throw new ConfigError('NOTICE_MAIL is not one e-mail address: write it like ops@example.com')
}

function readKeys(env: NodeJS.ProcessEnv): SecretBox {
  try {
    return SecretBox.read(read(env, 'ENCRYPTION_KEYS'))
  } catch (error) {
    throw new ConfigError((error as Error).message)
  }
}
