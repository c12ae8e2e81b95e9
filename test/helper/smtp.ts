import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Ledger } from '../../src/embedded/ledger.ts'
import { SmtpSession } from './smtp-session.ts'

/**
 * A SMTP server for fault tests that follows a script: at each phase of each mail the script may answer something
 * else, wait, or end the connection. What it accepts stands in an append-only ledger, on disk before the 250.
 */
export interface ScriptedSmtp {
  url: string
  port: number
  /** Mails accepted: in the ledger, whether or not their 250 was sent. */
  accepted: AcceptedMail[]
  /** How often each phase was reached. */
  reached: Record<Phase, number>
  connections: number
  /** The largest number of connections at once. */
  mostConnections: number
  /** Ends every connection without a word, as a crash would; the server keeps listening. */
  dropAll(): void
  stop(): Promise<void>
}

export interface AcceptedMail {
  at: string
  message_id: string | null
  recipient: string
  sender: string
  /** The name that the client gave at EHLO. */
  client: string
  bytes: number
  /** Of the message data, hexadecimal. */
  sha256: string
  /** Left out of the ledger on disk. */
  content?: string
}

/**
 * In order: `content` is the middle of the message data, `dot` its end with nothing kept yet, `accepted` between the
 * ledger and the 250, `done` after the 250.
 */
export const phases = [
  'greeting',
  'ehlo',
  'auth',
  'mail',
  'rcpt',
  'data',
  'content',
  'dot',
  'accepted',
  'done',
] as const
export type Phase = (typeof phases)[number]

export interface Moment {
  phase: Phase
  /** Numbers from 1: the connection, and the mail on it (0 before the first MAIL). */
  connection: number
  mail: number
  recipient: string
  /** The name that the client gave at EHLO. */
  client: string
}

/** What happens at a moment: a reply in place of the usual one, `drop` (FIN), `reset` (RST) or `hang` (silence). */
export type Step = string | { end: 'drop' | 'reset' | 'hang'; reply?: string } | undefined
export type Script = (moment: Moment) => Step | Promise<Step>

export interface ScriptedSmtpOptions {
  script?: Script
  /** Path of the ledger on disk; without it the ledger is in memory only. */
  ledger?: string
  pipelining?: boolean
  /** Offers AUTH PLAIN and wants exactly this. */
  auth?: { user: string; pass: string }
  /** Further lines of the EHLO reply, like `STARTTLS`. */
  extensions?: string[]
  port?: number
  keepContent?: boolean
}

export async function startScriptedSmtp(options: ScriptedSmtpOptions = {}): Promise<ScriptedSmtp> {
  const ledger = options.ledger === undefined ? undefined : await Ledger.open(options.ledger)
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true })
  const smtp: ScriptedSmtp = {
    url: '',
    port: 0,
    accepted: [],
    reached: Object.fromEntries(phases.map(phase => [phase, 0])) as Record<Phase, number>,
    connections: 0,
    mostConnections: 0,
    dropAll() {
      for (const socket of sockets) socket.destroy()
    },
    async stop() {
      server.close()
      smtp.dropAll()
      await ledger?.close()
    },
  }
  const accept = async (mail: AcceptedMail) => {
    const { content, ...line } = mail
    await ledger?.append(line)
    smtp.accepted.push(options.keepContent ? { ...line, content: content ?? '' } : line)
  }
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    smtp.connections += 1
    smtp.mostConnections = Math.max(smtp.mostConnections, sockets.size)
    new SmtpSession(socket, smtp, accept, options).run().catch(() => socket.destroy())
  })
  await new Promise<void>(resolve => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  smtp.port = (server.address() as AddressInfo).port
  smtp.url = `smtp://127.0.0.1:${smtp.port}`
  return smtp
}
