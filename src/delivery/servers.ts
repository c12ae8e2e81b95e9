import type { Daybatch } from '../db/daybatch.ts'
import type { SmtpServerRow } from '../db/rows.ts'
import { isLoopbackName } from '../loopback.ts'
import type { SecretBox } from '../secret-box.ts'
import type { Log } from './database.ts'
import type { Signer } from './dkim.ts'
import type { DeliveryMeter, MailTimes } from './meter.ts'
import { noReply } from './reply.ts'
import { type ConnectionUsage, createSmtpTransport, type Transport } from './transport.ts'

/** The name of the server that SMTP_URL names. */
export const DEFAULT_SERVER = 'default'
/** How old the list of servers may be when mails are claimed. */
const FRESH_MS = 5000

export interface SmtpServersOptions {
  db: Pick<Daybatch, 'listSmtpServers'>
  /** SMTP_URL; undefined: only the servers in the database. */
  url: string | undefined
  secrets: SecretBox
  connections: number
  /** Signs each mail before it goes out, whichever server takes it. */
  sign?: Signer | undefined
  meter?: DeliveryMeter | undefined
  log: Log
}

type SmtpTransport = ReturnType<typeof createSmtpTransport>

interface Known {
  transport: SmtpTransport
  connections: number
  /** Of its row, so that a change makes a new transport. */
  fingerprint: string
}

/** What a password is sealed with: moved to another host, it does not open. */
export const sealingContext = ({
  name,
  host,
  port,
  username,
}: Pick<SmtpServerRow, 'name' | 'host' | 'port' | 'username'>) => [
  name,
  host ?? '',
  String(port ?? ''),
  username ?? '',
]

/**
 * A server of the database as the URL that a transport takes. Throws an Error of one line, without the password, when
 * it cannot be opened.
 */
export function describeServer(row: SmtpServerRow, secrets: SecretBox): string {
  const { host, port, tls, username, sealed_password: sealed } = row
  const url = new URL(
    `${tls === 'implicit' ? 'smtps' : 'smtp'}://${host?.includes(':') ? `[${host}]` : host}:${port}`,
  )
  if (username !== null) url.username = encodeURIComponent(username)
  if (sealed !== null) url.password = encodeURIComponent(secrets.open(sealed, sealingContext(row)))
  if (tls === 'starttls') url.searchParams.set('requireTLS', 'true')
  if (tls === 'optional' && !isLoopbackName(host ?? '')) url.searchParams.set('requireTLS', 'false')
  return url.href
}

/** All SMTP servers of this process as one transport: a mail goes through the server that its claim names. */
export class SmtpServers implements Transport {
  readonly #options: SmtpServersOptions
  readonly #default: SmtpTransport | undefined
  readonly #known = new Map<string, Known>()
  /** Servers that cannot be used, and why: said once. */
  readonly #problems = new Map<string, string>()
  #readAt = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined

  constructor(options: SmtpServersOptions) {
    const { url, connections } = options
    this.#options = options
    this.#default = url === undefined ? undefined : this.#create(DEFAULT_SERVER, url, connections)
  }

  /** Why a server cannot be used here, if one cannot. */
  get problem(): string | null {
    return this.#problems.values().next().value ?? null
  }

  /** The names of the servers that can be used here, as the database has them now. */
  async list(): Promise<string[]> {
    if (performance.now() - this.#readAt > FRESH_MS) {
      this.#reading ??= this.#read().finally(() => {
        this.#reading = undefined
      })
      await this.#reading
    }
    return [...(this.#default ? [DEFAULT_SERVER] : []), ...this.#known.keys()]
  }

  async send(...[mail, options]: Parameters<Transport['send']>) {
    const { server = DEFAULT_SERVER } = options
    const transport = server === DEFAULT_SERVER ? this.#default : this.#known.get(server)?.transport
    // changed since the claim: nothing was sent, another try finds another server
    if (!transport) return noReply('connect', `the SMTP server ${server} is not known here any more`)
    return transport.send(mail, options)
  }

  usage(): ConnectionUsage[] {
    const known = [...this.#known].map(([server, { transport, connections }]) => ({
      server,
      busy: transport.busy,
      limit: connections,
    }))
    if (!this.#default) return known
    return [{ server: DEFAULT_SERVER, busy: this.#default.busy, limit: this.#options.connections }, ...known]
  }

  #create(server: string, url: string, connections: number): SmtpTransport {
    const { sign, meter } = this.#options
    const onTimes = meter && ((times: MailTimes) => meter.timeMail(server, times))
    return createSmtpTransport({ url, connections, sign, onTimes })
  }

  async verify(): Promise<void> {
    await this.#default?.verify()
  }

  close(options?: { force?: boolean }): void {
    this.#default?.close(options)
    for (const { transport } of this.#known.values()) transport.close(options)
  }

  async #read(): Promise<void> {
    const rows = (await this.#options.db.listSmtpServers()).filter(row => row.is_enabled && row.host !== null)
    this.#readAt = performance.now()
    for (const [name, { transport }] of this.#known) {
      if (rows.some(row => row.name === name)) continue
      this.#known.delete(name)
      // mails under way end in their time
      transport.close()
    }
    for (const name of this.#problems.keys())
      if (!rows.some(row => row.name === name)) this.#problems.delete(name)
    for (const row of rows) this.#learn(row)
  }

  #learn(row: SmtpServerRow): void {
    const { secrets, log } = this.#options
    const { name, host, port, tls, username, sealed_password } = row
    const fingerprint = JSON.stringify([host, port, tls, username, sealed_password, row.connections])
    const known = this.#known.get(name)
    if (known?.fingerprint === fingerprint) return
    known?.transport.close()
    this.#known.delete(name)
    try {
      const connections = Math.min(this.#options.connections, row.connections ?? Number.POSITIVE_INFINITY)
      const transport = this.#create(name, describeServer(row, secrets), connections)
      this.#known.set(name, { transport, connections, fingerprint })
      this.#problems.delete(name)
    } catch (error) {
      const problem = `the SMTP server ${name} cannot be used: ${(error as Error).message}`
      if (this.#problems.get(name) !== problem) log.error({ smtp_server: name }, problem)
      this.#problems.set(name, problem)
    }
  }
}
