import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Config } from './config.ts'
import { describeAddress } from './db/address.ts'
import { usesMailbox } from './mail-settings.ts'
import type { Service } from './service.ts'

const SHORTEST_KEY = 16
const POOLER_PORT = '6543'

/** A few lines for whoever started the service: what runs where, what is embedded, how to look inside, what to try. */
export function writeBanner(config: Config, service: Service): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const parts: [name: string, ...lines: string[]][] = [
    ['database', ...describeDatabase(config, service)],
    ['mail', describeMail(config, service)],
    ['leaving', describeUnsubscribing(config)],
    ['signing', describeSigning(config)],
    ['http', describeHttp(config, service)],
    ['look', 'npx daybatch sql "select * from daybatch.campaign_status"'],
    ...describeFirstStep(config, service).map((line): [string, string] => ['try', line]),
    ...warn(config, service).map((line): [string, string] => ['warning', line]),
  ]
  const lines = parts.flatMap(([name, ...texts]) =>
    texts.map((text, index) => `  ${(index === 0 ? name : '').padEnd(9)} ${text}`),
  )
  return [`daybatch ${version}`, ...lines].join('\n')
}

function describeDatabase({ databaseUrl }: Config, { embeddedDatabase }: Service): string[] {
  if (!embeddedDatabase) return [describeAddress(databaseUrl as string)]
  const { major, folder, psqlLine } = embeddedDatabase
  return [`PostgreSQL ${major}, embedded: its data is in ${show(folder)}`, psqlLine]
}

function describeMail(config: Config, { mailbox }: Service): string {
  if (mailbox)
    return `embedded mailbox: nothing leaves this machine, the mails are files in ${show(mailbox.folder)}`
  if (!config.smtpUrl)
    return 'off: nothing is sent. Set SMTP_URL and MAIL_FROM (SMTP_URL=embedded records mails only)'
  return `${new URL(config.smtpUrl).host}, ${config.smtpConnections} connections, from ${config.mailFrom}`
}

function describeUnsubscribing({ publicUrl, unsubscribeMailto }: Config): string {
  const byMail = unsubscribeMailto ?? "each campaign's sender"
  if (publicUrl === undefined)
    return `by mail to ${byMail} only: PUBLIC_URL is not set, so no mail has one-click unsubscribe`
  if (publicUrl.startsWith('http:'))
    return `at ${publicUrl}/u/..., for this machine only: one click needs https`
  return `one click at ${publicUrl}/u/...${unsubscribeMailto === undefined ? '' : `, or by mail to ${unsubscribeMailto}`}`
}

function describeSigning({ dkimKeys }: Config): string {
  if (dkimKeys.length === 0) return 'no DKIM here: DKIM_KEYS is not set, so your mail server must sign'
  return `DKIM for ${dkimKeys.map(({ domain, selector }) => `${domain} (${selector})`).join(', ')}`
}

function describeHttp({ apiKey }: Config, { address, duties }: Service): string {
  if (address === undefined) return 'off: a worker only schedules and delivers'
  if (duties === 'work') return `${address}: /health and /metrics only, a worker schedules and delivers`
  return apiKey
    ? `${address}, every /api route needs API_KEY`
    : `${address}, for this machine only: API_KEY is not set`
}

function describeFirstStep({ apiKey }: Config, { address, duties }: Service): string[] {
  if (address === undefined || duties === 'work') return []
  const key = apiKey ? ' -H "Authorization: Bearer $API_KEY"' : ''
  const local = address.replace('0.0.0.0', '127.0.0.1').replace('[::]', '[::1]')
  return [`curl ${local}/api/debug/test-batch-campaign${key}`]
}

function warn(config: Config, { isAwake }: Service): string[] {
  const lines: string[] = []
  if (!isAwake) {
    lines.push('asleep beside an older application; its sender is off: select daybatch.take_over(true)')
  }
  if (
    config.databaseUrl &&
    URL.canParse(config.databaseUrl) &&
    new URL(config.databaseUrl).port === POOLER_PORT
  ) {
    lines.push(
      'DATABASE_URL has port 6543, as poolers in transaction mode have: use a direct connection (LISTEN needs it)',
    )
  }
  if (config.apiKey && config.apiKey.length < SHORTEST_KEY) {
    lines.push(
      `API_KEY has ${config.apiKey.length} characters and can be guessed: make one by openssl rand -hex 32`,
    )
  }
  if (config.databaseUrl && usesMailbox(config)) {
    lines.push(
      'SMTP_URL=embedded: the audience of a given database is recorded as mailed, and nobody gets a mail',
    )
  }
  return lines
}

/** Relative where that is shorter. */
function show(folder: string): string {
  const path = relative('.', folder)
  return path.startsWith('..') ? folder : join('.', path)
}
