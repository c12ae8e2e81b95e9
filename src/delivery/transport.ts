import { createTransport, type SMTPPoolOptions } from 'nodemailer'
import { isLoopbackName } from '../loopback.ts'
import type { Signer } from './dkim.ts'
import { Gate, guardMessages, type Permit } from './gate.ts'
import type { Mail } from './message.ts'
import { type Reply, readAcceptance, readFailure } from './reply.ts'

export interface Transport {
  /**
   * Hands one mail to the SMTP server. Asks for permission when the server waits for the message data, and never
   * throws: the reply says how far it got. Aborting the signal drops the mail, and the connection it is on.
   */
  send(
    mail: Mail,
    options: { permit: Permit; signal?: AbortSignal; server?: string | undefined },
  ): Promise<Reply>
  /** The names of the servers that it reaches; a transport without this reaches one. */
  list?(): Promise<string[]>
  /** Connects, greets and logs in, and sends nothing; throws what stands in the way. */
  verify(): Promise<void>
  /** Closes idle connections now and the others after their mail; with `force` all of them now. */
  close(options?: { force?: boolean }): void
}

export interface TransportOptions {
  /** `smtp://user:password@host:port` or `smtps://…`; see readSmtpUrl for what may follow a `?`. */
  url: string
  connections: number
  /** Signs each mail before it goes out. */
  sign?: Signer | undefined
}

/** A pool of SMTP connections that keeps the 354 rule: no message data without permission. */
export function createSmtpTransport({ url, connections, sign }: TransportOptions): Transport {
  const transporter = createTransport({
    ...readSmtpUrl(url),
    pool: true,
    maxConnections: connections,
    maxMessages: Number.POSITIVE_INFINITY,
    // only our code decides what is sent again
    maxRequeues: 0,
    // RFC 5321 4.5.3.2.6: whoever waits less for the last reply makes doubts, and duplicates of them
    socketTimeout: 600_000,
    disableFileAccess: true,
    disableUrlAccess: true,
    // nodemailer's log holds addresses, and with AUTH more than that
    logger: false,
  })
  transporter.use('stream', guardMessages)

  /** `wasLost`: the connection ended, and the server had not asked for the message yet. */
  function sendOnce(mail: Mail, gate: Gate, signal?: AbortSignal) {
    return new Promise<{ reply: Reply; wasLost: boolean }>(resolve => {
      const guarded = { ...mail, gate, signal }
      transporter.sendMail(guarded, (error, info) => {
        gate.shut()
        const reply = error ? readFailure(error, gate.progress) : readAcceptance(info.response, gate.progress)
        const isLoss = error?.code === 'ECONNECTION' || error?.code === 'ESOCKET'
        resolve({ reply, wasLost: isLoss && reply.reply_code === null && gate.progress === 'unread' })
      })
    })
  }

  return {
    async send(mail, { permit, signal }) {
      const gate = new Gate(permit)
      const signed = sign ? { ...mail, raw: await sign(mail.raw, mail.tail) } : mail
      const first = await sendOnce(signed, gate, signal)
      // servers end connections after so many mails or minutes, without a word: nothing was sent, once more is safe
      return first.wasLost && !signal?.aborted ? (await sendOnce(signed, gate, signal)).reply : first.reply
    },
    async verify() {
      await transporter.verify()
    },
    close(options) {
      transporter.close(options)
    },
  }
}

const SWITCHES: Record<string, (options: SMTPPoolOptions, value: string) => void> = {
  /** The name for EHLO; default: this machine's. */
  name: (options, value) => {
    options.name = value
  },
  /** `false`: mail may go out unencrypted, for a relay in one's own network. */
  requireTLS: (options, value) => {
    options.requireTLS = readBoolean(value)
  },
  /** `false`: the certificate is not checked. */
  'tls.rejectUnauthorized': (options, value) => {
    options.tls = { ...options.tls, rejectUnauthorized: readBoolean(value) }
  },
  /** The name in the certificate where it is not the host's. */
  'tls.servername': (options, value) => {
    options.tls = { ...options.tls, servername: value }
  },
}

/**
 * `SMTP_URL` as options of nodemailer. `smtps` is TLS from the first byte (port 465); `smtp` (port 587) must offer
 * STARTTLS, except on this machine. After a `?`: name, requireTLS, tls.rejectUnauthorized, tls.servername.
 * Throws an Error of one line that never repeats the URL: it may hold a password.
 */
export function readSmtpUrl(text: string): SMTPPoolOptions {
  if (!/^smtps?:\/\//.test(text) || !URL.canParse(text)) {
    throw new Error(
      'SMTP_URL is not a URL: write it like smtp://user:password@host:587, special characters as %XX',
    )
  }
  const url = new URL(text)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (host === '') throw new Error('SMTP_URL names no host: write it like smtp://user:password@host:587')
  const secure = url.protocol === 'smtps:'
  const options: SMTPPoolOptions = {
    host,
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    requireTLS: !secure && !isLoopbackName(host),
  }
  if (url.username !== '') {
    options.auth = { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }
  }
  for (const [name, value] of url.searchParams) {
    const apply = SWITCHES[name]
    if (!apply) {
      throw new Error(`SMTP_URL has an unknown setting ${name}: use ${Object.keys(SWITCHES).join(', ')}`)
    }
    apply(options, value)
  }
  return options
}

function readBoolean(value: string): boolean {
  if (value === 'true') return true
  if (value === 'false') return false
  throw new Error('a setting of SMTP_URL that may be true or false is neither')
}
