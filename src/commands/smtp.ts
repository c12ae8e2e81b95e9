import { text } from 'node:stream/consumers'
import type { Daybatch } from '../db/daybatch.ts'
import type { SmtpServerRow } from '../db/rows.ts'
import { sealingContext } from '../delivery/servers.ts'
import { SecretBox } from '../secret-box.ts'
import { secretContext } from '../webhooks/signature.ts'
import { CommandError } from './failure.ts'
import type { Output } from './output.ts'

export interface ServerOptions {
  passwordStdin?: boolean
  fallback?: boolean
  priority?: number
  perSecond?: number
  perMinute?: number
  connections?: number
  plain?: boolean
  off?: boolean
  on?: boolean
}

/** One line per server. */
export async function listServers(db: Daybatch, output: Output): Promise<void> {
  for (const row of await db.listSmtpServers()) {
    const { sealed_password, ...server } = row
    output.tell({ ...server, has_password: sealed_password !== null }, describe(row))
  }
}

function describe({
  name,
  host,
  port,
  tls,
  username,
  sealed_password,
  is_enabled,
  is_fallback,
}: SmtpServerRow): string {
  const where = host === null ? 'SMTP_URL of each service' : `${host}:${port}, TLS ${tls}`
  const login =
    username === null ? '' : `, as ${username}${sealed_password === null ? ' without a password' : ''}`
  const marks = [is_fallback && 'fall-back', !is_enabled && 'off'].filter(Boolean)
  return `${name}: ${where}${login}${marks.length > 0 ? ` (${marks.join(', ')})` : ''}`
}

/** Makes a server or changes one; only what is given is changed. */
export async function setServer(
  db: Daybatch,
  secrets: SecretBox,
  { name, url, ...options }: ServerOptions & { name: string; url?: string | undefined },
  output: Output,
): Promise<void> {
  const address = url === undefined ? {} : readUrl(url)
  const limits = {
    per_second: options.perSecond,
    per_minute: options.perMinute,
    connections: options.connections,
  }
  const server: Record<string, unknown> = {
    ...address,
    ...Object.fromEntries(Object.entries(limits).map(([key, value]) => [key, value === 0 ? null : value])),
    priority: options.priority,
    is_fallback: options.fallback,
    ...(options.off && { is_enabled: false }),
    ...(options.on && { is_enabled: true }),
    ...(options.plain && { tls: 'optional' }),
  }
  if (options.passwordStdin) {
    const old = (await db.listSmtpServers()).find(row => row.name === name)
    const password = (await text(process.stdin)).replace(/\r?\n$/, '')
    if (password === '')
      throw new CommandError('the password on standard input is empty: nothing was changed')
    const place = { name, host: null, port: null, username: null, ...old, ...address }
    server.sealed_password = secrets.seal(password, sealingContext(place))
  }
  await db.setSmtpServer({ name, server: JSON.parse(JSON.stringify(server)) })
  output.tell({ name, set: true }, `SMTP server ${name} is set; npx daybatch doctor tests its connection`)
}

/** Without a password: what stands on a command line, others read. */
function readUrl(text: string): Pick<SmtpServerRow, 'host' | 'port' | 'username' | 'tls'> {
  if (!/^smtps?:\/\//.test(text) || !URL.canParse(text)) {
    throw new CommandError('the address is written like smtp://user@host:587 or smtps://user@host:465')
  }
  const { protocol, hostname, port, username, password } = new URL(text)
  if (password !== '')
    throw new CommandError('give the password by --password-stdin: a command line is read by others')
  const isImplicit = protocol === 'smtps:'
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port) || (isImplicit ? 465 : 587),
    username: username === '' ? null : decodeURIComponent(username),
    // null: SQL requires TLS, but on this machine
    tls: isImplicit ? 'implicit' : null,
  }
}

export async function removeServer(db: Daybatch, name: string, output: Output): Promise<void> {
  if (!(await db.removeSmtpServer({ name })))
    throw new CommandError(`there is no SMTP server ${name}: npx daybatch smtp list`)
  output.tell({ name, removed: true }, `SMTP server ${name} is removed`)
}

/** Old keys may be taken out of ENCRYPTION_KEYS afterwards. */
export async function rotateKeys(db: Daybatch, secrets: SecretBox, output: Output): Promise<void> {
  let count = 0
  for (const row of await db.listSmtpServers()) {
    const { name, sealed_password: sealed } = row
    if (sealed === null || SecretBox.keyOf(sealed) === secrets.currentKey) continue
    const context = sealingContext(row)
    const again = secrets.seal(secrets.open(sealed, context), context)
    await db.setSmtpServer({ name, server: { sealed_password: again } })
    count += 1
  }
  for (const row of await db.listWebhookSecrets()) {
    const { webhook_id: webhookId, sealed_secret: sealed, previous_sealed_secret: previous } = row
    const keys = new Set([sealed, previous].filter(text => text !== null).map(SecretBox.keyOf))
    if (keys.size === 1 && keys.has(secrets.currentKey)) continue
    const context = secretContext(webhookId)
    const again = (text: string) => secrets.seal(secrets.open(text, context), context)
    await db.resealWebhookSecret({
      webhookId,
      sealedSecret: again(sealed),
      previousSealedSecret: previous === null ? null : again(previous),
    })
    count += 1
  }
  output.tell(
    { resealed: count, key: secrets.currentKey },
    `${count} ${count === 1 ? 'password is' : 'passwords are'} sealed anew with the key ${secrets.currentKey}`,
  )
}
