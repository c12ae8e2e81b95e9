import type { Readable } from 'node:stream'
import type { SMTPPoolOptions } from 'nodemailer'
import SMTPPool from 'nodemailer/lib/smtp-pool'
import { isLoopbackName } from '../loopback.ts'
import { hideCredentials } from './credentials.ts'
import type { Signer } from './dkim.ts'
import { Gate, type Permit } from './gate.ts'
import type { Mail } from './message.ts'
import type { MailTimes } from './meter.ts'
import type { MailBytes } from './mime.ts'
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
  /** What its connections do now, by server. */
  usage?(): ConnectionUsage[]
  /** Connects, greets and logs in, and sends nothing; throws what stands in the way. */
  verify(): Promise<void>
  /** Closes idle connections now and the others after their mail; with `force` all of them now. */
  close(options?: { force?: boolean }): void
}

export interface ConnectionUsage {
  server: string
  /** Connections that a mail is on, or that are opened for one. */
  busy: number
  /** The most there may be. */
  limit: number
}

export interface TransportOptions {
  /** `smtp://user:password@host:port` or `smtps://…`; see readSmtpUrl for what may follow a `?`. */
  url: string
  connections: number
  /** Signs each mail before it goes out. */
  sign?: Signer | undefined
  /** Told at the end of each mail how long its parts took. */
  onTimes?: ((times: MailTimes) => void) | undefined
}

/** A pool of SMTP connections that keeps the 354 rule: no message data without permission. */
export function createSmtpTransport(options: TransportOptions): Transport & { readonly busy: number } {
  const { url, connections, sign, onTimes } = options
  /** Mails that nodemailer has, in the order in which it gives them a connection; why no Set, `Lease` says. */
  const handed: Gate[] = []
  const hide = hideCredentials(readSmtpUrl(url).auth)
  let isVerifying = false
  // the pool alone: its mailer would read every finished message into a tree of its own, a seventh of a mail's CPU time
  const pool = new SMTPPool({
    ...readSmtpUrl(url),
    maxConnections: connections,
    maxMessages: Number.POSITIVE_INFINITY,
    // only our code decides what is sent again
    maxRequeues: 0,
    // RFC 5321 4.5.3.2.6: whoever waits less for the last reply makes doubts, and duplicates of them
    socketTimeout: 600_000,
    // nodemailer's log holds addresses, and with AUTH more than that
    logger: false,
    // asked once for each connection, in the same turn in which nodemailer takes the first mail that has none; our
    // answer is always that nodemailer opens the socket itself
    getSocket(_options: SMTPPoolOptions, done: (error: Error | null, socket: false) => void) {
      for (const gate of isVerifying ? [] : handed) {
        if (gate.progress !== 'unconnected' || gate.connectingAt !== undefined) continue
        gate.connectingAt = performance.now()
        break
      }
      setImmediate(() => done(null, false))
    },
  })
  /** `wasLost`: the connection ended, and the server had not asked for the message yet. */
  function sendOnce(mail: Mail, gate: Gate, signal?: AbortSignal) {
    return new Promise<{ reply: Reply; wasLost: boolean }>(resolve => {
      gate.queue()
      handed.push(gate)
      const message = () => gate.open(() => composeSigned(mail, sign))
      pool.send(describeMail(mail, message, signal), (error, info) => {
        gate.shut()
        handed.splice(handed.indexOf(gate), 1)
        const reply = error
          ? readFailure(error, gate.progress)
          : readAcceptance(info!.response, gate.progress)
        const isLoss = error?.code === 'ECONNECTION' || error?.code === 'ESOCKET'
        resolve({ reply, wasLost: isLoss && reply.reply_code === null && gate.progress === 'unread' })
      })
    })
  }

  return {
    get busy() {
      let count = 0
      for (const { progress, connectingAt } of handed) {
        if (connectingAt !== undefined || progress !== 'unconnected') count++
      }
      return count
    },
    async send(mail, { permit, signal }) {
      const gate = new Gate(permit)
      let sent = await sendOnce(mail, gate, signal)
      // servers end connections after so many mails or minutes, without a word: nothing was sent, once more is safe
      if (sent.wasLost && !signal?.aborted) sent = await sendOnce(mail, gate, signal)
      onTimes?.(gate.describeTimes())
      const { reply_text } = sent.reply
      return { ...sent.reply, reply_text: reply_text && hide(reply_text) }
    },
    async verify() {
      isVerifying = true
      const verified = pool.verify()
      isVerifying = false
      await verified.catch(error => {
        for (const field of ['message', 'response', 'stack'])
          if (typeof error[field] === 'string') error[field] = hide(error[field])
        throw error
      })
    },
    close(options) {
      pool.close(options)
    },
  }
}

async function composeSigned(mail: Mail, sign: Signer | undefined): Promise<MailBytes> {
  const bytes = mail.compose()
  return sign ? { ...bytes, raw: await sign(bytes.raw, bytes.tail) } : bytes
}

type PoolMail = Parameters<SMTPPool['send']>[0]

/** What a pool asks of a mail. */
function describeMail({ envelope }: Mail, createReadStream: () => Readable, signal?: AbortSignal): PoolMail {
  const message = {
    // nodemailer notes in it how far it got
    getEnvelope: () => ({ ...envelope }),
    // for its log, which is off
    messageId: () => '',
    getHeader: () => '',
    createReadStream,
  }
  return { data: { signal }, message } as unknown as PoolMail
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
